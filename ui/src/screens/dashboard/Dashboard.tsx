/** A dashboard: tiles of reports and lists under the reader's own rights, each with its as-of time and the way behind it. */
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useParams } from 'react-router'
import { useMe, useScreens } from '../../kernel/api/queries'
import type { DashboardScreen, Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { ListTile } from './ListTile'
import { ReportTile } from './ReportTile'
import { words } from './words'
import '../list/list.css'
import '../report/report.css'
import './dashboard.css'

export default function Dashboard() {
  const t = useWords(words)
  const { app = '', dashboard: name = '' } = useParams()
  const screens = useScreens(app)
  const failed = stopOf(screens)
  if (failed) return <PageFailure error={failed} retry={() => void screens.refetch()} />
  if (!screens.data) return <div className="screen" aria-busy="true" />
  const dashboard = screens.data.dashboards?.[name]
  if (!dashboard) return <div className="screen"><div className="card empty"><h1>{t('gone')}</h1><p>{t('gone_text', { name })}</p></div></div>
  return <Tiles key={`${app} ${name}`} screens={screens.data} dashboard={dashboard} />
}

function Tiles({ screens, dashboard }: { readonly screens: Screens, readonly dashboard: DashboardScreen }) {
  const t = useWords(words), label = useLabel(), me = useMe().data, client = useQueryClient()
  useTitle(label(dashboard.label))
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{label(dashboard.label)}</h1>
        <span className="tag tag-brand">{[t('rights'), me?.unit?.name].filter(Boolean).join(' · ')}</span>
        <span className="grow" />
        <Button onClick={() => void client.invalidateQueries({ queryKey: ['tile', screens.app] })}>{t('refresh')}</Button>
      </div>
      <div className="dashboard">
        {dashboard.tiles.map(tile => (tile.report === null ? <ListTile key={tile.name} screens={screens} tile={tile} /> : <ReportTile key={tile.name} screens={screens} tile={tile} />))}
      </div>
    </div>
  )
}
