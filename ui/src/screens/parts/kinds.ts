/** Kinds of events in words, for histories and for the audit trail; one that is not here is shown as the server calls it. */
import { catalogue, say } from '../../kernel/i18n/catalogue'

export const words = catalogue('kinds', {
  record_created: ['新建', 'Created'], record_changed: ['修改', 'Changed'], record_deleted: ['删除', 'Deleted'], role_granted: ['授予角色', 'Role given'], role_revoked: ['收回角色', 'Role taken'], record_restored: ['恢复', 'Restored'], record_merged: ['其他记录并入', 'Others merged into it'], record_unmerged: ['撤销合并', 'Merge undone'], imported: ['导入', 'Imported'],
  emergency_taken: ['启用应急角色', 'Emergency role taken'], emergency_act: ['紧急访问操作', 'Act in an emergency'], emergency_ended: ['结束紧急访问', 'Emergency ended'], emergency_reviewed: ['复核紧急访问', 'Emergency reviewed'],
  record_revealed: ['查看明文', 'Seen in clear'], reveals_used_up: ['明文次数用尽', 'No more looks today'], record_printed: ['打印', 'Printed'], records_exported: ['导出清单', 'Exported a list'], export_asked: ['申请导出', 'Export asked for'], export_released: ['批准导出', 'Export released'], export_returned: ['退回导出', 'Export returned'], export_withdrawn: ['撤回导出申请', 'Export withdrawn'],
  import_staged: ['上传导入文件', 'Import staged'], import_checked: ['预检导入', 'Import checked'], import_release: ['批准导入', 'Import released'], import_refuse: ['不批准导入', 'Import refused'], import_write: ['开始写入导入', 'Import begun'], import_cancel: ['取消导入', 'Import cancelled'], import_undo: ['开始撤销导入', 'Undo of an import begun'], import_undone: ['撤销导入', 'Import taken back'],
  kept_proposed: ['申请变更', 'Change proposed'], kept_released: ['批准变更', 'Change released'], kept_returned: ['退回变更', 'Change returned'], kept_withdrawn: ['撤回变更', 'Change withdrawn'], rates_entered: ['录入汇率', 'Rates entered'],
  publication_reopened: ['迟到的发布现在执行', 'Late publication taken up'],
  release_given: ['送出版本', 'Release given'], release_source_set: ['登记来源服务器', 'Source entered'], release_source_removed: ['移除来源服务器', 'Source removed'], direct_change_opened: ['打开直接修改', 'Direct change opened'],
  panel_read: ['查看外部数据', 'Read live data'], report_read: ['查看报表', 'Read a report'], exported: ['导出', 'Exported'],
  process_started: ['发起审批', 'Approval started'], process_decided: ['审批决定', 'Decision'], process_finished: ['审批结束', 'Approval ended'], process_held: ['审批挂起', 'Approval held'], process_passed: ['无人审批自动通过', 'Passed without anybody'],
  process_called: ['调用外部系统', 'Called a system'], process_overdue: ['审批超时', 'Overdue'], process_reminded: ['超时提醒', 'Reminded'], process_repeated: ['自动去重', 'Earlier approval stands'], process_urged: ['催办', 'Urged'], process_recalled: ['撤回申请', 'Taken back'],
  task_claimed: ['认领待办', 'Task claimed'], task_released: ['放回待办', 'Task released'], work_item: ['生成待办', 'Task made'], work_item_done: ['办结待办', 'Task done'],
  event_received: ['收到外部事件', 'Event received'], event_kept: ['事件早到，暂存', 'Event kept'], event_late: ['事件迟到，未用', 'Event too late'], event_expired: ['暂存事件到期', 'Kept event expired'], automation_taken: ['规则命中', 'Rule applied'], automation_ran: ['规则运行', 'Rule ran'], call_finished: ['外部系统答复', 'Call answered'], call_rejected: ['外部系统拒绝', 'Call rejected'], call_unknown: ['外部结果不明', 'Call unclear'],
  task_transferred: ['转办', 'Handed over'], task_added: ['加签', 'Seat added'], task_removed: ['减签', 'Seat taken away'], opinion_asked: ['征询意见', 'Opinion asked'], opinion_given: ['答复意见', 'Opinion given'], opinion_withdrawn: ['不再征询', 'Opinion not waited for'],
  process_voted: ['投票', 'Voted'], process_ballots: ['公布票面', 'Ballots told'], process_undo_started: ['开始冲正', 'Calls taken back'], process_call_settled: ['查明外部结果', 'Outcome found out'], process_people_chosen: ['选定办理人', 'People chosen'], process_copied: ['抄送', 'Copied'], copy_read: ['已阅抄送', 'Copy read'], process_waited: ['等待结束', 'Wait over'], process_ballot_closed: ['表决截止', 'Ballot closed'], process_suspended: ['挂起审批', 'Approval suspended'], process_resumed: ['激活审批', 'Approval resumed'], process_terminated: ['终止审批', 'Approval ended by hand'], process_jump_asked: ['申请跳转', 'Jump asked for'], process_jumped: ['跳转', 'Jumped'], process_migrated: ['版本迁移', 'Moved to another release'], signature_refused: ['签名被拒', 'Signature refused'],
  process_sub_flow_started: ['发起子流程', 'Sub-flows begun'], process_sub_flow_ended: ['子流程结束', 'Sub-flow ended'], process_sub_flow_stopped: ['终止子流程', 'Sub-flows stopped'],
  process_taken_back: ['拿回', 'Taken back'], approvals_reported: ['导出审批报表', 'Report of approvals taken'],
  person_added: ['新增人员', 'Person added'], person_changed: ['变更人员', 'Person changed'], password_set: ['设置密码', 'Password set'], post_given: ['任职', 'Post given'], post_ended: ['免职', 'Post ended'], group_joined: ['加入小组', 'Group joined'], group_left: ['退出小组', 'Group left'], unit_added: ['新增机构', 'Unit added'], unit_changed: ['变更机构', 'Unit changed'],
  proxy_set: ['设置代理', 'Proxy named'], proxy_ended: ['结束代理', 'Proxy ended'],
  signed_in: ['登录', 'Signed in'], signed_out: ['退出', 'Signed out'], sign_in_refused: ['登录被拒', 'Sign-in refused'], token_created: ['新建令牌', 'Token made'], token_revoked: ['吊销令牌', 'Token revoked'],
  published: ['发布', 'Published'], publish_failed: ['发布失败', 'Publishing failed'], release_activated: ['启用版本', 'Release activated'], pilot_started: ['开始试点', 'Pilot started'], pilot_changed: ['调整试点机构', 'Pilot moved'], pilot_extended: ['试点推广全行', 'Pilot made live for all'], pilot_ended: ['结束试点', 'Pilot ended'], purge_asked: ['申请清除', 'Purge asked for'], purge_withdrawn: ['撤回清除申请', 'Purge withdrawn'], purged: ['清除数据', 'Purged'], draft_saved: ['存草稿', 'Draft saved'], draft_discarded: ['弃草稿', 'Draft discarded'],
  review_submitted: ['提交复核', 'Review asked for'], review_returned: ['退回复核', 'Review returned'], review_withdrawn: ['撤回复核', 'Review withdrawn'], publication_scheduled: ['定时发布', 'Publication scheduled'], publication_cancelled: ['取消定时发布', 'Publication cancelled'], publication_not_started: ['未按时发布', 'Not published at its time'], connection_set: ['改连接', 'Connection set'], connection_tried: ['试连接', 'Connection tried'], file_refused: ['拒收文件', 'File refused'], duplicate_dismissed: ['确认并非重复', 'Not a duplicate'],
  webhook_made: ['新建推送', 'Webhook made'], webhook_changed: ['改推送', 'Webhook changed'], webhook_deleted: ['删除推送订阅', 'Webhook deleted'], webhook_stopped: ['停止推送', 'Webhook stopped'], webhook_started: ['启动推送', 'Webhook started'], webhook_secret_changed: ['更换推送密钥', 'Webhook secret changed'], webhook_replayed: ['重放推送', 'Webhook replayed'], webhook_tried: ['试推送', 'Webhook tried'], webhook_hosts_set: ['设置推送主机', 'Webhook hosts set'],
  key_added: ['新增密钥', 'Key added'], keys_rotated: ['更换密钥', 'Keys rotated'], key_removed: ['移除密钥', 'Key removed'], audit_verified: ['校验审计', 'Trail verified'],
})

/** What was clicked at a step, and how an approval ended, as what has happened. */
export const outcomes = catalogue('outcomes', {
  take_back: ['拿回', 'taken back'],
  approve: ['同意', 'Approved'], reject: ['拒绝', 'Refused'], return: ['退回', 'Returned'], complete: ['提交', 'Submitted'], abstain: ['弃权', 'Abstained'], veto: ['否决', 'Vetoed'],
  claim: ['认领', 'Claimed'], answer: ['答复', 'Answered'], read: ['阅知', 'Read'], open: ['等待', 'Waiting'], not_required: ['无需办理', 'Not required'], completed: ['完成', 'Completed'], abstained: ['弃权', 'Abstained'], release: ['放回', 'Put back'], done: ['办结', 'Done'],
  approved: ['已批准', 'Approved'], rejected: ['已拒绝', 'Refused'], stopped: ['已撤回', 'Taken back'], cancelled: ['已取消', 'Cancelled'],
})

/** A decision or an end in words; one that this page does not know is shown as the server calls it. */
export const outcomeText = (outcome: string): string => (outcome in outcomes.entries ? say(outcomes, outcome as keyof typeof outcomes.entries) : outcome.replaceAll('_', ' '))

/** Kinds are written with a dot or an underscore between their parts. */
const keyOf = (kind: string): string => kind.replaceAll('.', '_')

export const kindText = (kind: string, decision?: unknown): string => {
  const key = keyOf(kind)
  // To fill in a step is no decision over somebody else's case, and a decision says which.
  if (key === 'process_decided' && typeof decision === 'string') return outcomeText(decision)
  return key in words.entries ? say(words, key as keyof typeof words.entries) : key.replaceAll('_', ' ')
}

const TONES: readonly (readonly [RegExp, string])[] = [
  [/delete|fail|refuse|return|revoke|reject|held|overdue|unknown/, 'tag-seal'], [/import|export|token|reveal|emergency/, 'tag-warning'], [/creat|finish|signed_in|publish|activat|verified|done/, 'tag-ok'], [/chang|set|saved|decided|started|recalled/, 'tag-brand'],
]
export const kindTone = (kind: string): string => TONES.find(([pattern]) => pattern.test(kind))?.[1] ?? ''

/** The kinds as the trail spells them, to filter by. */
export const KINDS: readonly string[] = Object.keys(words.entries).map(key => key.replace(/^(records?|export|file|duplicate)_/, '$1.'))
