/** The workplace of analysts and publishers. */
import { start } from '../kernel/root'

start(<div className="gate" />)
