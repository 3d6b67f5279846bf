/** The three ways to look at a definition, kept in the address, and the way to the place of a finding. */
import { useSearchParams } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import type { Diagnostic } from '../draft/types'
import { words } from '../words'

export type View = 'design' | 'source' | 'compare'

export function ViewSwitch({ view, views = ['design', 'source', 'compare'] }: { readonly view: View, readonly views?: readonly View[] }) {
  const t = useWords(words)
  const [search, setSearch] = useSearchParams()
  const show = (next: View) => {
    const wanted = new URLSearchParams(search)
    wanted.set('view', next)
    wanted.delete('line')
    setSearch(wanted)
  }
  return (
    <div className="switch" role="group" aria-label={t('view')}>
      {views.map(each => <button key={each} type="button" aria-pressed={view === each} onClick={() => show(each)}>{t(each)}</button>)}
    </div>
  )
}

/** The address of the source at a finding. */
export const placeFor = (app: string, found: Pick<Diagnostic, 'file' | 'line'>): string => `${sourceOf(app, found.file)}&line=${found.line}`

/** The folders whose files have a designer of their own, and its address. */
const DESIGNED = { 'forms': 'form', 'workflows': 'workflow' } as const

const designerOf = (app: string, file: string): string | null => {
  const [, folder, name] = file.match(/^(forms|workflows)\/(.+)\.yaml$/) ?? []
  return folder && name ? `/${app}/${DESIGNED[folder as keyof typeof DESIGNED]}/${name}` : null
}

/** The address of a file's source: in its designer where there is one. */
export const sourceOf = (app: string, file: string): string => `${designerOf(app, file) ?? `/${app}/file/${file}`}?view=source`

/** The address where a file is worked on. */
export function workplaceOf(app: string, file: string): string {
  const entity = file.match(/^entities\/(.+)\.yaml$/)?.[1]
  return designerOf(app, file) ?? (entity ? `/${app}/entity/${entity}` : `/${app}/file/${file}`)
}
