/** 子流程: what an approval began and how far that is, with a way there for whom may go it; and what began it. */
import { Link } from 'react-router'
import type { Process, SubFlowRecord, SubFlowRun } from '../../kernel/api/processes'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { words } from './words'

const TAGS: Readonly<Record<SubFlowRun['state'], string>> = {
  starting: 'tag', failed: 'tag tag-warning', running: 'tag tag-brand', approved: 'tag tag-ok', rejected: 'tag tag-seal', stopped: 'tag', stopping: 'tag', held: 'tag tag-warning',
}

interface SubFlowsProps {
  readonly process: Process
  /** Shows the run of a flow over the same record, which has no page of its own. */
  readonly open?: ((id: string) => void) | undefined
}

const RecordLink = ({ record }: { readonly record: SubFlowRecord }) => <Link to={`/app/${record.app}/${record.entity}/${record.id}`}>{record.title}</Link>

function Run({ run, open }: { readonly run: SubFlowRun, readonly open: SubFlowsProps['open'] }) {
  const t = useWords(words), c = useWords(common), label = useLabel()
  return (
    <li className="sub-flow">
      <p className="trail-line"><b className="grow">{label(run.title) || run.step}</b><span className={TAGS[run.state]}>{t(`state_${run.state}`)}</span></p>
      <p className="hint small">
        {run.here && open ? <button type="button" className="link" onClick={() => open(run.id)}>{t('sub_flow_open')}</button> : run.record ? <RecordLink record={run.record} /> : t('sub_flow_hidden')}
        {run.at.length > 0 && ` · ${run.at.map(each => label(each)).join(c('separator'))}`}
      </p>
    </li>
  )
}

export function SubFlows({ process, open }: SubFlowsProps) {
  const t = useWords(words), label = useLabel(), runs = process.children ?? []
  return (
    <>
      {process.parent && <p className="small sub-flow-parent">{t('sub_flow_of', { title: label(process.parent.title) })} {process.parent.record && <RecordLink record={process.parent.record} />}</p>}
      {runs.length > 0 && <h3 className="small">{t('sub_flows', { count: runs.length })}</h3>}
      {runs.length > 0 && <ul className="sub-flows">{runs.map(run => <Run key={run.id} run={run} open={open} />)}</ul>}
    </>
  )
}
