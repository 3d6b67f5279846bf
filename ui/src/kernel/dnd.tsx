/** The one door to drag and drop: a shortcut for commands that always exist as buttons and keys, too. */
import {
  DndContext, DragOverlay, KeyboardSensor, PointerSensor, closestCenter, pointerWithin, useDraggable, useDroppable, useSensor, useSensors,
  type CollisionDetection, type DragEndEvent, type DragOverEvent, type DragStartEvent,
} from '@dnd-kit/core'
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'

/** A drag starts after 4 px, so that a click stays a click; the keyboard moves along the sortable items. */
export const useDragSensors = () =>
  useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )

export const transformOf = CSS.Transform.toString

export {
  DndContext, DragOverlay, SortableContext, closestCenter, pointerWithin, useDraggable, useDroppable, useSortable, verticalListSortingStrategy,
}
export type { CollisionDetection, DragEndEvent, DragOverEvent, DragStartEvent }
