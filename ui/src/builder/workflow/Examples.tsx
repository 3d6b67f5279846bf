/** How the worked cases of the flow come out, in the foot; a case that fails leads to its line. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { path, post } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { useDraft } from '../draft/store'
import { placeFor } from '../shell/views'
import { workflowFile } from './workflow'
import { words } from './words'

interface Result { readonly workflow: string, readonly name: string, readonly state: 'passed' | 'failed' | 'not_run', readonly line: number, readonly faults: readonly { readonly message: string, readonly line: number }[] }

export function Examples({ app, workflow }: { readonly app: string, readonly workflow: string }) {
  const t = useWords(words)
  const navigate = useNavigate()
  const checksum = useDraft(state => state.checksum)
  const { data } = useQuery({
    queryKey: ['builder', 'examples', app, checksum], enabled: checksum !== '', retry: false, staleTime: Infinity,
    queryFn: ({ signal }) => post<{ items: readonly Result[] }>(path('api', 'builder', 'apps', app, 'examples'), { body: {}, signal }),
  })
  const mine = data?.items.filter(each => each.workflow === workflow) ?? []
  const passed = mine.filter(each => each.state === 'passed').length
  const first = mine.find(each => each.state === 'failed') ?? mine.find(each => each.state === 'not_run')
  if (!mine.length) return null
  const text = t('examples', { passed, all: mine.length })
  return first
    ? <button type="button" className={`tag foot-count ${first.state === 'failed' ? 'tag-seal' : 'tag-warning'}`} title={first.faults.map(fault => fault.message).join('\n')} onClick={() => void navigate(placeFor(app, { file: workflowFile(workflow), line: first.line }))}>{text} · {first.name}</button>
    : <span className="hint small">{text}</span>
}
