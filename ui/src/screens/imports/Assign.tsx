/** The step in which a person says which fields the columns of a file are that are called otherwise. */
import { Select } from 'antd'
import { useId } from 'react'
import type { EntityScreen } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { Assigned } from './data'
import { words } from './words'

interface AssignProps { readonly entity: EntityScreen, readonly columns: readonly string[], readonly assigned: Assigned, readonly assign: (next: Assigned) => void }

export function Assign({ entity, columns, assigned, assign }: AssignProps) {
  const t = useWords(words), label = useLabel(), id = useId()
  const options = [{ value: '', label: t('leave_out') }, ...Object.values(entity.fields).filter(field => field.writable && field.type !== 'rows').map(field => ({ value: field.name, label: label(field.label) || field.name }))]
  return (
    <section aria-label={t('assign')}>
      <h3>{t('assign')}</h3>
      <p className="hint small">{t('assign_why')}</p>
      <div className="import-assign">
        <b>{t('column')}</b><b>{t('field')}</b>
        {columns.map((column, at) => [
          <label key={`${column}-label`} id={`${id}-${at}-label`} htmlFor={`${id}-${at}`}>{column}</label>,
          <Select key={column} id={`${id}-${at}`} aria-labelledby={`${id}-${at}-label`} value={assigned[column] ?? ''} onChange={field => assign({ ...assigned, [column]: field })} options={options} />,
        ])}
      </div>
    </section>
  )
}
