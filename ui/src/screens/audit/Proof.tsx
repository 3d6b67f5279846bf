/** The proof of the whole trail, on demand: what was checked, and the first thing that is wrong. */
import { Button } from 'antd'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import type { Verified } from './types'
import { words } from './words'

interface ProofProps { readonly result: Verified | undefined, readonly busy: boolean, readonly error: unknown, readonly verify: () => void }

export function Proof({ result, busy, error, verify }: ProofProps) {
  const t = useWords(words)
  return (
    <section className={`card proof ${result && !result.passed ? 'proof-broken' : ''}`} aria-labelledby="proof">
      <div className="card-head"><h2 id="proof">{t('proof')}</h2><span className="grow" /><span role="status">{busy ? <span className="tag">{t('verifying')}</span> : result && <span className={result.passed ? 'tag tag-ok' : 'tag tag-seal'}>{t(result.passed ? 'passed' : 'broken')}</span>}</span></div>
      <div className="card-body proof-body">
        <p className="quiet small">{t('proof_text')}</p>
        {error !== null && <Failure error={error} />}
        {result?.wrong && <div className="failure" role="alert"><p className="failure-text">{t('wrong')}：{result.wrong.message}</p><p className="mono">{t('wrong_leaf', { leaf: result.wrong.leaf_index ?? '—', event: result.wrong.event_id ?? '—' })}</p></div>}
        {result && (
          <dl className="proof-facts">
            <div><dt>{t('sealed')}</dt><dd>{t('events', { count: result.sealed }).replace(String(result.sealed), group(String(result.sealed)))}</dd></div>
            <div><dt>{t('waiting')}</dt><dd>{t('events', { count: result.waiting })}</dd></div>
            {result.root && <div><dt>{t('root')}</dt><dd className="mono proof-root">{result.root}</dd></div>}
          </dl>
        )}
        <Button type="primary" aria-busy={busy} aria-keyshortcuts="V" onClick={verify}>{t('verify')} <kbd aria-hidden="true">V</kbd></Button>
      </div>
    </section>
  )
}
