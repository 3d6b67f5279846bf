/** What a publisher does with a pilot: make it live for all, or put everybody back. */
import { Button } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, path, post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Confirm, Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import type { ReleaseEntry } from '../draft/types'
import { UnitPicker } from './UnitPicker'
import { words } from './words'

type Act = 'extend' | 'end'

export function PilotActs({ app, release }: { readonly app: string, readonly release: ReleaseEntry }) {
  const t = useWords(words), c = useWords(common)
  const client = useQueryClient(), once = useOnce()
  const [asked, setAsked] = useState<Act | null>(null)
  const [units, setUnits] = useState<readonly string[] | null>(null)
  const place = (act: string) => path('api', 'builder', 'apps', app, 'releases', 'pilot', act)
  const done = () => {
    setAsked(null)
    setUnits(null)
    void client.invalidateQueries({ queryKey: ['builder'] })
  }
  const act = useMutation({ mutationFn: (name: Act) => once(name, key => post<ReleaseEntry>(place(name), { body: {}, key })), onSuccess: done })
  const move = useMutation({ mutationFn: (codes: readonly string[]) => call<ReleaseEntry>('PUT', place('units'), { body: { units: codes } }), onSuccess: done })
  const version = release.release
  return (
    <span className="pilot-acts">
      <Button size="small" type="primary" onClick={() => setAsked('extend')}>{t('extend')}</Button>
      <Button size="small" onClick={() => setUnits(release.units.map(unit => unit.code))}>{t('change_units')}</Button>
      <Button size="small" danger onClick={() => setAsked('end')}>{t('end_pilot')}</Button>
      {asked && (
        <Confirm
          title={t(asked === 'extend' ? 'extend_title' : 'end_title', { version })} text={t(asked === 'extend' ? 'extend_text' : 'end_text')} yes={t(asked === 'extend' ? 'extend' : 'end_pilot')}
          busy={act.isPending} failure={act.error} confirm={() => act.mutate(asked)} cancel={() => {
            act.reset()
            setAsked(null)
          }}
        />
      )}
      {units && (
        <Dialog title={t('change_units')} close={() => setUnits(null)}>
          <div className="line"><label htmlFor="pilot-units">{t('pilot_units')}</label><UnitPicker id="pilot-units" units={units} choose={setUnits} /></div>
          {move.error && <Failure error={move.error} />}
          <p className="dialog-foot"><Button onClick={() => setUnits(null)}>{c('cancel')}</Button><Button type="primary" disabled={!units.length || move.isPending} onClick={() => move.mutate(units)}>{t('change_units')}</Button></p>
        </Dialog>
      )}
    </span>
  )
}
