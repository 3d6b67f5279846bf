/** Lines of the tree as the browser draws them. */

import type { Line } from './layout'

/** Half a pixel beside the grid, so that a line of two pixels is sharp. */
export const pathOf = ({ from, to }: Line): string => `M${from[0]} ${from[1]}L${to[0]} ${to[1]}`
