/** An amount: typed in 元 or 万元, grouped, with the words (大写) below. */
import { useState } from 'react'
import { capital } from '../kernel/format/numbers'
import { currencyUnit, useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { useLocale } from '../kernel/i18n/locale'
import { Figure } from './Figure'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function MoneyInput(props: InputProps) {
  const t = useWords(words), locale = useLocale()
  const { field: { options }, value, id } = props
  // 万元 is how amounts are said in Chinese; in other languages the unit only names the currency.
  const currency = options.currency ?? 'CNY', yuan = currency === 'CNY' && locale === 'zh'
  const [wan, setWan] = useState(false)
  const unit = yuan ? (
    <button type="button" className="unit" tabIndex={-1} data-skip-enter onClick={() => setWan(!wan)}>{wan ? t('wan') : t('yuan')}<span className="sr"> {t('unit')}</span></button>
  ) : <span className="hint">{currency}</span>
  const text = yuan && value !== null ? capital(String(value)) : ''
  return (
    <>
      <Figure {...props} key={String(wan)} prefix={unit} power={wan ? -4 : 0} scale={wan ? undefined : options.scale ?? 2} />
      {text && <p id={`${id}-words`} className="hint small">{text}</p>}
    </>
  )
}

function MoneyShow({ field, value, place }: ShowProps) {
  const show = useShow(place.zone), locale = useLocale(), text = show(field, value)
  return <span className="money">{text}{text && <small className="hint"> {currencyUnit(field.options, locale)}</small>}</span>
}

export default { Input: MoneyInput, Show: MoneyShow } satisfies Widget
