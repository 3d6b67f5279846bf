/** Gives a release as a signed file, to be carried to another server. */
import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { path, post } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import { save } from '../../screens/exports/data'
import { words } from './words'

export function GiveRelease({ app, release }: { readonly app: string, readonly release: number }) {
  const t = useWords(words)
  const give = useMutation({
    mutationFn: () => post<unknown>(path('api', 'builder', 'apps', app, 'releases', String(release), 'promotion'), { body: {} }),
    // What is signed is a text within it, so its own layout does not matter.
    onSuccess: told => save({ blob: new Blob([`${JSON.stringify(told, null, 1)}\n`], { type: 'application/json' }), name: `${app}-${release}.promotion.json` }),
  })
  return (
    <>
      <Button size="small" aria-busy={give.isPending} onClick={() => { if (!give.isPending) give.mutate() }}>{give.isPending ? t('giving') : t('give')}</Button>
      {give.error && <Failure error={give.error} />}
    </>
  )
}
