/** A list without rows says which condition keeps them away, and offers to take it away. */
import { Button } from 'antd'
import { Link } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { useNoun } from '../../kernel/i18n/locale'
import { Chip } from './Chips'
import { columnAt, newFormOf, type ListParts } from './fields'
import { useConditions } from './Sentence'
import type { ListPlace } from './state'
import { words } from './words'

export function Empty({ parts, place }: { readonly parts: ListParts, readonly place: ListPlace }) {
  const t = useWords(words), noun = useNoun()
  const { screens: { app, timezone }, list, entity } = parts
  const { conditions, own, write } = useConditions(parts, place.state.where)
  const name = noun(list.label), form = newFormOf(parts)
  if (conditions.length === 0 && own === null && !place.state.search) {
    return (
      <div className="empty"><h2>{t('none', { label: name })}</h2><p>{t('none_text')}</p>
        {form && <p><Link to={`/app/${app}/new/${form}`}>{t('new', { label: noun(entity.label) })}</Link></p>}</div>
    )
  }
  return (
    <div className="empty">
      <h2>{t('empty', { label: name })}</h2>
      <p>{t('empty_text')}</p>
      <div className="empty-ways">
        {conditions.map((condition, at) => {
          const without = write(conditions.filter((_, index) => index !== at))
          return <Chip key={`${condition.path} ${condition.operator}`} condition={condition} columnOf={path => columnAt(parts, path)} app={app} zone={timezone} change={next => place.ask({ where: write(conditions.map((each, index) => (index === at ? next : each))) })} remove={() => place.ask({ where: without })} />
        })}
        {place.state.search && <Button size="small" onClick={() => place.ask({ search: '' })}>{t('empty_search', { text: place.state.search })} ×</Button>}
        <Button size="small" onClick={() => place.ask({ where: '', search: '' })}>{t('clear')}</Button>
      </div>
    </div>
  )
}
