/** Takes a whole definition out of the draft; undo brings it back with all its text. */

import type { Command } from './command'

export interface RemoveFile { readonly file: string }

export const command: Command<RemoveFile> = {
  name: 'remove_file',
  run(files, { file }) {
    return file in files ? { edit: { operations: {}, removed: [file] }, select: null } : null
  },
}
