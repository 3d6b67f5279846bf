/** A list as a board: a column for each value of its group; a card is moved by the mouse, or by its own choice of columns. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { call, get, path } from '../../kernel/api/client'
import type { ColumnScreen, Page, RecordWire, Wire } from '../../kernel/api/types'
import { DndContext, pointerWithin, useDraggable, useDragSensors, useDroppable, type DragEndEvent } from '../../kernel/dnd'
import { useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { Cell } from '../../widgets/Cell'
import { cardOf, columnIn, useCardTitle } from './card'
import { orderOf, whereOf } from './data'
import { columnsOf, selectOf, type ListParts } from './fields'
import { both, expressionOf } from './sentence'
import type { ListState } from './state'
import { words } from './words'

const STEP = 30

interface BoardProps { readonly parts: ListParts, readonly state: ListState, readonly group: ColumnScreen }
/** One column: its value, null for records without one. */
interface Lane { readonly value: Wire, readonly name: string }

export function Board({ parts, state, group }: BoardProps) {
  const t = useWords(words), label = useLabel(), c = useWords(common), client = useQueryClient()
  const { screens: { app }, entity } = parts
  const [moved, setMoved] = useState<{ readonly said: string, readonly error: unknown }>({ said: '', error: null })
  const field = entity.fields[group.path]
  const mayMove = entity.can.update && field?.writable === true && !field.required_when && group.type !== 'status'
  const lanes: Lane[] = [
    ...(group.type === 'boolean' ? [{ value: true, name: c('yes') }, { value: false, name: c('no') }] : (group.options.choices ?? []).map(choice => ({ value: choice.code, name: label(choice.label) }))),
    ...(field?.required ? [] : [{ value: null, name: t('no_group') }]),
  ]
  const move = async (record: RecordWire, lane: Lane) => {
    if ((record[group.path] ?? null) === lane.value) return
    setMoved({ said: '', error: null })
    try {
      await call('PATCH', path('api', app, entity.name, record.id), { body: { [group.path]: lane.value }, ifMatch: Number(record['version']) })
      setMoved({ said: t('moved', { lane: lane.name }), error: null })
    } catch (error) {
      setMoved({ said: '', error })
    }
    await client.invalidateQueries({ predicate: query => ['list', 'count', 'record', 'history'].includes(String(query.queryKey[0])) })
  }
  const drop = ({ active, over }: DragEndEvent) => {
    const lane = lanes[Number(over?.id)], record = active.data.current?.['record'] as RecordWire | undefined
    if (lane && record) void move(record, lane)
  }
  return (
    <DndContext sensors={useDragSensors()} collisionDetection={pointerWithin} onDragEnd={drop}>
      <p className="sr" role="status">{moved.said}</p>
      {moved.error !== null && <Failure error={moved.error} retry={() => setMoved({ said: '', error: null })} />}
      <div className="board" role="group" aria-label={label(group.label)}>
        {lanes.map((lane, at) => <LaneColumn key={String(lane.value)} {...{ parts, state, group, lane, at }} lanes={mayMove ? lanes : []} move={move} />)}
      </div>
    </DndContext>
  )
}

interface LaneProps extends BoardProps { readonly lane: Lane, readonly at: number, readonly lanes: readonly Lane[], readonly move: (record: RecordWire, lane: Lane) => Promise<void> }

function LaneColumn({ parts, state, group, lane, at, lanes, move }: LaneProps) {
  const t = useWords(words)
  const { screens: { app }, list } = parts
  const [limit, setLimit] = useState(STEP)
  const { setNodeRef, isOver } = useDroppable({ id: String(at), disabled: lanes.length === 0 })
  const mine = expressionOf([lane.value === null ? { path: group.path, operator: 'missing', values: [] } : { path: group.path, operator: 'eq', values: [String(lane.value)] }], () => group.type)
  const query = { where: both(whereOf(parts, state), mine), order: orderOf(parts, state), search: state.search, segment: state.segment, select: selectOf(parts, []), limit, titles: true, count: 'exact' }
  const answer = useQuery({
    queryKey: ['list', app, list.entity, query],
    queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', app, list.entity), { query, signal }),
  })
  const records = answer.data?.items ?? []
  return (
    <section ref={setNodeRef} className={`lane ${isOver ? 'is-over' : ''}`} aria-labelledby={`lane-${at}`} aria-busy={answer.isFetching}>
      <h2 id={`lane-${at}`}>{lane.name} <small className="hint">{answer.data?.count ?? ''}</small></h2>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      <ul>{records.map(record => <BoardCard key={record.id} {...{ parts, record, lane, lanes, move }} />)}</ul>
      {answer.data?.next && limit < 200 && <Button size="small" onClick={() => setLimit(Math.min(limit + STEP, 200))}>{t('more_cards')}</Button>}
    </section>
  )
}

interface CardProps extends Pick<LaneProps, 'parts' | 'lane' | 'lanes' | 'move'> { readonly record: RecordWire }

function BoardCard({ parts, record, lane, lanes, move }: CardProps) {
  const t = useWords(words), { screens: { app, timezone: zone }, list } = parts
  const columns = columnsOf(parts), title = useCardTitle(list, columns, zone)(record), show = useShow(zone)
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: record.id, data: { record }, disabled: lanes.length === 0 })
  return (
    <li ref={setNodeRef} className={`board-card ${isDragging ? 'is-dragged' : ''}`} onPointerDown={event => listeners?.['onPointerDown']?.(event)}>
      <Link className="cut" draggable={false} to={`/app/${app}/${list.entity}/${record.id}`}>{title}</Link>
      {cardOf(list).lines.map(line => show(columnIn(columns, line), record[line]) !== '' && <span key={line} className="quiet cut"><Cell column={columnIn(columns, line)} record={record} zone={zone} /></span>)}
      {lanes.length > 0 && (
        <select className="board-move" aria-label={t('move_card', { title })} value={lanes.indexOf(lanes.find(each => each.value === lane.value) ?? lane)} onPointerDown={event => event.stopPropagation()}
          onChange={event => { const to = lanes[Number(event.target.value)]; if (to) void move(record, to) }}>
          {lanes.map((each, index) => <option key={String(each.value)} value={index}>{each.name}</option>)}
        </select>
      )}
    </li>
  )
}
