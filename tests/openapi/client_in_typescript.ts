/** What an integrator writes over the generated client; the test compiles it beside that client and runs it. */
import { Api, type Problem } from './api.js'

const api = new Api({
  baseUrl: process.env['BASE'] ?? '',
  baseApiParams: { headers: { Authorization: `Bearer ${process.env['TOKEN']}` } },
})
const made = (await api.api.createCustomer({ customer_no: 'C9000001', full_name: '李四' }, { headers: { 'Idempotency-Key': 'one' } })).data
const found = (await api.api.listCustomer({ where: "full_name == '李四'", limit: 10 })).data
const match = { headers: { 'If-Match': `"${made.version}"` } }
await api.api.changeCustomer(made.id, { level: '3' }, match)
const read = (await api.api.getCustomer(made.id)).data
const refused: Problem = await api.api.changeCustomer(made.id, { level: '4' }, match).then(
  () => { throw new Error('an outdated version was taken') },
  (answer: { error: Problem }) => answer.error,
)
const count = 'items' in found ? found.items.length : 0
console.log(`created ${made.full_name}, found ${count}, level ${read.level}, then ${refused.code}`)
