/** Parameters and tables that a person maintains: what holds, what is proposed, who releases it. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useApps } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { Changes, OpenChange } from './Changes'
import { ParameterForm } from './ParameterForm'
import { TableForm } from './TableForm'
import { keyOf, type Entry, type Kind, type ParameterThing, type TableThing } from './types'
import { words } from './words'
import '../list/list.css'
import './maintained.css'

export default function Maintained() {
  const t = useWords(words), label = useLabel()
  const { app = '', kind, name } = useParams()
  const title = label(useApps().data?.items.find(each => each.app === app)?.label)
  const answer = useQuery({ queryKey: keyOf(app), queryFn: ({ signal }) => get<{ items: readonly Entry[] }>(path('api', app, 'maintained'), { signal }) })
  const items = answer.data?.items
  const shown = items?.find(each => each.kind === kind && each.name === name) ?? (kind === undefined ? items?.[0] : undefined)
  useTitle(`${t('title')} ${title}`)
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{title} · {t('note')}</span></div>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {items?.length === 0 && <p className="card card-body quiet">{t('none')}</p>}
      {items && items.length > 0 && (
        <div className="maintained">
          <nav className="card maintained-things" aria-label={t('things')}>
            <ul>
              {items.map(each => (
                <li key={`${each.kind} ${each.name}`}>
                  <Link to={`/app/${app}/maintained/${each.kind}/${each.name}`} aria-current={each === shown ? 'page' : undefined}>
                    <span className="grow">{label(each.label)}</span>
                    {each.open ? <span className="tag tag-warning">{t('waits')}</span> : <small className="hint">{t(each.kind)}</small>}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          {shown && <One key={`${shown.kind} ${shown.name}`} app={app} kind={shown.kind} name={shown.name} />}
        </div>
      )}
    </div>
  )
}

function One({ app, kind, name }: { readonly app: string, readonly kind: Kind, readonly name: string }) {
  const answer = useQuery({ queryKey: keyOf(app, kind, name), queryFn: ({ signal }) => get<TableThing | ParameterThing>(path('api', app, 'maintained', kind, name), { signal }) })
  const thing = answer.data
  if (answer.error) return <Failure error={answer.error} retry={() => void answer.refetch()} />
  if (!thing) return <div className="card card-body" aria-busy="true"><span className="grey" /></div>
  return (
    <div className="maintained-one">
      {thing.open && <OpenChange app={app} thing={thing} change={thing.open} />}
      {thing.kind === 'decision' ? <TableForm key={`${thing.open?.id} ${thing.changes[0]?.id}`} app={app} thing={thing} /> : <ParameterForm app={app} thing={thing} />}
      <Changes thing={thing} />
    </div>
  )
}
