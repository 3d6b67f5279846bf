import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('access', {
  title: ['权限解释', 'Who may see what'], note: ['谁能看、改、删一条记录和每个字段，依据哪条规则；不显示记录内容', 'Who may see, change or delete a record and its fields, by which rule; nothing of the record is shown'],
  question: ['查询条件', 'The question'],
  record: ['哪条记录', 'Which record'], record_hint: ['业务编号、记录号，或记录页的地址', 'Its number, its id, or the address of its page'],
  person: ['哪个人', 'Who'], anybody: ['所有能的人', 'Everybody who may'], day: ['哪一天（不填：现在）', 'On which day (or now)'],
  act: ['做什么', 'To do what'], read: ['查看', 'See'], update: ['修改', 'Change'], delete: ['删除', 'Delete'],
  find: ['查询', 'Ask'], start: ['写明一条记录，看谁能看到它，以及为什么。', 'Name a record to see who may see it, and why.'],
  none_found: ['没有找到这条记录。', 'There is no such record.'], several: ['这个编号有多条记录，请选一条：', 'Several records are called so; choose one:'],
  who_now: ['现在能的人', 'Who may now'], who_then: ['{{day}} 当日能的人', 'Who might on {{day}}'],
  by_role: ['按角色列出；只因在办事项能看的人，请在上面填写他的姓名', 'By role; who may by open work only is told when you name him'],
  may: ['能', 'May'], may_not: ['不能', 'May not'],
  chain: ['理由', 'Why'], on_day: ['{{day}} 的角色', 'Roles of {{day}}'], roles_now: ['现在的角色', 'Roles of now'], no_roles: ['在这个应用没有角色', 'No role in this app'],
  all_rows: ['全部记录', 'all records'], holds: ['成立：规则给他这条记录', 'Holds: the rule gives this record'], fails: ['不成立：规则不含这条记录', 'Does not hold for this record'], denies: ['禁止：规则收回这条记录', 'Denies: the rule takes this record away'],
  no_reason: ['没有任何角色给出这项权限。', 'No role gives this right.'], no_denial: ['没有禁止规则收回', 'No denial takes it away'],
  fields: ['字段', 'Fields'], field: ['字段', 'Field'], find_field: ['按字段名筛选', 'Find a field'], shows: ['看到', 'Sees'], writes: ['能改', 'Changes'], by: ['依据角色', 'By role'],
  clear: ['原值', 'The value'], masked: ['掩码', 'Masked'], nothing: ['不可见', 'Nothing'], no_field: ['没有这个字段', 'No such field'],
  asked_field: ['哪个字段（可不填）', 'Which field (if any)'], field_hint: ['字段名，如 id_no', 'Its name, such as id_no'], who_sees: ['谁能看到', 'Who sees it'], who_sees_field: ['谁能看到“{{field}}”', 'Who sees {{field}}'],
  person_page: ['任职和授权', 'What this person holds'],
})
