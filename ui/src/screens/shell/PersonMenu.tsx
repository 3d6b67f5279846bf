/** Who is signed in, with the settings of this screen and the way out. */
import { Popover } from 'antd'
import { useState } from 'react'
import { call } from '../../kernel/api/client'
import type { Me } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useSingleKeys } from '../../kernel/keyboard'
import { LanguageSwitch } from '../../kernel/parts/LanguageSwitch'
import { SchemeSwitch } from './SchemeSwitch'
import { words } from './words'

/** Ends the session on the server and starts with an empty page. */
export async function signOut(): Promise<void> {
  try {
    await call('POST', '/api/auth/logout', { anonymous: true })
  } finally {
    // Also when the server is away: what this page holds must not stay on the screen.
    location.assign('/')
  }
}

export function PersonCard({ me }: { readonly me: Me }) {
  const t = useWords(words), label = useLabel()
  const singleKeys = useSingleKeys(state => state.on), turnSingleKeys = useSingleKeys(state => state.turn)
  const posts = me.posts.map(label).filter(Boolean)
  return (
    <div className="person-card">
      <p className="person-name">{me.name} <span className="mono hint">{me.username}</span>{me.demo && <span className="tag tag-warning">{t('demo')}</span>}</p>
      {(me.unit || posts.length > 0) && <p className="quiet">{[me.unit?.name, ...posts].filter(Boolean).join(' · ')}</p>}
      <div className="person-switches"><LanguageSwitch /><SchemeSwitch /></div>
      <label className="person-keys"><input type="checkbox" checked={singleKeys} onChange={event => turnSingleKeys(event.target.checked)} />{t('single_keys')}</label>
      <button type="button" className="link" onClick={() => void signOut()}>{t('sign_out')}</button>
    </div>
  )
}

export function PersonMenu({ me }: { readonly me: Me }) {
  const t = useWords(words)
  const [open, setOpen] = useState(false)
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" arrow={false} content={<PersonCard me={me} />}>
      <button type="button" className="person" aria-expanded={open}>
        <span className="person-text cut">{[me.name, me.unit?.name].filter(Boolean).join(' · ')}</span>
        <span className="sr">{t('person')}</span>
        <span className="avatar" aria-hidden="true">{[...me.name][0]}</span>
      </button>
    </Popover>
  )
}
