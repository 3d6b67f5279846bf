/** 自选: whom somebody names for later steps of an approval; one field for each step, out of the range that the server gives. */
import { Select } from 'antd'
import { useId } from 'react'
import type { PeopleChoice } from '../../kernel/api/processes'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { words } from './words'

/** People by step, as the server takes them. */
export type Chosen = Readonly<Record<string, readonly string[]>>

interface ChoosePeopleProps { readonly choices: readonly PeopleChoice[], readonly chosen: Chosen, readonly change: (chosen: Chosen) => void }

/** What has been chosen already counts until something else is. */
export const chosenOf = (choices: readonly PeopleChoice[] | undefined): Chosen =>
  Object.fromEntries((choices ?? []).filter(each => each.chosen.length > 0).map(each => [each.step, each.chosen]))

export function ChoosePeople({ choices, chosen, change }: ChoosePeopleProps) {
  const t = useWords(words), label = useLabel(), id = useId()
  return choices.map(({ step, title, at_least: least, at_most: most, people }) => {
    const one = most === 1, value = chosen[step] ?? []
    const set = (next: readonly string[]) => change(next.length > 0 ? { ...chosen, [step]: next } : Object.fromEntries(Object.entries(chosen).filter(([name]) => name !== step)))
    const shared = {
      id: `${id}${step}`, className: 'wide', showSearch: true, optionFilterProp: 'label', placeholder: t('choose_hint'), notFoundContent: t('choose_nobody'),
      options: people.map(person => ({ value: person.id, label: person.unit ? `${person.name} · ${person.unit}` : person.name })),
    }
    const rule = one ? '' : most === null ? t('choose_least', { least }) : t('choose_between', { least, most })
    return (
      <div key={step} className="choose-people">
        <label className="field-label" htmlFor={`${id}${step}`}>{t('choose_for', { step: label(title) })} {rule && <small className="hint">{rule}</small>}</label>
        {one
          ? <Select {...shared} value={value[0] ?? null} onChange={(person: string) => set([person])} />
          : <Select {...shared} mode="multiple" value={[...value]} {...(most === null ? {} : { maxCount: most })} onChange={(many: string[]) => set(many)} />}
      </div>
    )
  })
}
