/** The builder of analysts and publishers. */
import { RouterProvider } from 'react-router/dom'
import { start } from '../kernel/root'
import { router } from './routes'

start(<RouterProvider router={router} />)
