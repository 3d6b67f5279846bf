import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('audit', {
  title: ['审计事件', 'Audit trail'],
  note: ['每一步都在业务事务里留痕，只增不改', 'Every act leaves a trace in its own transaction; nothing is changed afterwards'],
  who: ['谁', 'Who'], what: ['做了什么', 'Did what'], object: ['对象', 'Object'], when: ['时间', 'Time'], channel: ['渠道', 'Channel'], leaf: ['叶号', 'Leaf'],
  anybody: ['任何人', 'anybody'], anything: ['任何事', 'anything'], record_id: ['记录号', 'Record id'],
  filter: ['筛选', 'Filter'],
  clear: ['清空条件', 'Clear the filter'],
  waiting_seal: ['待封存', 'to be sealed'],
  table: ['审计事件，最新在前', 'Audit events, newest first'],
  expand: ['{{who}} {{what}}，详情', '{{who}} {{what}}, details'],
  field: ['字段', 'Field'], before: ['修改前', 'Before'], after: ['修改后', 'After'],
  request: ['请求', 'Request'], release: ['版本', 'Release'], unit: ['机构', 'Unit'], behalf: ['代他人', 'On behalf of'], version: ['记录版本', 'Record version'],
  empty: ['没有符合条件的事件', 'No event fits the filter'],
  more: ['再看更早的', 'Show earlier'],
  shown: ['显示 {{count}} 条', '{{count}} event shown', '{{count}} events shown'],
  verify: ['校验全部', 'Verify the whole trail'],
  verifying: ['正在校验', 'Verifying'],
  proof: ['校验', 'Proof'],
  proof_text: ['逐条重算哈希，核对默克尔树、封存检查点和签名。第一处不符会被指出。', 'Recomputes every hash and checks the Merkle tree, the sealed checkpoints and their signatures. The first mismatch is named.'],
  passed: ['通过', 'Passed'], broken: ['不通过', 'Failed'],
  sealed: ['已封存', 'Sealed'], waiting: ['待封存', 'Waiting'], root: ['根', 'Root'],
  events: ['{{count}} 个事件', '{{count}} event', '{{count}} events'],
  wrong: ['第一处不符', 'First mismatch'],
  wrong_leaf: ['叶 {{leaf}}，事件 {{event}}', 'leaf {{leaf}}, event {{event}}'],
  key_row: ['上下', 'move'], key_expand: ['展开', 'expand'], key_verify: ['校验', 'verify'],
  empty_value: ['空', 'empty'],
})

/** Kinds of events in words; one that is not here is shown as the server calls it. */
export const kinds = catalogue('audit_kinds', {
  record_created: ['新建', 'created'], record_updated: ['修改', 'changed'], record_changed: ['修改', 'changed'], record_deleted: ['删除', 'deleted'], record_read: ['查看', 'read'], record_revealed: ['揭示掩码', 'revealed'], record_exported: ['导出', 'exported'], record_imported: ['导入', 'imported'],
  list_read: ['查看列表', 'read a list'], report_read: ['查看报表', 'read a report'], panel_read: ['查看外部数据', 'read a live panel'],
  process_started: ['发起审批', 'started an approval'], process_finished: ['审批结束', 'finished an approval'], process_decided: ['审批决定', 'decided'], decided: ['审批决定', 'decided'], process_recalled: ['撤回', 'recalled'],
  task_claimed: ['认领', 'claimed'], task_released: ['放回', 'released'], work_item_created: ['生成待办', 'made a task'], work_item_done: ['办结待办', 'finished a task'],
  call_finished: ['外部调用', 'call finished'], access_refused: ['查看被拒', 'refused'],
  signed_in: ['登录', 'signed in'], signed_out: ['退出', 'signed out'], sign_in_failed: ['登录失败', 'sign-in failed'], token_created: ['新建令牌', 'made a token'], token_revoked: ['吊销令牌', 'revoked a token'], locale_set: ['改语言', 'set the language'],
  published: ['发布', 'published'], publish_failed: ['发布失败', 'publishing failed'], release_activated: ['启用版本', 'activated a release'], draft_saved: ['存草稿', 'saved a draft'], draft_discarded: ['弃草稿', 'discarded a draft'],
  review_submitted: ['提交复核', 'asked for a review'], review_returned: ['退回复核', 'returned a review'], review_approved: ['复核通过', 'approved a review'],
  connection_set: ['改连接', 'set a connection'], connection_tried: ['试连接', 'tried a connection'], audit_verified: ['校验审计', 'verified the trail'],
})
