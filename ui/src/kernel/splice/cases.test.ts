/** The table of cases that this engine shares with the server's (tests/edit/splice_cases.yaml). */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commit } from './commit'
import type { Operation } from './operations'

interface Case {
  name: string
  text: string
  operation: Operation
  result?: string
  refused?: boolean
  only?: 'server'
}

const cases = parse(readFileSync(join(import.meta.dirname, '../../../../tests/edit/splice_cases.yaml'), 'utf8')) as Case[]

describe('the shared table', () => {
  for (const each of cases.filter(one => one.only !== 'server')) {
    it(each.name, () => {
      expect(commit(each.text, [each.operation])).toEqual(each.refused ? { ok: false, reason: 'layout' } : { ok: true, text: each.result })
    })
  }
})
