import { Client } from 'pg'
import { dropOf } from './databases.ts'

export const POSTGRES = process.env['GATEHOUSE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test'

/** A schema of its own in the test database, or undefined where no PostgreSQL answers. */
export async function ownSchema(name: string): Promise<(AsyncDisposable & { readonly schema: string }) | undefined> {
  const schema = `gatehouse_${name}_${process.pid}_${Date.now()}`
  if (!(await statement(`create schema ${schema}`))) return undefined
  return {
    schema,
    async [Symbol.asyncDispose]() {
      for (const drop of dropOf(schema)) await statement(drop)
    },
  }
}

async function statement(text: string): Promise<boolean> {
  const client = new Client({ connectionString: POSTGRES, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.query(text)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return false
    if (error instanceof Error && error.message.includes('timeout')) return false
    throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}
