/** The entities that a reference leads to: those of the draft, and the organisation's. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { entityModel, labelOf } from '../draft/definition'
import { useDraft } from '../draft/store'
import { useDesigner } from './designer'
import { words } from './words'

const DIRECTORY = { 'org.branch': { zh: '机构', en: 'Branch' }, 'org.person': { zh: '人员', en: 'Person' } } as const

/** `several` for a reference of several kinds, which keeps at least one. */
export function TargetsEditor({ field, chosen, several }: { readonly field: string, readonly chosen: readonly string[], readonly several: boolean }) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const files = useDraft(state => state.files)
  const own = Object.keys(files).flatMap(path => /^entities\/([a-z0-9_]+)\.yaml$/.exec(path)?.[1] ?? [])
  const known = new Map([...own.map(name => [name, labelOf(entityModel(files, name)['label'])] as const), ...Object.entries(DIRECTORY)])
  const names = [...known.keys(), ...chosen.filter(name => !known.has(name))]
  const set = (name: string, on: boolean) => {
    if (!several) return designer.setField(field, 'to', name)
    const next = names.filter(each => (each === name ? on : chosen.includes(each)))
    return next.length > 0 && designer.setField(field, 'to', next)
  }
  return (
    <fieldset className="line targets">
      <legend>{t('targets')}</legend>
      {names.map(name => (
        <label key={name}>
          <input type={several ? 'checkbox' : 'radio'} name={`${field}-to`} checked={chosen.includes(name)} disabled={several && chosen.length === 1 && chosen[0] === name} onChange={event => set(name, event.target.checked)} />
          {' '}{label(known.get(name)) || name} <span className="mono hint">{name}</span>
        </label>
      ))}
    </fieldset>
  )
}
