/** Attached files: sent as soon as they are chosen; the field keeps their ids. */
import { useQueries } from '@tanstack/react-query'
import { useState, type ChangeEvent } from 'react'
import { get, path } from '../kernel/api/client'
import { Refusal } from '../kernel/api/failure'
import { keepFile, type Kept } from '../kernel/api/upload'
import { useWords } from '../kernel/i18n/catalogue'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const MEGABYTE = 1024 * 1024
const idsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

/** What is known of the files, in their order; an id stands for a file whose name has not come yet. */
function useKept(ids: readonly string[]): readonly Kept[] {
  const found = useQueries({
    queries: ids.map(id => ({ queryKey: ['file', id], queryFn: () => get<Kept>(path('api', 'files', id, 'facts')), staleTime: Infinity, retry: false })),
  })
  return ids.map((id, at) => found[at]?.data ?? { id, name: id, kind: '', size: 0 })
}

const FileLink = ({ file }: { readonly file: Kept }) => <a href={path('api', 'files', file.id)} download={file.name}>{file.name}</a>

function FileInput({ id, field, value, change, blur, invalid, describedBy, required, place }: InputProps) {
  const t = useWords(words)
  const ids = idsOf(value), kept = useKept(ids)
  const [sending, setSending] = useState(''), [fault, setFault] = useState('')
  const { accept = [], max_mb: size = 1, count = 1 } = field.options
  const send = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = [...(event.target.files ?? [])]
    event.target.value = ''
    setFault('')
    let now = [...ids]
    for (const file of chosen) {
      if (now.length >= count) return setFault(t('too_many_files', { count }))
      if (file.size > size * MEGABYTE) return setFault(t('file_too_large', { name: file.name, size }))
      setSending(file.name)
      try {
        const made = await keepFile(place.app, field, file.name, file)
        now = [...now, made.id]
        change(now)
      } catch (failure) {
        return setFault(failure instanceof Refusal && failure.message ? `${file.name}: ${failure.message}` : t('send_failed', { name: file.name }))
      } finally {
        setSending('')
      }
    }
  }
  const remove = (gone: string) => {
    const left = ids.filter(each => each !== gone)
    change(left.length > 0 ? left : null)
  }
  return (
    <div className="files">
      {kept.map(file => (
        <span key={file.id} className="file">
          <FileLink file={file} />
          <button type="button" className="icon-button" aria-label={t('remove_file', { name: file.name })} onClick={() => remove(file.id)}>×</button>
        </span>
      ))}
      <input
        id={id} type="file" multiple={count > 1} accept={accept.join(',')} disabled={sending !== '' || ids.length >= count}
        aria-invalid={invalid || fault !== ''} aria-describedby={`${describedBy} ${id}-file`} aria-required={required}
        onChange={event => void send(event)} onBlur={blur}
      />
      <span id={`${id}-file`} className={fault ? 'file-fault small' : 'hint small'} role="status">{sending ? t('sending', { name: sending }) : fault || t('file_limits', { size, count })}</span>
    </div>
  )
}

function FileShow({ value }: ShowProps) {
  const kept = useKept(idsOf(value))
  return <span className="files">{kept.map(file => <FileLink key={file.id} file={file} />)}</span>
}

export default { Input: FileInput, Show: FileShow } satisfies Widget
