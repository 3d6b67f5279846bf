import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('admin', {
  title: ['平台管理', 'Administration'],
  note: ['平台岗位看不到业务数据', 'A post of the platform sees no business data'],
  health: ['运行状态', 'Health'],
  ok: ['正常', 'Fine'], degraded: ['有问题', 'Degraded'], down: ['没有响应', 'No answer'],
  no_problems: ['没有已知问题', 'No known problems'],
  recovered: ['启动前恢复的发布', 'Publications recovered at the start'],
  live: ['在用的应用', 'Live apps'], app: ['应用', 'App'], version: ['版本', 'Version'], definition: ['定义指纹', 'Definition'],
  connections: ['连接', 'Connections'],
  connector: ['系统', 'System'], hosts: ['可到的主机', 'Hosts'], state: ['状态', 'State'], last: ['最近一次', 'Last'], owner: ['负责方', 'Owner'],
  not_set_up: ['未设置', 'Not set up'], off: ['已停用', 'Switched off'], reachable: ['可达', 'Reachable'], unreachable: ['不可达', 'Not reachable'], untried: ['还没试过', 'Not tried yet'],
  circuit_open: ['已熔断', 'Circuit open'],
  try: ['试一次', 'Try'], trying: ['正在试', 'Trying'], try_of: ['试一次：{{label}}', 'Try: {{label}}'],
  set_up_by: ['用命令 qiqiao connect 设置；密钥不经过浏览器', 'Set up with the command qiqiao connect; secrets never pass the browser'],
  no_connections: ['没有安装任何连接器', 'No connector is installed'],
})
