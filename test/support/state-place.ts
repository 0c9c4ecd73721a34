import { createHash } from 'node:crypto'
import type { StatePlace } from '../../src/entrypoints/node/open-state.ts'
import { onPostgres, POSTGRES } from './databases.ts'

/**
 * Where a test's state lies: in its folder, or, in the second run of the acceptance suite, in a schema of PostgreSQL that
 * belongs to the folder. The set-up drops these schemas at the end.
 */
export async function statePlace(stateFolder: string): Promise<StatePlace> {
  if (process.env['GATEHOUSE_TEST_STATE'] !== 'postgresql') return { stateFolder }
  if (POSTGRES === undefined) throw new Error('no PostgreSQL answers')
  const name = createHash('sha256').update(stateFolder).digest('hex').slice(0, 16)
  const databaseSchema = `gatehouse_accept_${process.env['GATEHOUSE_TEST_RUN'] ?? '0'}_${name}`
  await onPostgres(`create schema if not exists ${databaseSchema}`)
  return { stateFolder, databaseUrl: POSTGRES, databaseSchema }
}
