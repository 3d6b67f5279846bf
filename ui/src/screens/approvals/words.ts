import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('approvals', {
  title: ['在办审批的版本', 'Running approvals'],
  note: ['审批停留在发起时的版本；可迁移到在用的版本', 'An approval stays on the release it started on; it can be moved to one that is in use'],
  workflow: ['流程', 'Workflow'], app: ['应用', 'App'], stands: ['所在版本', 'Stands on'], stands_on: ['版本 {{release}}：{{count}} 笔', 'release {{release}}: {{count}}'],
  none: ['没有在办的审批', 'No approval is running'],
  choose: ['迁移', 'Move'], choose_of: ['迁移：{{name}}', 'Move: {{name}}'], nowhere: ['该流程已不在用', 'The workflow is in use no more'], all_there: ['均已在此版本', 'All are on it'],
  to: ['迁移到版本', 'To release'], step: ['步骤', 'Step'], becomes: ['对应新版本的步骤', 'Becomes'], same: ['同名步骤', 'The step of the same name'],
  anew: ['重新指派', 'Ask anew'], anew_of: ['重新指派：{{step}}', 'Ask anew: {{step}}'], anew_note: ['只在尚无人办理时；原待办撤销', 'Only while nobody has acted there; the old tasks go'],
  preview: ['试算', 'Look first'], what: ['将会怎样', 'What becomes of them'], count: ['笔数', 'How many'], from: ['现版本', 'From'],
  kept: ['保持：席位、票与期限不变', 'kept with its seats, votes and times'], asked_anew: ['重新指派', 'asked anew'],
  refused: ['不能迁移', 'Not moved'], left: ['新版本没有、保留在历史中：{{steps}}', 'Not in that release, stays in the history: {{steps}}'],
  over: ['不再补办的新步骤：{{steps}}', 'New steps that are not made up for: {{steps}}'], records: ['记录', 'Records'],
  fits: ['{{count}} 笔可以迁移', '{{count}} can go over', '{{count}} can go over'], stays: ['{{count}} 笔保持不变', '{{count}} stays as it is', '{{count}} stay as they are'],
  went: ['{{count}} 笔已迁移', '{{count}} went over', '{{count}} went over'],
  reason: ['迁移原因', 'Reason'], reason_missing: ['请填写迁移原因。', 'Say why they are moved.'], move: ['迁移 {{count}} 笔', 'Move {{count}}', 'Move {{count}}'],
  reports: ['审批报表', 'Reports of approvals'], reports_note: ['直接取自审批历史；导出留痕', 'Read from the history of approvals itself; files taken stand in the trail'],
  report: ['报表', 'Report'], since: ['开始日期', 'First day'], until: ['结束日期', 'Last day'], unit: ['机构代码（含下级）', 'Unit code, with all below'], every_unit: ['全行', 'All'], every_flow: ['全部流程', 'All workflows'],
  show: ['查看', 'Show'], xlsx: ['导出 Excel', 'Take as Excel'], csv: ['导出 CSV', 'Take as CSV'], nothing: ['期间没有数据', 'Nothing in this period'], next: ['下一页', 'Next page'], first_page: ['回到第一页', 'First page'],
  more: ['一次处理 500 笔；完成后可继续其余各笔', '500 at a time; go on with the rest afterwards'], rest: ['继续其余各笔', 'Go on with the rest'],
})
