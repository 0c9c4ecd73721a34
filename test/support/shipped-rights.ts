import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseRights } from '../../src/contract/rights/parse-rights.ts'
import type { DecisionRights } from '../../src/domain/approval/decision-rights.ts'

const parsed = parseRights(
  'catalog/decision-rights.yaml',
  readFileSync(join(import.meta.dirname, '../../catalog/decision-rights.yaml'), 'utf8'),
)
if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))

/** The rights that hold until an organization adopts its own. */
export const SHIPPED_RIGHTS: DecisionRights = parsed.value
