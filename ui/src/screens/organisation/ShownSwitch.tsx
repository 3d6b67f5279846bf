/** Which of what a person holds and held is shown; a day tells what counted then. */
import { Segmented } from 'antd'
import { useState } from 'react'
import { useMe } from '../../kernel/api/queries'
import { showDay } from '../../kernel/format/dates'
import { isDay } from '../../kernel/expr/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import type { Shown } from './held'
import { DayInput } from '../parts/DayInput'
import { words } from './words'

const VIEWS = ['now', 'all', 'on'] as const

export function ShownSwitch({ shown, change }: { readonly shown: Shown, readonly change: (shown: Shown) => void }) {
  const t = useWords(words), locale = useLocale(), today = useMe().data?.business_date ?? ''
  const view = typeof shown === 'string' ? shown : 'on'
  const [typed, setTyped] = useState<string | null>(typeof shown === 'string' ? null : shown.on)
  const type = (day: string | null) => {
    setTyped(day)
    if (isDay(day)) change({ on: day })
  }
  const choose = (next: (typeof VIEWS)[number]) => {
    if (next === 'on') type(today)
    else change(next)
  }
  return (
    <div className="shown" role="group" aria-label={t('view')}>
      <Segmented aria-label={t('view')} value={view} onChange={choose} options={VIEWS.map(value => ({ value, label: t(`view_${value}`) }))} />
      {view === 'on' && <><label htmlFor="shown-day">{t('view_day')}</label><div className="shown-day"><DayInput id="shown-day" invalid={typed !== null && !isDay(typed)} value={typed} change={type} /></div></>}
      <span role="status" className="quiet">{typeof shown !== 'string' && t('as_of', { day: showDay(shown.on, locale) })}</span>
    </div>
  )
}
