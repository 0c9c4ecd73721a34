import { expect, test } from 'vitest'
import { actsOf, clausesOf } from './request-acts.ts'

test.each([
  ['Delete the draft in my folder', 'delete', ['the', 'draft']],
  ['Delete the draft from my list', 'delete', ['the', 'draft']],
  ['Send Bob the file and the list', 'send', ['bob', 'the', 'file']],
  ['Reply to Kim', 'reply', []],
])('“%s”: %s governs %j', (text, verb, object) => {
  expect(actsOf(text).find((act) => act.verb === verb)?.object).toEqual(object)
})

test.each([
  ['Check the logs and roll back to the version before', ['check reading', 'roll']],
  ['Look at why, and rerun it if it failed', ['look reading', 'rerun']],
  ['There are duplicates. Please remove one', ['there reading', 'remove']],
  ['Tell me who wrote, then mail Bob and his team', ['tell reading', 'mail']],
  ['Could you label the issues?', ['label']],
  ['Milk and bread', ['milk']],
  ['', []],
])('“%s” has the clauses %j', (text, expected) => {
  expect(clausesOf(text).map(({ verb, isReading }) => (isReading ? `${verb} reading` : verb))).toEqual(expected)
})
