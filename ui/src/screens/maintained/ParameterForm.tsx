/** A parameter: what holds, for whom, and the form that proposes another value. */
import { Button, Input } from 'antd'
import { useId, useState, type FormEvent } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { usePropose } from './propose'
import type { ParameterThing } from './types'
import { words } from './words'

const FIELDS = ['value', 'valid_from', 'unit', 'note'] as const
type Field = (typeof FIELDS)[number]
const EMPTY: Readonly<Record<Field, string>> = { value: '', valid_from: '', unit: '', note: '' }

export function ParameterForm({ app, thing }: { readonly app: string, readonly thing: ParameterThing }) {
  const t = useWords(words), label = useLabel(), id = useId()
  const [values, setValues] = useState(EMPTY)
  const { propose, faults, faultAt } = usePropose(app, 'parameter', thing.name)
  const shown = FIELDS.filter(name => name !== 'unit' || thing.by.includes('branch'))
  const wordOf = (name: Field) => t(name === 'note' ? 'change_note' : name === 'unit' ? 'unit_code' : name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text !== ''))
    if (!propose.isPending) propose.mutate(body, { onSuccess: () => setValues(EMPTY) })
  }
  return (
    <section className="card" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`} className="grow">{label(thing.label)}</h2><span>{t('holds')} <b className="num">{thing.value ?? '—'}</b></span></div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('values')}>
        <table className="table">
          <caption className="sr">{t('values')}</caption>
          <thead><tr><th scope="col">{t('valid_from')}</th><th scope="col">{t('unit')}</th><th scope="col" className="num">{t('value')}</th></tr></thead>
          <tbody>
            {thing.values.map(each => <tr key={`${each.valid_from} ${each.unit} ${each.value}`}><th scope="row">{each.valid_from}</th><td>{each.unit ?? t('all_units')}</td><td className="num">{each.value ?? '—'}</td></tr>)}
            <tr><th scope="row">{t('shipped_value')}</th><td>{t('all_units')}</td><td className="num">{thing.shipped}</td></tr>
          </tbody>
        </table>
      </div>
      {!thing.open && (
        <form className="card-body maintained-form" onSubmit={submit} noValidate>
          {shown.map(name => (
            <div key={name} className={name === 'note' ? 'maintained-wide' : ''}>
              <label htmlFor={`${id}-${name}`}>{wordOf(name)}</label>
              <Input id={`${id}-${name}`} value={values[name]} placeholder={name === 'valid_from' ? 'YYYY-MM-DD' : ''} maxLength={name === 'note' ? 2000 : 120} status={faultAt(`/${name}`) ? 'error' : ''} aria-invalid={faultAt(`/${name}`) !== ''} aria-describedby={`${id}-${name}-fault`} onChange={event => setValues({ ...values, [name]: event.target.value })} />
              <p id={`${id}-${name}-fault`} className="fault" role="alert">{faultAt(`/${name}`)}</p>
            </div>
          ))}
          <div className="maintained-wide maintained-buttons"><Button type="primary" htmlType="submit" aria-busy={propose.isPending}>{t('propose')}</Button></div>
          {propose.error && faults.length === 0 && <Failure error={propose.error} />}
        </form>
      )}
    </section>
  )
}
