/** Releases between servers: what this one is to others, whose releases it takes, and one proposed here. */
import { useQuery } from '@tanstack/react-query'
import { useTitle } from '../../kernel/parts/title'
import { get } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { EnvironmentMark, useEnvironment } from '../../kernel/parts/EnvironmentMark'
import { Failure } from '../../kernel/parts/Failure'
import { CrumbBar } from '../shell/CrumbBar'
import { ProposeRelease } from './ProposeRelease'
import { Sources, type Source } from './Sources'
import { words } from './words'
import './publish.css'

interface Answer { readonly key: string, readonly key_id: string, readonly promotions_only: boolean, readonly sources: readonly Source[] }

const usePromotions = () => useQuery({ queryKey: ['builder', 'promotions'], queryFn: ({ signal }) => get<Answer>('/api/builder/promotions', { signal }) })

export default function Promotions() {
  const t = useWords(words)
  const answer = usePromotions(), environment = useEnvironment().data?.environment
  const roles = useMe().data?.platform_roles ?? []
  useTitle(t('promotions'))
  return (
    <>
      <CrumbBar crumbs={[{ text: t('promotions') }]} />
      <main className="content" id="content" tabIndex={-1}>
        <div className="screen promotions">
          <h1>{t('promotions')}</h1>
          {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
          {answer.data && (
            <>
              <section className="card">
                <div className="card-head"><h2>{t('this_server')}</h2><EnvironmentMark /></div>
                <div className="card-body">
                  {!environment && <p className="notice">{t('no_environment')}</p>}
                  {answer.data.promotions_only && <p className="notice">{t('promotions_only')}</p>}
                  <p>{t('own_key')} <code className="mono key">{answer.data.key}</code> <span className="hint small mono">{answer.data.key_id}</span></p>
                  <p className="hint small">{t('own_key_note')}</p>
                </div>
              </section>
              <Sources items={answer.data.sources} may={roles.includes('administrator')} />
              {environment && (roles.includes('designer') || roles.includes('publisher')) && <ProposeRelease sources={answer.data.sources} />}
            </>
          )}
        </div>
      </main>
    </>
  )
}
