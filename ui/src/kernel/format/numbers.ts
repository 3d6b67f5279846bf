/** Figures as people read and type them; the wire keeps decimal text, no float touches an amount. */

/** 1234567.5 with two decimals reads 1,234,567.50. Text that is no number comes back as it is. */
export function group(text: string, scale?: number): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = ''] = match
  const decimals = scale === undefined ? fraction : fraction.padEnd(scale, '0').slice(0, Math.max(scale, fraction.length))
  return `${sign}${whole.replace(/^0+(?=\d)/, '').replaceAll(/\B(?=(\d{3})+$)/g, ',')}${decimals ? `.${decimals}` : ''}`
}

/** A decimal text without the zeros behind its last digit: 4.3500 reads 4.35. */
export const trimmed = (text: string): string => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** Move the decimal point of a decimal text to the right (or left when negative), exactly. */
export function shift(text: string, by: number): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text)
  if (!match || by === 0) return text
  const [, sign = '', whole = '', fraction = ''] = match
  const digits = whole + fraction, point = whole.length + by
  const padded = point > digits.length ? digits.padEnd(point, '0') : point <= 0 ? digits.padStart(digits.length + 1 - point, '0') : digits
  const at = point <= 0 ? 1 : point
  const rest = padded.slice(at).replace(/0+$/, '')
  return `${sign}${padded.slice(0, at).replace(/^0+(?=\d)/, '')}${rest ? `.${rest}` : ''}`
}

const SHORTCUTS: Readonly<Record<string, number>> = { '万': 4, 'w': 4, '亿': 8, 'k': 3, 'm': 6 }
const FULL_WIDTH: Readonly<Record<string, string>> = { '．': '.', '。': '.', '，': ',', '－': '-', '−': '-' }

/** What a person typed as decimal text: separators go, 30万 and 1.5亿 count, full-width digits too. Null when it is no number. */
export function parseFigure(typed: string): string | null {
  const plain = [...typed.trim().toLowerCase()]
    .map(each => FULL_WIDTH[each] ?? (each >= '０' && each <= '９' ? String(each.charCodeAt(0) - 0xff10) : each)).join('')
    .replaceAll(/[,\s'¥￥元]/g, '')
  const match = /^(-?)(\d*)(?:\.(\d*))?([万亿wkm]?)$/.exec(plain)
  if (!match || (!match[2] && !match[3])) return null
  const [, sign = '', whole = '', fraction = '', unit = ''] = match
  const rest = fraction.replace(/0+$/, '')
  return shift(`${sign}${whole.replace(/^0+(?=\d)/, '') || '0'}${rest ? `.${rest}` : ''}`, SHORTCUTS[unit] ?? 0)
}

/** The digits behind the point of a decimal text. */
export const decimalsOf = (text: string): number => (text.split('.')[1] ?? '').length

const DIGITS = [...'零壹贰叁肆伍陆柒捌玖'], PLACES = ['', '拾', '佰', '仟'], GROUPS = ['', '万', '亿', '万亿', '亿亿']

function capitalGroup(digits: string): string {
  let text = '', gap = false
  for (const [at, digit] of [...digits].entries()) {
    if (digit === '0') gap = text !== ''
    else {
      text += (gap ? '零' : '') + (DIGITS[Number(digit)] ?? '') + (PLACES[digits.length - 1 - at] ?? '')
      gap = false
    }
  }
  return text
}

/** An amount in capital words (大写): 520000.00 reads 伍拾贰万元整. Empty for what is no amount below 10^20. */
export function capital(amount: string): string {
  const match = /^(-?)(\d{1,20})(?:\.(\d{1,2})0*)?$/.exec(amount)
  if (!match) return ''
  const [, sign = '', whole = '', fraction = ''] = match
  const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0')
  let yuan = '', gap = false
  for (let at = 0; at < padded.length; at += 4) {
    const four = padded.slice(at, at + 4), words = capitalGroup(four.replace(/^0+/, ''))
    if (!words) gap = yuan !== ''
    else {
      yuan += (yuan !== '' && (gap || four.startsWith('0')) ? '零' : '') + words + (GROUPS[(padded.length - at) / 4 - 1] ?? '')
      gap = false
    }
  }
  const [jiao = '0', fen = '0'] = [...fraction.padEnd(2, '0')]
  const small = `${jiao === '0' ? '' : `${DIGITS[Number(jiao)]}角`}${fen === '0' ? '' : `${jiao === '0' && yuan ? '零' : ''}${DIGITS[Number(fen)]}分`}`
  if (!yuan && !small) return '零元整'
  return `${sign ? '负' : ''}${yuan ? `${yuan}元` : ''}${small || '整'}`
}
