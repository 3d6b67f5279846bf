/** Publishing, step by step: what changes, what that does, whom it reaches, and the second person who approves. */
import { Button, Radio } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { path, post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { usePlan } from '../draft/published'
import { useAutosave, useOpenDraft } from '../draft/saving'
import { useDraft } from '../draft/store'
import type { Review } from '../draft/types'
import { CrumbBar, DraftTag, SavingState } from '../shell/CrumbBar'
import { placeFor } from '../shell/views'
import { ChangeList } from './ChangeList'
import { Impact, widenedOf } from './Impact'
import { Steps } from './Steps'
import { UnitPicker } from './UnitPicker'
import { words } from './words'
import './publish.css'

const NO_UNITS: readonly string[] = []

export default function PublishPage() {
  const { app = '' } = useParams()
  const t = useWords(words)
  const navigate = useNavigate()
  const client = useQueryClient()
  const me = useMe().data
  const draft = useOpenDraft(app)
  useAutosave(app)
  const checksum = useDraft(state => state.checksum)
  const saving = useDraft(state => state.saving)
  const [units, setUnits] = useState<readonly string[] | null>(null)
  const query = usePlan(app, units ?? NO_UNITS)
  const plan = query.data
  const [step, setStep] = useState(0)
  const [confirmed, setConfirmed] = useState(false)
  const [note, setNote] = useState('')
  /** The bank's wall clock as typed; null for at once when approved. */
  const [at, setAt] = useState<string | null>(null)
  const [asked, setAsked] = useState(false)
  const once = useOnce()
  useTitle(t('title'))

  const submit = useMutation({
    mutationFn: () => {
      const body = { note: note.trim(), checksum, units: units ?? [], at }
      return once(body, key => post<Review>(path('api', 'builder', 'apps', app, 'submit'), { body, key }))
    },
    onSuccess: review => {
      void client.invalidateQueries({ queryKey: ['builder'] })
      void navigate(`/reviews/${review.id}`)
    },
  })
  const errors = plan?.diagnostics.filter(found => found.severity === 'error') ?? []
  const widened = plan ? widenedOf(plan) : []
  // A release keeps the texts: one in which only comments changed is published like any other.
  const differs = Boolean(plan && (plan.changes.length || plan.files.length))
  const mayGoOn = Boolean(plan && differs && !plan.blocked && (!widened.length || confirmed))
  const whole = (units === null || units.length > 0) && at !== ''
  const send = () => {
    setAsked(true)
    if (note.trim()) submit.mutate()
  }
  return (
    <>
      <CrumbBar app={app} crumbs={[{ text: plan ? t('to', { version: plan.to }) : t('title') }]}>
        {plan && <span className="tag tag-brand">{plan.from === null ? t('first') : t('based', { version: plan.from })}</span>}
        <DraftTag />
        <SavingState app={app} reload={() => void draft.takeTheirs()} />
        <span className="grow" />
        <Button size="small" onClick={() => void navigate(`/${app}`)}>{t('back')}</Button>
      </CrumbBar>
      <main className="publish" id="content" tabIndex={-1}>
        <Steps at={step} texts={[t('step_changes'), t('step_impact'), t('step_scope'), t('step_result')]} show={next => (next < 2 || mayGoOn) && next < 3 && setStep(next)} />
        <div className="publish-body">
          {query.error && <Failure error={query.error} retry={() => void query.refetch()} />}
          {plan?.blocked && (
            <div className="failure" role="alert">
              <p className="failure-text">{t('blocked')}</p>
              <ul>{errors.slice(0, 5).map(found => <li key={`${found.file} ${found.line} ${found.code}`}><span className="mono">{found.code}</span> {found.message} <Link to={placeFor(app, found)}>{t('see_problem')}</Link></li>)}</ul>
            </div>
          )}
          {!plan && !query.error && <span className="grey" aria-busy="true" />}
          {plan && step === 0 && <section className="card"><div className="card-head"><Heading>{t('step_changes')}</Heading><small className="hint">{t('changes_count', { count: plan.changes.length })}</small></div><ChangeList plan={plan} /></section>}
          {plan && step === 1 && <section className="card"><div className="card-head"><Heading>{t('step_impact')}</Heading></div><Impact app={app} plan={plan} confirmed={confirmed} confirm={() => setConfirmed(true)} /></section>}
          {plan && step === 2 && (
            <section className="card scope">
              <div className="card-head"><Heading>{t('step_scope')}</Heading><span className="tag tag-warning">{t('second_needed')}</span></div>
              <div className="card-body">
                <div>
                  <b id="scope">{t('scope')}</b>{' '}
                  <Radio.Group aria-labelledby="scope" value={units === null ? 'all' : 'pilot'} onChange={event => setUnits(event.target.value === 'all' ? null : [])} options={[{ value: 'all', label: t('scope_all') }, { value: 'pilot', label: t('scope_pilot') }]} />
                  <p className="hint small">{units !== null ? t('scope_pilot_note') : at === null && t('scope_note')}</p>
                </div>
                {units !== null && <div className="line"><label htmlFor="units">{t('pilot_units')}</label><UnitPicker id="units" units={units} choose={setUnits} /></div>}
                <div>
                  <b id="when">{t('when')}</b>{' '}
                  <Radio.Group aria-labelledby="when" value={at === null ? 'now' : 'at'} onChange={event => setAt(event.target.value === 'now' ? null : '')} options={[{ value: 'now', label: t('when_now') }, { value: 'at', label: t('when_at') }]} />
                  {at !== null && <p className="hint small">{t('at_note')}</p>}
                </div>
                {at !== null && <div className="line"><label htmlFor="at">{t('publish_at')}</label><input id="at" type="datetime-local" className="line-input at" value={at} onChange={event => setAt(event.target.value)} /></div>}
                <div className="line">
                  <label htmlFor="note">{t('note')}</label>
                  <textarea id="note" className="line-input note" rows={3} value={note} aria-invalid={asked && !note.trim()} aria-describedby="note-hint" onChange={event => setNote(event.target.value)} />
                  <p id="note-hint" className={asked && !note.trim() ? 'fault' : 'hint small'}>{asked && !note.trim() ? t('note_missing') : t('note_hint')}</p>
                </div>
                <p className="second"><span className="avatar" aria-hidden="true">{me?.name.slice(0, 1)}</span>{me?.name} · {t('second_note')}</p>
                {submit.error && <Failure error={submit.error} />}
              </div>
            </section>
          )}
        </div>
        <footer className="publish-foot">
          {step > 0 && <Button onClick={() => setStep(step - 1)}>‹ {t('previous')}</Button>}
          <span className="grow" />
          {step === 1 && widened.length > 0 && !confirmed && <span className="hint">{t('need_confirm')}</span>}
          {step === 0 && <Button type="primary" disabled={!differs} onClick={() => setStep(1)}>{t('next_impact')} ›</Button>}
          {step === 1 && <Button type="primary" disabled={!mayGoOn} onClick={() => setStep(2)}>{t('next_scope')} ›</Button>}
          {step === 2 && <Button type="primary" disabled={!mayGoOn || !whole || query.isFetching || saving !== 'saved' || submit.isPending} onClick={send}>{submit.isPending ? t('submitting') : t('submit')}</Button>}
        </footer>
      </main>
    </>
  )
}

/** The heading of a step takes the focus when the step opens. */
function Heading({ children }: { readonly children: string }) {
  return <h2 ref={focusNow} tabIndex={-1} className="no-ring">{children}</h2>
}

const focusNow = (heading: HTMLHeadingElement | null): void => heading?.focus()
