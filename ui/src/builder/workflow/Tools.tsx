/** The tools above the tree: zoom, fit to the height, folding, printing. */
import { useWords } from '../../kernel/i18n/catalogue'
import { words } from './words'

const STEP = 0.1
const clamp = (zoom: number) => Math.min(1.5, Math.max(0.3, Math.round(zoom * 100) / 100))

interface ToolsProps { readonly zoom: number, readonly setZoom: (zoom: number) => void, readonly isFolded: boolean, readonly foldAll: () => void, readonly hasBlocks: boolean }

export function Tools({ zoom, setZoom, isFolded, foldAll, hasBlocks }: ToolsProps) {
  const t = useWords(words)
  const fit = () => {
    const pane = document.querySelector<HTMLElement>('.flow'), plane = document.querySelector<HTMLElement>('.flow-plane')
    if (pane && plane) setZoom(clamp(Math.min(1, pane.clientHeight / plane.offsetHeight, pane.clientWidth / plane.offsetWidth)))
  }
  return (
    <div className="flow-tools" role="group" aria-label={t('zoom')}>
      <button type="button" className="tool" aria-label={t('zoom_out')} onClick={() => setZoom(clamp(zoom - STEP))}>−</button>
      <button type="button" className="tool flow-zoom" onClick={() => setZoom(1)}>{Math.round(zoom * 100)}%</button>
      <button type="button" className="tool" aria-label={t('zoom_in')} onClick={() => setZoom(clamp(zoom + STEP))}>+</button>
      <button type="button" className="tool" onClick={fit}>{t('fit')}</button>
      {hasBlocks && <button type="button" className="tool" aria-pressed={isFolded} onClick={foldAll}>{t(isFolded ? 'unfold_all' : 'fold_all')}</button>}
      <button type="button" className="tool" onClick={() => window.print()}>{t('print')}</button>
    </div>
  )
}
