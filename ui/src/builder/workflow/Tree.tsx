/** The flow as a tree from top to bottom: cards, branches and the lines between them, walked by arrows, changed by keys and buttons. */
import { useState, type KeyboardEvent } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { labelOf, listOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import { useDraft } from '../draft/store'
import { Card, type Shown } from './Card'
import { focusSelected, selectionOf, useDesigner } from './designer'
import { InsertMenu } from './InsertMenu'
import { isLit, layoutOf, type Plus } from './layout'
import { useFindingsAt } from './findings'
import { pathOf } from './lines'
import type { Preset } from './presets'
import { coversStep, type Sentences } from './sentences'
import { END, START, allBlocks, aroundOf, findBlock, findBranch, stepsAt, STEPS, type Block } from './tree'
import { walk, type Arrow } from './walk'
import { words } from './words'

const ARROWS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'])

interface TreeProps {
  readonly tree: readonly Block[]
  readonly workflow: ModelMap
  readonly sentences: Sentences
  readonly folded: ReadonlySet<string>
  readonly fold: (id: string) => void
  readonly zoom: number
  readonly readOnly: boolean
  readonly shown: Shown
  readonly askRemove: (id: string) => void
  readonly announce: (text: string) => void
  /** The drawer is wanted. */
  readonly opened: () => void
}

export function Tree({ tree, workflow, sentences, folded, fold, zoom, readOnly, shown, askRemove, announce, opened }: TreeProps) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const select = useDraft(state => state.select)
  const chosen = useDraft(state => (state.selected?.kind === 'step' ? state.selected.name : null))
  const found = useFindingsAt(tree, designer.workflow)
  const [inserting, setInserting] = useState<Plus | null>(null)
  const layout = layoutOf(tree, { lines: block => sentences.lines(block).length, folded, people: shown.trial !== null, noted: shown.noted })
  const current = layout.placed.some(each => each.id === chosen) ? chosen : START
  const nameOf = (id: string): string => {
    if (id === START) return t('start')
    if (id === END) return t('end')
    const block = findBlock(tree, id), branch = findBranch(tree, id)
    if (block) return sentences.title(block)
    const around = branch && layout.placed.find(each => each.id === id)?.block
    return branch && around ? sentences.branch(around, branch) : id
  }
  const go = (id: string) => {
    select(selectionOf(id))
    focusSelected()
  }
  /** The place behind something, at which "/" puts in. */
  const behind = (id: string): Plus | undefined => (id === END ? layout.pluses.findLast(plus => plus.list === STEPS) : layout.pluses.find(plus => plus.behind === id))
  const open = (plus: Plus | undefined) => {
    if (plus && !readOnly) setInserting(plus)
  }
  const insert = (preset: Preset) => {
    if (!inserting) return
    setInserting(null)
    if (designer.add(preset, inserting.list, inserting.index)) {
      announce(t('inserted', { name: t(`preset_${preset}`) }))
      focusSelected()
    }
  }
  const keys = (event: KeyboardEvent<HTMLElement>) => {
    if (event.nativeEvent.isComposing || !current || inserting || !(event.target as HTMLElement).matches('[data-main]')) return
    const stop = () => event.preventDefault()
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      stop()
      if (!readOnly && designer.moveBy(current, event.key === 'ArrowUp' ? -1 : 1)) {
        announce(t('moved', { name: nameOf(current) }))
        focusSelected()
      }
    } else if (ARROWS.has(event.key) && !event.ctrlKey && !event.metaKey) {
      stop()
      go(walk(tree, folded, current, event.key as Arrow))
    } else if (event.key === 'Home' || event.key === 'End') {
      stop()
      go(event.key === 'Home' ? START : END)
    } else if (event.key === '/') {
      stop()
      open(behind(current))
    } else if (event.key === 'Enter') {
      stop()
      opened()
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.drawer .panel :is(input, select, textarea, button):not(:disabled)')?.focus())
    } else if (event.key === 'Delete' && current !== START && current !== END && !readOnly) {
      stop()
      askRemove(current)
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd' && findBlock(tree, current)) {
      stop()
      if (!readOnly && designer.duplicate(current)) focusSelected()
    }
  }
  const starts = sentences.who(mapOf(workflow['start'])['by'])
  const wide = layout.width * zoom, high = layout.height * zoom
  return (
    // The cards inside are the controls; their keys are read in one place, here.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section className="flow" aria-label={t('canvas')} onKeyDown={keys} onDoubleClick={opened}>
      <div className="flow-sized" style={{ width: wide, height: high }}>
        <div className="flow-plane" style={{ width: layout.width, height: layout.height, transform: `scale(${zoom})` }}>
          <svg width={layout.width} height={layout.height} aria-hidden="true">
            {layout.lines.map(line => <path key={`${line.from} ${line.to} ${line.inside}`} d={pathOf(line)} className={shown.trial && !isLit(line, shown.reached) ? 'flow-line is-pale' : 'flow-line'} />)}
          </svg>
          <ol>
            {layout.placed.map(each => (
              <li key={each.id} id={`step-${each.id}`} className="flow-place" style={{ left: each.x, top: each.y, width: each.width, height: each.height }}>
                <Card place={each} chosen={each.id === chosen} stop={each.id === current} sentences={sentences} starts={starts} within={aroundNames(each.id)} readOnly={readOnly} shown={shown}
                  folded={folded.has(each.id)} fold={() => fold(each.id)} move={by => designer.moveBy(each.id, by) && focusSelected()} eyes={eyesAt(each.block)} finding={found.get(each.id)} />
              </li>
            ))}
          </ol>
          {!readOnly && !shown.trial && layout.pluses.map(plus => (
            <button key={`${plus.list.join('/')} ${plus.index}`} type="button" className="flow-plus" tabIndex={-1} style={{ left: plus.x - 14, top: plus.y - 14 }} aria-haspopup="menu"
              aria-label={t('insert', { behind: nameOf(plus.index ? (stepsAt(tree, plus.list)[plus.index - 1]?.id ?? plus.behind) : plus.behind) })} onClick={() => open(plus)}><span aria-hidden="true">+</span></button>
          ))}
          {inserting && <InsertMenu place={inserting} choose={insert} close={() => { setInserting(null); focusSelected() }} />}
        </div>
      </div>
    </section>
  )

  /** The branches around something, for who hears the tree instead of seeing it. */
  function aroundNames(id: string): string {
    const around = aroundOf(tree, id)
    return around ? `${aroundNames(around.block.id)}${sentences.title(around.block)} ${sentences.branch(around.block, around.branch)} ` : ''
  }

  /** The rules over persons that hang at a card of the main line. */
  function eyesAt(block: Block | undefined): readonly string[] {
    if (!block || !shown.noted.has(block.id)) return []
    return listOf(mapOf(workflow['controls'])['four_eyes']).map(mapOf).flatMap(rule => {
      const apart = listOf(rule['different_people']).map(textOf)
      // Those before it: a later step says the same at its own card.
      const all = allBlocks(tree)
      const others = all.slice(0, all.findIndex(each => each.id === block.id)).filter(each => apart.some(name => coversStep(name, each.name))).map(each => sentences.title(each))
      return apart.some(name => coversStep(name, block.name)) ? [`${label(labelOf(rule['title'])) || textOf(rule['name'])} — ${t('apart_from', { steps: others.join(t('comma')) })}`] : []
    })
  }
}
