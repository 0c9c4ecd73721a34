// `node tools/dump-schema.ts MIGRATION`: keeps the schema that a migration leaves, with two releases in it, under
// test/storage/dumps; the upgrade test starts from there. Needs `pg_dump` and GATEHOUSE_TEST_POSTGRES.
import { sql } from 'kysely'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate, MIGRATIONS } from '../src/adapters/storage/migrations.ts'
import { asOwner } from '../src/adapters/storage/open-postgres.ts'

const [name] = process.argv.slice(2)
const url = process.env['GATEHOUSE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test'
if (name === undefined || !(name in MIGRATIONS)) {
  console.error(`usage: node tools/dump-schema.ts ${Object.keys(MIGRATIONS).join('|')}`)
  process.exit(2)
}
const schema = `gatehouse_dump_${process.pid}`
await asOwner({ connectionString: url }, (db) => sql`create schema ${sql.id(schema)}`.execute(db))
await asOwner({ connectionString: url, schema }, async (db) => {
  await migrate(db, name)
  await sql`insert into releases (organization_id, id, system, release_digest, status, topic, at, document) values
    ('local', 'r-1', 'shop', null, 'registered', 'shop', 1, '{"a": 1}'),
    ('local', 'r-2', 'shop', null, 'registered', 'shop', 2, '{}')`.execute(db)
  const dump = execFileSync('pg_dump', ['--no-owner', '--inserts', `--schema=${schema}`, url], { encoding: 'utf8' })
  const lines = dump
    .split('\n')
    .filter((line) => !/^(--|SET |SELECT pg_catalog|CREATE SCHEMA|GRANT USAGE ON SCHEMA|\\|$)/.test(line))
  const path = join(import.meta.dirname, '..', 'test', 'storage', 'dumps', `${name}.sql`)
  await writeFile(path, `${lines.join('\n').replaceAll(`${schema}.`, '')}\n`)
  await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
})
