/** A text that is being edited on top of a value; a new value from outside replaces what was typed. */

import { useState } from 'react'

export function useEdited(value: string): [text: string, setText: (text: string) => void] {
  const [edit, setEdit] = useState<{ readonly on: string, readonly text: string } | null>(null)
  return [edit?.on === value ? edit.text : value, text => setEdit({ on: value, text })]
}
