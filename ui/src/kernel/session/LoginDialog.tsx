/** The login over a page whose session ended; the page below stays as it is. */
import { useQueryClient } from '@tanstack/react-query'
import { keys } from '../api/queries'
import { Dialog } from '../parts/Dialog'
import { useWords } from '../i18n/catalogue'
import { LoginForm } from './LoginForm'
import { loginReturned, useSession } from './store'
import { words } from './words'

export function LoginDialog() {
  const t = useWords(words)
  const asking = useSession(state => state.asking)
  const client = useQueryClient()
  if (!asking) return null
  return (
    <Dialog title={t('expired')} width={400}>
      <p className="login-note">{t('expired_text')}</p>
      <LoginForm done={me => {
        client.setQueryData(keys.me, me)
        loginReturned(me.id)
      }} />
    </Dialog>
  )
}
