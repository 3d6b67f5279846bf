/** A new person: user name, name and unit; posts and roles are given on the page that opens then. */
import { Input } from 'antd'
import { useState } from 'react'
import { post } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { ActDialog, Field, inputOf } from './ActDialog'
import { UnitSelect } from './pickers'
import { useTakeUp } from './queries'
import type { PersonPage } from './types'
import { words } from './words'

export function NewPerson({ close, done }: { readonly close: () => void, readonly done: (person: PersonPage) => void }) {
  const t = useWords(words), takeUp = useTakeUp()
  const [username, setUsername] = useState(''), [name, setName] = useState(''), [unit, setUnit] = useState<string | null>(null)
  const check = () => ({ ...(username.trim() ? {} : { username: t('need_username') }), ...(name.trim() ? {} : { name: t('need_name') }) })
  return (
    <ActDialog
      title={t('new_person')} text={t('new_person_text')} yes={t('new_person')} fields={['username', 'name', 'unit']} check={check} close={close}
      send={reason => post<PersonPage>('/api/admin/people', { body: { username: username.trim(), name: name.trim(), ...(unit === null ? {} : { unit }), reason } })} done={person => { takeUp.person(person); done(person) }}
    >
      {bind => (
        <>
          <Field bound={bind('username')} label={t('username')} hint={t('username_hint')}><Input {...inputOf(bind('username'))} value={username} maxLength={64} autoComplete="off" spellCheck={false} onChange={event => setUsername(event.target.value)} /></Field>
          <Field bound={bind('name')} label={t('name')}><Input {...inputOf(bind('name'))} value={name} maxLength={120} autoComplete="off" onChange={event => setName(event.target.value)} /></Field>
          <Field bound={bind('unit')} label={t('unit')}><UnitSelect bound={bind('unit')} value={unit} change={setUnit} /></Field>
        </>
      )}
    </ActDialog>
  )
}
