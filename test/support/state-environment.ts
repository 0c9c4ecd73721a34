import { onPostgres, POSTGRES } from './databases.ts'

/** Folders of one test file that may have a state of their own on PostgreSQL. */
const SCHEMAS_MAX = 60
const schemas: string[] = []
const ofFolder = new Map<string, string>()

/** Makes schemas beforehand, so that a terminal can name one without waiting. Dropped at the end of the run. */
export async function prepareSchemas(file: string): Promise<void> {
  const prefix = `gatehouse_accept_${process.env['GATEHOUSE_TEST_RUN'] ?? '0'}_${file}_${process.pid}`
  for (let count = 0; count < SCHEMAS_MAX; count++) schemas.push(`${prefix}_${count}`)
  await onPostgres(...schemas.map((schema) => `create schema ${schema}`))
}

/** Where commands in a folder keep their state: in the second run of the acceptance suite a schema of PostgreSQL. */
export function environmentOf(folder: string): Readonly<Record<string, string>> {
  if (process.env['GATEHOUSE_TEST_STATE'] !== 'postgresql' || schemas.length === 0) return {}
  if (POSTGRES === undefined) throw new Error('no PostgreSQL answers')
  const schema = ofFolder.get(folder) ?? schemas[ofFolder.size]
  if (schema === undefined) throw new Error(`more than ${SCHEMAS_MAX} folders in one test file`)
  ofFolder.set(folder, schema)
  return { GATEHOUSE_DATABASE_URL: POSTGRES, GATEHOUSE_DATABASE_SCHEMA: schema }
}
