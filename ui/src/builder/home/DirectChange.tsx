/** Where definitions come by promotions only: that it is so, and a direct change opened for a reason. */
import { Button } from 'antd'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { get, path, post } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { ActDialog } from '../../screens/organisation/ActDialog'
import { When } from './When'
import { words } from './words'

interface Direct { readonly promotions_only: boolean, readonly open: { readonly reason: string, readonly until: string } | null }

export function DirectChange({ app }: { readonly app: string }) {
  const t = useWords(words), client = useQueryClient()
  const place = path('api', 'builder', 'apps', app, 'direct')
  const answer = useQuery({ queryKey: ['builder', 'direct', app], queryFn: ({ signal }) => get<Direct>(place, { signal }) }).data
  const designs = useMe().data?.platform_roles.includes('designer') ?? false
  const [asked, setAsked] = useState(false)
  if (!answer?.promotions_only) return null
  return (
    <section className="card direct" aria-label={t('direct')}>
      <div className="card-body">
        {answer.open
          ? <p className="notice"><span>{t('direct_open')} <b>{answer.open.reason}</b> {t('direct_until')} <When at={answer.open.until} /></span></p>
          : <p>{t('direct_none')} <Link to="/promotions">{t('direct_promotions')}</Link></p>}
        {designs && !answer.open && <Button size="small" danger onClick={() => setAsked(true)}>{t('direct_ask')}</Button>}
      </div>
      {asked && (
        <ActDialog
          title={t('direct_ask')} text={t('direct_text')} yes={t('direct_yes')} danger close={() => setAsked(false)} send={reason => post<Direct>(place, { body: { reason } })}
          done={() => { setAsked(false); void client.invalidateQueries({ queryKey: ['builder', 'direct', app] }) }}
        />
      )}
    </section>
  )
}
