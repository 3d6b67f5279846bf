/** The title of the browser tab says where one is. */
import { useEffect } from 'react'
import { useWords } from '../i18n/catalogue'
import { common } from '../i18n/common'

export function useTitle(title: string): void {
  const c = useWords(common)
  const product = c('product')
  useEffect(() => {
    document.title = title ? `${title} · ${product}` : product
  }, [title, product])
}
