/** The form that is being designed, as the parts of the screen read it, and the commands bound to it. */

import { createContext, useContext, useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import { get } from '../../kernel/api/client'
import type { Label } from '../../kernel/api/types'
import type { Value } from '../../kernel/splice/print'
import { command as addField } from '../commands/add_field'
import { command as addItem } from '../commands/add_item'
import { command as addSection } from '../commands/add_section'
import { command as duplicateItem } from '../commands/duplicate_item'
import { command as moveItem } from '../commands/move_item'
import { command as moveSection } from '../commands/move_section'
import { command as removeItem } from '../commands/remove_item'
import { command as removeSection } from '../commands/remove_section'
import { command as renameField } from '../commands/rename_field'
import { command as setBlock } from '../commands/set_block'
import { command as setChoice } from '../commands/set_choice'
import { command as setField } from '../commands/set_field'
import { command as setItem } from '../commands/set_item'
import { useDraft } from '../draft/store'
import type { Catalog } from '../draft/types'

export interface Place { readonly block: string, readonly index: number }

export const useCatalog = () =>
  useQuery({ queryKey: ['builder', 'catalog'], queryFn: ({ signal }) => get<Catalog>('/api/builder/catalog', { signal }), staleTime: Infinity })

/** What a field of a type needs before anything else is said about it. */
const FIRST_OPTIONS: Readonly<Record<string, { readonly [key: string]: Value }>> = {
  text: { max: 100 },
  decimal: { scale: 2 },
  choice: { choices: { option_1: { label: { zh: '选项一', en: 'First choice' } } } },
  multi_choice: { choices: { option_1: { label: { zh: '选项一', en: 'First choice' } } } },
  reference: { to: 'org.branch' },
  any_reference: { to: ['org.branch', 'org.person'] },
  file: { accept: ['application/pdf'], max_mb: 5 },
  sequence: { pattern: 'N{yyyy}-{seq:6}' },
}

/** Types that a form designer cannot make by one click: they need another definition first. */
export const NOT_IN_PALETTE: ReadonlySet<string> = new Set(['status', 'rows'])

export interface Designer {
  readonly app: string
  readonly form: string
  readonly entity: string
  readonly addNew: (type: string, label: Label, place?: Place) => boolean
  readonly addExisting: (field: string, place?: Place) => boolean
  readonly addSection: (label: Label) => boolean
  readonly moveBy: (item: string, by: 1 | -1) => boolean
  readonly moveTo: (item: string, place: Place) => boolean
  readonly moveSection: (block: string, by: 1 | -1) => boolean
  readonly remove: (item: string) => boolean
  readonly removeSection: (block: string) => boolean
  readonly duplicate: (item: string) => boolean
  readonly rename: (field: string, name: string) => boolean
  readonly setItem: (item: string, key: string, value: Value | null) => boolean
  readonly setBlock: (block: string, key: string, value: Value | null) => boolean
  readonly setChoice: (field: string, code: string, label: Label | null) => boolean
  readonly setField: (field: string, key: string, value: Value | null) => boolean
}

export const DesignerContext = createContext<Designer | null>(null)

export function useDesigner(): Designer {
  const designer = useContext(DesignerContext)
  if (!designer) throw new Error('a part of the form designer stands outside of it')
  return designer
}

/** The commands of one form; each runs on the texts of now and is one undo step. */
export function useDesignerOf(app: string, form: string, entity: string): Designer {
  return useMemo(() => {
    const state = () => useDraft.getState()
    const files = () => state().files
    const where = (place: Place | undefined): Place | { block: string } => place ?? behindSelected()

    function behindSelected(): Place | { block: string } {
      const selected = state().selected
      if (selected?.kind === 'block') return { block: selected.name }
      const card = selected && document.getElementById(`item-${selected.name}`)
      const block = card?.closest<HTMLElement>('[data-block]')?.dataset['block']
      const index = Number(card?.dataset['index'])
      return block !== undefined && !Number.isNaN(index) ? { block, index: index + 1 } : { block: '' }
    }

    return {
      app,
      form,
      entity,
      addNew: (type, label, place) => state().run(addField.run(files(), { form, entity, type, label, ...where(place), ...(FIRST_OPTIONS[type] ? { options: FIRST_OPTIONS[type] } : {}) })),
      addExisting: (field, place) => state().run(addItem.run(files(), { form, field, ...where(place) })),
      addSection: label => {
        const selected = state().selected
        return state().run(addSection.run(files(), { form, label, ...(selected?.kind === 'block' ? { after: selected.name } : {}) }))
      },
      moveBy: (item, by) => state().run(moveItem.run(files(), { form, item, by })),
      moveTo: (item, place) => state().run(moveItem.run(files(), { form, item, ...place })),
      moveSection: (block, by) => state().run(moveSection.run(files(), { form, block, by })),
      remove: item => state().run(removeItem.run(files(), { form, item })),
      removeSection: block => state().run(removeSection.run(files(), { form, block })),
      duplicate: item => state().run(duplicateItem.run(files(), { form, entity, item })),
      rename: (field, name) => state().run(renameField.run(files(), { entity, field, name })),
      setItem: (item, key, value) => state().run(setItem.run(files(), { form, item, key, value })),
      setBlock: (block, key, value) => state().run(setBlock.run(files(), { form, block, key, value })),
      setChoice: (field, code, label) => state().run(setChoice.run(files(), { entity, field, code, label })),
      setField: (field, key, value) => state().run(setField.run(files(), { entity, field, key, value })),
    }
  }, [app, form, entity])
}

/** Puts the focus on an item or section once it is drawn. */
export function focusSelected(): void {
  requestAnimationFrame(() => {
    const selected = useDraft.getState().selected
    if (selected) document.getElementById(`${selected.kind}-${selected.name}`)?.querySelector<HTMLElement>('[data-main]')?.focus()
  })
}
