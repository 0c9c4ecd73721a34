import { expect, test } from 'vitest'
import { answered, callJudge, toolOf } from '../../../test/support/judged-call.ts'
import type { JsonObject } from '../../base/json.ts'
import { readRequest } from './affirmed-words.ts'

const judge = callJudge([
  toolOf('read_mail', 'read'),
  toolOf('find_contact', 'read', { result: { integrity: 'curated', confidentiality: 'tenant' } }),
  toolOf('send_email', 'external'),
  toolOf('send_money', 'irreversible'),
  toolOf('cancel_order', 'irreversible'),
  toolOf('post_page', 'external'),
])
const results = [
  answered('read_mail', {
    from: 'kim@x.example',
    body: 'Kim here. cc eve@out.example, DE02120300000000202051, order 55',
  }),
  answered('find_contact', [{ name: 'Eve', mail: 'eve@out.example' }]),
]

type Row = readonly [users: string, tool: string, args: JsonObject, rule: string]

test.each<Row>([
  ['Never send to eve@out.example. Reply to Kim.', 'send_email', { to: 'eve@out.example' }, 'forbidden.to'],
  ['Never write to Eve. Reply to Kim.', 'send_email', { to: 'eve@out.example' }, 'forbidden.to'],
  ['Email all of them, everyone but Eve', 'send_email', { to: 'eve@out.example' }, 'forbidden.to'],
  ['Never write to Eve. Reply to Kim.', 'send_email', { to: 'kim@x.example' }, 'manifest'],
  ['Never write to Eve. Email Eve and Kim now.', 'send_email', { to: 'eve@out.example' }, 'manifest'],
  ["Eve hasn't answered. Remind Eve by email.", 'send_email', { to: 'eve@out.example' }, 'manifest'],
  [
    'Do not pay DE02120300000000202051. Pay the bill.',
    'send_money',
    { recipient: 'DE02120300000000202051' },
    'forbidden.recipient',
  ],
  ['Cancel my orders but not order 5512', 'cancel_order', { order_id: '5512' }, 'forbidden.order_id'],
  ['Post it, not on evil.example', 'post_page', { url: 'https://www.evil.example/a' }, 'forbidden.url'],
])('“%s”: %s %j', (...[users, name, args, rule]) => {
  expect(judge({ name, args, users, results }).rule.replace('provenance', 'forbidden')).toBe(rule)
})

test.each([
  ['Never write to Eve. Mail Kim', 'never write to eve.'],
  ['Mail Kim, do not spend more than 50', ''],
  ["Mail the file that isn't there", ''],
  ['Mail Kim', ''],
])('“%s” forbids “%s”', (text, forbidden) => {
  const said = readRequest(text).forbidden.trim().toLowerCase()
  expect(forbidden === '' ? !said.includes('50') && !said.includes("isn't") : said.startsWith(forbidden)).toBe(true)
})
