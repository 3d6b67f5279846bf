/** The home of one app: the figure of seven pieces with its table, the entity map, what changed and what fails. */
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import type { AppHomeAnswer, KindName } from '../draft/types'
import { CrumbBar } from '../shell/CrumbBar'
import { placeFor, workplaceOf } from '../shell/views'
import { DirectChange } from './DirectChange'
import { EntityMap } from './EntityMap'
import { useAppHome, useAppName, useBuilderApps, useReviews } from './queries'
import { Tangram } from './Tangram'
import { When } from './When'
import { words } from './words'
import './home.css'

export default function AppHome() {
  const { app = '' } = useParams()
  const t = useWords(words), label = useLabel()
  const navigate = useNavigate()
  const home = useAppHome(app)
  const data = home.data
  const title = data ? label(data.label) : app
  useTitle(title)
  return (
    <>
      <CrumbBar crumbs={[{ text: t('apps'), to: '/' }, { text: title }]}>
        {data && <span className={data.live ? 'tag tag-ok' : 'tag'}>{data.live ? t('live', liveOf(data.live)) : t('never_live')}</span>}
        {data?.draft && <span className="tag tag-brand">{t('draft', { count: data.draft.changes })}</span>}
        <span className="grow" />
        <Link to={`/${app}/releases`}>{t('releases')}</Link>
        <Button type="primary" size="small" onClick={() => void navigate(`/${app}/publish`)}>{t('publish')}</Button>
      </CrumbBar>
      <main className="home" id="content" tabIndex={-1}>
        <AppList current={app} />
        <div className="home-centre">
          {home.error && <Failure error={home.error} retry={() => void home.refetch()} />}
          {data && <Kinds app={app} data={data} />}
          {data && <EntityMap app={app} map={data.map} />}
        </div>
        <div className="home-side"><DirectChange app={app} />{data && <><Changes app={app} data={data} /><Checks app={app} data={data} /></>}<OpenReviews /></div>
      </main>
    </>
  )
}

const liveOf = ({ release, version }: NonNullable<AppHomeAnswer['live']>) => ({ release, version })

function AppList({ current }: { readonly current: string }) {
  const t = useWords(words), label = useLabel()
  const apps = useBuilderApps().data?.items ?? []
  const [search, setSearch] = useState('')
  const shown = apps.filter(each => label(each.label).includes(search.trim()) || each.app.includes(search.trim()))
  return (
    <nav className="home-apps" aria-label={t('apps')}>
      <h2>{t('apps')}</h2>
      <input className="line-input" type="search" value={search} aria-label={t('find_app', { count: apps.length })} placeholder={t('find_app', { count: apps.length })} onChange={event => setSearch(event.target.value)} />
      <ul>
        {shown.map(each => (
          <li key={each.app}>
            <Link to={`/${each.app}`} aria-current={each.app === current ? 'page' : undefined}>
              <b>{label(each.label)}</b>
              <span className="chips">
                <span className={each.live ? 'tag tag-ok' : 'tag'}>{each.live ? t('live', liveOf(each.live)) : t('never_live')}</span>
                {each.draft && <span className="tag tag-brand">{t('draft', { count: each.draft.changes })}</span>}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Kinds({ app, data }: { readonly app: string, readonly data: AppHomeAnswer }) {
  const t = useWords(words), label = useLabel()
  const navigate = useNavigate()
  const [marked, setMarked] = useState<KindName | null>(null)
  const errors = data.diagnostics.filter(found => found.severity === 'error').length
  const problem = (kind: AppHomeAnswer['kinds'][number]) =>
    kind.errors ? <span className="tag tag-seal">{t('errors', { count: kind.errors })}</span> : kind.warnings ? <span className="tag tag-warning">{t('warnings', { count: kind.warnings })}</span> : <span className="hint">{t('none')}</span>
  return (
    <section className="card kinds" aria-labelledby="kinds">
      <div className="card-head">
        <h2 id="kinds">{t('kinds')}</h2><small className="hint grow">{t('kinds_hint')}</small>
        {errors > 0 && <span className="tag tag-seal">{t('errors', { count: errors })}</span>}
      </div>
      <div className="kinds-body">
        <Tangram app={app} kinds={data.kinds} marked={marked} mark={setMarked} />
        <table>
          <thead><tr><th scope="col">{t('kind')}</th><th scope="col" className="kinds-inside">{t('inside')}</th><th scope="col" className="num">{t('count')}</th><th scope="col" className="num">{t('changes')}</th><th scope="col">{t('problems')}</th></tr></thead>
          <tbody>
            {data.kinds.map(kind => (
              <tr key={kind.kind} className={marked === kind.kind ? 'is-marked' : ''} onPointerEnter={() => setMarked(kind.kind)} onPointerLeave={() => setMarked(null)} onClick={() => void navigate(`/${app}/kind/${kind.kind}`)}>
                <th scope="row"><span className={`mark mark-${kind.kind}`} aria-hidden="true" /><Link to={`/${app}/kind/${kind.kind}`}>{label(kind.label)}</Link></th>
                <td className="quiet kinds-inside">{t(`${kind.kind}_inside`)}</td>
                <td className="num">{kind.count}</td>
                <td className="num">{kind.changes}</td>
                <td>{problem(kind)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Changes({ app, data }: { readonly app: string, readonly data: AppHomeAnswer }) {
  const t = useWords(words), label = useLabel()
  return (
    <section className="card" aria-labelledby="changes">
      <div className="card-head">
        <h2 id="changes">{data.live ? t('since', { release: data.live.release }) : t('since_start')}</h2>
        <small className="hint grow">{t('since_count', { count: data.changes.length })}</small>
        {data.changes.length > 0 && <Link to={`/${app}/publish`}>{t('see_difference')}</Link>}
      </div>
      <ul className="side-list">
        {data.changes.slice(0, 8).map(change => (
          <li key={`${change.file} ${label(change.words)}`}>
            <span className={`mark mark-${change.kind}`} aria-hidden="true" />
            <span className="grow">
              <Link to={workplaceOf(app, change.file)}>{label(change.label)}</Link> {label(change.words)} {change.flag && <span className="tag tag-seal">{t(change.flag)}</span>}
              <br /><small className="hint">{change.by?.name}{change.at && <> · <When at={change.at} /></>}</small>
            </span>
          </li>
        ))}
        {!data.changes.length && <li className="hint">{t('no_changes')}</li>}
      </ul>
    </section>
  )
}

function Checks({ app, data }: { readonly app: string, readonly data: AppHomeAnswer }) {
  const t = useWords(words)
  return (
    <section className="card" aria-labelledby="checks">
      <div className="card-head"><h2 id="checks" className="grow">{t('checks')}</h2>{!data.diagnostics.length && <span className="tag tag-ok">{t('all_pass')}</span>}</div>
      {data.diagnostics.length > 0 && (
        <ul className="side-list">
          {data.diagnostics.slice(0, 8).map(found => (
            <li key={`${found.file} ${found.line} ${found.code}`}>
              <span className={`tag ${found.severity === 'error' ? 'tag-seal' : 'tag-warning'}`}>{found.code}</span>
              <span className="grow"><Link to={placeFor(app, found)}>{found.message}</Link><br /><small className="mono hint">{found.file}:{found.line}</small></span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function OpenReviews() {
  const t = useWords(words), name = useAppName()
  const open = useReviews().data?.items.filter(review => review.state === 'open') ?? []
  if (!open.length) return null
  return (
    <section className="card" aria-labelledby="reviews">
      <div className="card-head"><h2 id="reviews" className="grow">{t('reviews')}</h2></div>
      <ul className="side-list">
        {open.map(review => <li key={review.id}><Link to={`/reviews/${review.id}`}>{t('review_of', { app: name(review.app), release: review.to })}</Link><small className="hint">{review.author.name}</small></li>)}
      </ul>
    </section>
  )
}
