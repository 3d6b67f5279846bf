/** Sets or clears one property of a section. */

import { BLOCK_KEYS, findBlock, formFile, formModel } from '../draft/definition'
import type { Value } from '../../kernel/splice/print'
import type { Command } from './command'

export interface SetBlock {
  readonly form: string
  readonly block: string
  readonly key: string
  readonly value: Value | null
}

export const command: Command<SetBlock> = {
  name: 'set_block',
  run(files, { form, block, key, value }) {
    const place = findBlock(formModel(files, form), block)
    if (!place || (value === null && !(key in place.model))) return null
    const name = key === place.kind && typeof value === 'string' ? value : block
    return {
      edit: {
        operations: {
          [formFile(form)]: [value === null ? { kind: 'removeKey', path: [...place.path, key] } : { kind: 'setKey', map: place.path, key, value, order: BLOCK_KEYS }],
        },
      },
      select: { kind: 'block', name },
    }
  },
}
