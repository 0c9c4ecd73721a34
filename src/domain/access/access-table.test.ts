import { expect, test } from 'vitest'
import { DECIDING_ROLES } from '../approval/decision-rights.ts'
import { ACCESS_TABLE, mayCall } from './access-table.ts'

test('every role that a file of rights may name is let in to give its word, and no auditor or machine is', () => {
  expect([...ACCESS_TABLE.decider.roles].toSorted()).toEqual([...DECIDING_ROLES, 'admin'].toSorted())
  for (const role of ['auditor', 'gateway', 'workload', 'share', 'nobody'])
    expect(mayCall('decider', [role])).toBe(false)
})
