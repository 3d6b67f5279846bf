import { expect, test } from 'vitest'
import { placeOf } from './place'

const loan = { app: 'bank_customer', entity: 'loan_application', id: '0192-a' }

test('the address of a record or of its form says where it is', () => {
  expect(placeOf(' http://bank.example:8000/app/bank_customer/loan_application/0192-a?tab=rows#x ')).toEqual(loan)
  expect(placeOf('/app/bank_customer/edit/loan_application/0192-a')).toEqual(loan)
})

test('numbers, ids and addresses of other pages are no address of a record', () => {
  expect(['DK2026-000131', '0192-a', '', '/app/bank_customer/list/customers', 'https://bank.example/tasks/1', '/app/bank_customer'].map(placeOf)).toEqual([null, null, null, null, null, null])
})
