import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('segments', {
  title: ['客群', 'Segments'],
  note: ['人数为此刻、在你权限内的成员', 'Members now, as far as you may see them'],
  none: ['没有你可以查看的客群', 'There are no segments for you'],
  name: ['客群', 'Segment'],
  of: ['对象', 'Of'],
  members: ['成员', 'Members'],
  counting: ['正在统计', 'counting'],
  failed: ['统计失败', 'not counted'],
  open: ['查看成员', 'Open the members'],
})
