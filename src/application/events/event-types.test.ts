import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OPERATIONS } from '../../contract/http/operations.ts'
import { ACCESS_TABLE } from '../../domain/access/access-table.ts'
import { RECORD_ENTRY_TYPES } from '../state/entry-types.ts'
import { EVENT_ACCESS, EVENT_TYPES, isEventType } from './event-types.ts'

const reference = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'events.md'), 'utf8')

test('every entry that changes a record is an event, and so somebody hears of it', () => {
  expect(RECORD_ENTRY_TYPES.filter((type) => !isEventType(type))).toEqual([])
})

test('no event is told to a class that is not in the access table, nor to one that no person has', () => {
  for (const access of new Set(Object.values(EVENT_ACCESS)))
    expect(ACCESS_TABLE[access].roles.every((role) => !['gateway', 'workload', 'share'].includes(role))).toBe(true)
})

test.each(EVENT_TYPES)('`%s` is in the reference, under the class that hears of it', (type) => {
  const row = reference.split('\n').find((line) => line.startsWith(`| \`${EVENT_ACCESS[type]}\` |`))
  expect(row).toContain(`\`${type}\``)
})

test('what operations read of may be heard of', () => {
  expect(OPERATIONS.listEvents.access).toBe('read')
})
