/** User name and password; the same on the sign-in page and in the dialog over a page. */
import { Button, Input, type InputRef } from 'antd'
import { useRef, useState, type FormEvent } from 'react'
import { post } from '../api/client'
import type { Me } from '../api/types'
import { common } from '../i18n/common'
import { useWords } from '../i18n/catalogue'
import { Failure } from '../parts/Failure'
import { words } from './words'

export function LoginForm({ done }: { readonly done: (me: Me) => void | Promise<void> }) {
  const t = useWords(words), c = useWords(common)
  const [username, setUsername] = useState(''), [password, setPassword] = useState('')
  const [missing, setMissing] = useState<'username' | 'password' | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const usernameInput = useRef<InputRef>(null), passwordInput = useRef<InputRef>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const absent = !username.trim() ? 'username' : !password ? 'password' : null
    setMissing(absent)
    setFailure(null)
    if (absent) return (absent === 'username' ? usernameInput : passwordInput).current?.focus()
    setBusy(true)
    try {
      const { person } = await post<{ person: Me }>('/api/auth/login', { body: { username: username.trim(), password }, anonymous: true })
      await done(person)
    } catch (error) {
      setFailure(error)
      setBusy(false)
      passwordInput.current?.focus({ cursor: 'all' })
    }
  }

  return (
    <form className="login" onSubmit={event => void submit(event)} noValidate>
      {failure !== null && <Failure error={failure} />}
      <div className="login-row">
        <label htmlFor="username">{t('username')}</label>
        <Input
          id="username" name="username" ref={usernameInput} value={username} autoFocus autoComplete="username" autoCapitalize="none" spellCheck={false}
          status={missing === 'username' ? 'error' : ''} aria-invalid={missing === 'username'} aria-describedby="username-fault"
          onChange={event => setUsername(event.target.value)}
        />
        <p id="username-fault" className="fault">{missing === 'username' && t('missing_username')}</p>
      </div>
      <div className="login-row">
        <label htmlFor="password">{t('password')}</label>
        <Input
          id="password" name="password" type="password" ref={passwordInput} value={password} autoComplete="current-password"
          status={missing === 'password' ? 'error' : ''} aria-invalid={missing === 'password'} aria-describedby="password-fault"
          onChange={event => setPassword(event.target.value)}
        />
        <p id="password-fault" className="fault">{missing === 'password' && t('missing_password')}</p>
      </div>
      <Button type="primary" htmlType="submit" block size="large" aria-busy={busy}>{busy ? c('loading') : t('submit')}</Button>
    </form>
  )
}
