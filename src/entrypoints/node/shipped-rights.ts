import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contentFolder } from '../../adapters/files/content-folder.ts'
import { parseRights } from '../../contract/rights/parse-rights.ts'
import type { DecisionRights } from '../../domain/approval/decision-rights.ts'

/** The decision rights that hold until an organization adopts its own. */
export async function shippedRights(): Promise<DecisionRights> {
  const file = 'decision-rights.yaml'
  const parsed = parseRights(`catalog/${file}`, await readFile(join(contentFolder('catalog'), file), 'utf8'))
  if (!parsed.ok) throw new Error(`catalog/${file}: ${parsed.failure.map(({ message }) => message).join('; ')}`)
  return parsed.value
}
