/** Typing of figures: grouped while typing, 万 and 亿 count, the wire gets decimal text. */
import { Input } from 'antd'
import { useLayoutEffect, useRef, useState, type ChangeEvent, type ReactNode } from 'react'
import { group, parseFigure, shift, trimmed } from '../kernel/format/numbers'
import type { InputProps } from './widget'

const PLAIN = /^-?[\d,]*\.?\d*$/

/** Group what is typed so far and keep the caret behind the same digit. */
function regroup(text: string, caret: number): { readonly text: string, readonly caret: number } {
  if (!PLAIN.test(text)) return { text, caret }
  const [whole = '', fraction] = text.replaceAll(',', '').split('.')
  const grouped = `${group(whole)}${fraction === undefined ? '' : `.${fraction}`}`
  const behind = text.slice(caret).replaceAll(',', '').length
  let at = grouped.length
  for (let left = behind; left > 0 && at > 0; at--) if (grouped[at - 1] !== ',') left--
  return { text: grouped, caret: at }
}

export interface FigureProps extends InputProps {
  /** Decimals shown when the field is left. */
  readonly scale?: number | undefined
  /** The wire value times ten to this power is what is typed: 2 for percent, -4 for 万元. */
  readonly power?: number
  readonly prefix?: ReactNode
  readonly suffix?: ReactNode
}

export function Figure({ id, value, change, blur, invalid, describedBy, required, scale, power = 0, prefix, suffix }: FigureProps) {
  const wire = value === null ? '' : String(value)
  const shown = group(trimmed(shift(wire, power)), scale)
  const [typed, setTyped] = useState<string | null>(null)
  const caret = useRef<number | null>(null), element = useRef<HTMLInputElement | null>(null)
  useLayoutEffect(() => {
    if (caret.current !== null) element.current?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })
  const type = (event: ChangeEvent<HTMLInputElement>) => {
    element.current = event.target
    const raw = event.target.value
    if ((event.nativeEvent as InputEvent).isComposing) return setTyped(raw)
    const parsed = parseFigure(raw)
    // A shortcut such as 30万 is written out at once, so that the person sees what will count.
    const next = parsed !== null && /[万亿wkm]$/i.test(raw.trim()) ? { text: group(parsed), caret: group(parsed).length } : regroup(raw, event.target.selectionStart ?? raw.length)
    caret.current = next.caret
    setTyped(next.text)
    // What is no number goes on as typed: the form says so, and nothing is lost.
    change(raw.trim() === '' ? null : parsed === null ? raw : shift(parsed, -power))
  }
  return (
    <Input
      id={id} className="figure" value={typed ?? shown} inputMode="decimal" autoComplete="off" status={invalid ? 'error' : ''} prefix={prefix} suffix={suffix}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
      onChange={type} onFocus={() => setTyped(shown)} onBlur={() => { setTyped(null); blur() }}
    />
  )
}
