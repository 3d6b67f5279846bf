/** All releases of an app, newest first, and the way back to an earlier one. */
import { Button } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { path, post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Confirm } from '../../kernel/parts/Dialog'
import { useEnvironment } from '../../kernel/parts/EnvironmentMark'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import type { ReleaseEntry } from '../draft/types'
import { useReleases } from '../home/queries'
import { When } from '../home/When'
import { CrumbBar } from '../shell/CrumbBar'
import { GiveRelease } from './GiveRelease'
import { PilotActs } from './PilotActs'
import { Scheduled } from './Scheduled'
import { Tombstones } from './Tombstones'
import { words } from './words'
import './publish.css'

const TAG = { active: 'tag-ok', pilot: 'tag-brand', superseded: '', applying: 'tag-warning', failed: 'tag-seal' } as const

export default function Releases() {
  const { app = '' } = useParams()
  const t = useWords(words), c = useWords(common)
  const client = useQueryClient(), once = useOnce()
  const [asked, setAsked] = useState<number | null>(null)
  const releases = useReleases(app)
  const publishes = useMe().data?.platform_roles.includes('publisher') ?? false
  const gives = Boolean(useEnvironment().data?.environment)
  useTitle(t('releases'))
  const activate = useMutation({
    mutationFn: (release: number) => once(release, key => post<ReleaseEntry>(path('api', 'builder', 'apps', app, 'releases', String(release), 'activate'), { body: {}, key })),
    onSuccess: () => {
      setAsked(null)
      void client.invalidateQueries({ queryKey: ['builder'] })
    },
  })
  return (
    <>
      <CrumbBar app={app} crumbs={[{ text: t('releases') }]} />
      <main className="content" id="content" tabIndex={-1}>
        <div className="screen">
          <h1>{t('releases')}</h1>
          {releases.error && <Failure error={releases.error} />}
          <Scheduled items={releases.data?.scheduled ?? []} />
          <div className="card table-card" role="region" tabIndex={0} aria-label={t('releases')}>
            <table>
              <thead><tr><th scope="col">{t('release')}</th><th scope="col">{t('state')}</th><th scope="col">{t('note')}</th><th scope="col">{t('author')}</th><th scope="col">{t('approver')}</th><th scope="col">{t('at')}</th><th scope="col"><span className="sr">{t('go_back_column')}</span></th></tr></thead>
              <tbody>
                {releases.data?.items.map(each => (
                  <tr key={each.release}>
                    <th scope="row">{t('release_no', { version: each.release })} <span className="hint">v{each.version}</span></th>
                    <td><span className={`tag ${TAG[each.state]}`}>{t(each.state)}</span>{each.units.length > 0 && <span className="hint small"> {each.units.map(unit => unit.name).join(c('separator'))}</span>}</td>
                    <td>{each.note}{each.origin && <p className="hint small">{each.origin.kind === 'direct' ? `${t('direct_change')} ${each.origin.reason}` : t('came_from', { server: each.origin.statement.environment.name ?? t(`kind_${each.origin.statement.environment.kind}`), version: each.origin.statement.release })}</p>}</td>
                    <td>{each.author?.name}</td>
                    <td>{each.approver?.name}</td>
                    <td>{(each.activated_at ?? each.piloted_at) && <When at={each.activated_at ?? each.piloted_at ?? ''} />}</td>
                    <td>{publishes && each.state === 'pilot' && <PilotActs app={app} release={each} />}{publishes && each.state === 'superseded' && each.activated_at && <Button size="small" danger disabled={activate.isPending} onClick={() => setAsked(each.release)}>{t('go_back', { version: each.release })}</Button>}{gives && (each.activated_at ?? each.piloted_at) && <> <GiveRelease app={app} release={each.release} /></>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Tombstones app={app} />
        </div>
      </main>
      {asked !== null && (
        <Confirm
          title={t('go_back_title', { version: asked })} text={t('go_back_text')} yes={t('go_back', { version: asked })} busy={activate.isPending} failure={activate.error}
          confirm={() => activate.mutate(asked)} cancel={() => {
            activate.reset()
            setAsked(null)
          }}
        />
      )}
    </>
  )
}
