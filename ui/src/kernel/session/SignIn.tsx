/** The sign-in page: the seven pieces, the form, the language. */
import type { Me } from '../api/types'
import { EnvironmentMark } from '../parts/EnvironmentMark'
import { LanguageSwitch } from '../parts/LanguageSwitch'
import { Logo } from '../parts/Logo'
import { useWords } from '../i18n/catalogue'
import { common } from '../i18n/common'
import { useTitle } from '../parts/title'
import { LoginForm } from './LoginForm'
import { words } from './words'

export const PIECES = ['entity', 'form', 'workflow', 'rule', 'report', 'role', 'connector'] as const

export function SignIn({ done }: { readonly done: (me: Me) => Promise<void> }) {
  const t = useWords(words), c = useWords(common)
  useTitle(t('title'))
  return (
    <div className="sign-in">
      <header className="sign-in-head"><LanguageSwitch /></header>
      <main className="sign-in-card">
        <section className="sign-in-story" aria-hidden="true">
          <Logo size={208} />
          <p>{t('pitch')}</p>
          <ul>{PIECES.map(piece => <li key={piece}><i className={`mark mark-${piece}`} />{t(piece)}</li>)}</ul>
        </section>
        <section className="sign-in-form">
          <div className="sign-in-brand"><Logo size={28} /><span>{c('product')}</span><EnvironmentMark /></div>
          <h1>{t('welcome')}</h1>
          <LoginForm done={done} />
        </section>
      </main>
    </div>
  )
}
