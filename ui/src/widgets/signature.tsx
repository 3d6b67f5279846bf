/** A signature: drawn by pointer, finger or pen, or typed by whoever cannot draw; kept as a picture once it is confirmed. */
import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useEffect, useRef, useState, type PointerEvent } from 'react'
import { get, path } from '../kernel/api/client'
import { Refusal } from '../kernel/api/failure'
import { keepFile, type Kept } from '../kernel/api/upload'
import { useWords } from '../kernel/i18n/catalogue'
import { showInstant } from '../kernel/format/dates'
import { useLocale } from '../kernel/i18n/locale'
import { useNow } from '../kernel/now'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const WIDTH = 600, HEIGHT = 200, INK = 'black', PAPER = 'white', STROKE = 3.5
const idOf = (value: unknown): string | null => (Array.isArray(value) && value.length > 0 ? String(value[0]) : null)

/** What had the focus is gone once it was used: its place in the field gets it. */
const focusSoon = (id: string) => requestAnimationFrame(() => document.getElementById(id)?.focus())

/** An empty sheet; without transparency, so that ink is seen on every ground. */
function clear(pad: HTMLCanvasElement | null): CanvasRenderingContext2D | null {
  const pen = pad?.getContext('2d') ?? null
  if (!pen) return null
  pen.fillStyle = PAPER
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  return pen
}

/** A typed name as large as fits on the sheet. */
function write(pad: HTMLCanvasElement | null, name: string): void {
  const pen = clear(pad)
  if (!pen || !name) return
  let size = HEIGHT * 0.6
  do pen.font = `italic ${size}px KaiTi, STKaiti, "Segoe Script", "Snell Roundhand", cursive`
  while (pen.measureText(name).width > WIDTH * 0.9 && (size -= 4) > 12)
  pen.fillStyle = INK
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(name, WIDTH / 2, HEIGHT / 2)
}

function SignatureInput(props: InputProps) {
  const { id, value, change } = props
  const t = useWords(words)
  const kept = idOf(value)
  if (kept === null) return <Pad {...props} />
  return (
    <div className="signature">
      <Picture id={kept} zone={props.place.zone} />
      <Button id={id} size="small" onClick={() => { change(null); focusSoon(id) }} onBlur={props.blur} aria-describedby={props.describedBy}>{t('sign_again')}</Button>
    </div>
  )
}

function Pad({ id, field, change, blur, invalid, describedBy, required, place }: InputProps) {
  const t = useWords(words)
  const pad = useRef<HTMLCanvasElement>(null), last = useRef<readonly [number, number] | null>(null)
  const [typed, setTyped] = useState<string | null>(null), [hasInk, setInk] = useState(false)
  const [sending, setSending] = useState(false), [fault, setFault] = useState('')
  useEffect(() => { clear(pad.current) }, [])
  const at = (event: PointerEvent<HTMLCanvasElement>): readonly [number, number] => {
    const sheet = event.currentTarget.getBoundingClientRect()
    return [((event.clientX - sheet.left) / sheet.width) * WIDTH, ((event.clientY - sheet.top) / sheet.height) * HEIGHT]
  }
  const line = (event: PointerEvent<HTMLCanvasElement>) => {
    const pen = pad.current?.getContext('2d'), from = last.current
    if (!pen || !from) return
    const to = at(event)
    pen.strokeStyle = INK
    pen.lineWidth = STROKE
    pen.lineCap = 'round'
    pen.beginPath()
    pen.moveTo(...from)
    pen.lineTo(...to)
    pen.stroke()
    last.current = to
    setInk(true)
  }
  const press = (event: PointerEvent<HTMLCanvasElement>) => {
    if (typed !== null || sending) return
    event.currentTarget.setPointerCapture(event.pointerId)
    last.current = at(event)
    line(event)
  }
  const empty = (next: string | null) => {
    clear(pad.current)
    setInk(false)
    setFault('')
    setTyped(next)
  }
  const confirm = async () => {
    const picture = await new Promise<Blob | null>(done => { pad.current?.toBlob(done, 'image/png') })
    if (!picture) return
    setSending(true)
    setFault('')
    try {
      const made = await keepFile(place.app, field, `${field.name}.png`, picture)
      change([made.id])
      focusSoon(id)
    } catch (failure) {
      setSending(false)
      setFault(failure instanceof Refusal && failure.message ? failure.message : t('sign_failed'))
    }
  }
  return (
    <div className="signature">
      <canvas
        ref={pad} className="signature-pad" width={WIDTH} height={HEIGHT} role="img" aria-label={hasInk ? t('signature_drawn') : t('signature_empty')}
        data-invalid={invalid || fault !== ''} onPointerDown={press} onPointerMove={line} onPointerUp={() => { last.current = null }} onPointerCancel={() => { last.current = null }}
      />
      {typed === null ? (
        <button id={id} type="button" className="link" onClick={() => { empty(''); focusSoon(id) }} onBlur={blur} aria-describedby={`${describedBy} ${id}-note`} aria-labelledby={`${id}-label ${id}-by`}>
          <span id={`${id}-by`}>{t('sign_by_typing')}</span>
        </button>
      ) : (
        <span className="signature-typed">
          <Input
            id={id} className="signature-name" value={typed} maxLength={40} placeholder={t('sign_name')} status={invalid ? 'error' : ''} aria-labelledby={`${id}-label`} aria-required={required}
            aria-invalid={invalid || fault !== ''} aria-describedby={`${describedBy} ${id}-note`} onBlur={blur}
            onChange={event => { setTyped(event.target.value); write(pad.current, event.target.value.trim()); setInk(event.target.value.trim() !== '') }}
          />
          <button type="button" className="link" onClick={() => { empty(null); focusSoon(id) }}>{t('sign_by_drawing')}</button>
        </span>
      )}
      <span className="signature-foot">
        <Button size="small" disabled={!hasInk || sending} onClick={() => empty(typed === null ? null : '')}>{t('sign_clear')}</Button>
        <Button size="small" type="primary" disabled={!hasInk || sending} loading={sending} onClick={() => void confirm()}>{t('sign_confirm')}</Button>
      </span>
      <span id={`${id}-note`} className={fault ? 'file-fault small' : 'hint small'} role="status">{fault || (hasInk ? t('sign_unconfirmed') : t('sign_hint'))}</span>
    </div>
  )
}

/** The picture of a kept signature, and who kept it and when. */
function Picture({ id, zone }: { readonly id: string, readonly zone: string }) {
  const t = useWords(words), locale = useLocale(), now = useNow()
  const facts = useQuery({ queryKey: ['file', id], queryFn: () => get<Kept>(path('api', 'files', id, 'facts')), staleTime: Infinity, retry: false })
  const said = facts.data?.at ? t('signed_by', { name: facts.data.by ?? '', at: showInstant(facts.data.at, locale, now, zone) }) : ''
  return (
    <figure className="signature-kept">
      <img src={path('api', 'files', id)} alt={said || t('signature_drawn')} width={WIDTH / 3} height={HEIGHT / 3} />
      <figcaption className="hint small">{said}</figcaption>
    </figure>
  )
}

function SignatureShow({ value, place }: ShowProps) {
  const kept = idOf(value)
  return kept === null ? null : <Picture id={kept} zone={place.zone} />
}

export default { Input: SignatureInput, Show: SignatureShow } satisfies Widget
