import { catalogue } from '../i18n/catalogue'

export const words = catalogue('session', {
  title: ['登录', 'Sign in'],
  welcome: ['登录七巧', 'Sign in to Qiqiao'],
  pitch: ['一家银行自己的客户、审批与风险应用，由七种定义拼成。', 'A bank’s own customer, approval and risk applications, made from seven kinds of definition.'],
  username: ['用户名', 'User name'],
  password: ['密码', 'Password'],
  show: ['显示密码', 'Show password'],
  submit: ['登录', 'Sign in'],
  expired: ['登录已过期', 'Your session has ended'],
  expired_text: ['请重新登录后继续。本页填写的内容都还在。', 'Sign in again to go on. Everything on this page is kept.'],
  missing_username: ['请填写用户名。', 'Enter your user name.'],
  missing_password: ['请填写密码。', 'Enter your password.'],
  entity: ['实体', 'Entity'],
  form: ['表单', 'Form'],
  workflow: ['流程', 'Workflow'],
  rule: ['规则', 'Rule'],
  report: ['报表', 'Report'],
  role: ['角色', 'Role'],
  connector: ['连接器', 'Connector'],
})
