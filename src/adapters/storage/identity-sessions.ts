import type { Kysely, Selectable } from 'kysely'
import type { IdentityStore, StoredSession } from '../../application/identity/identity-store.ts'
import { epochMs, type EpochMs } from '../../base/instant.ts'
import type { IdentityTables } from './identity-tables.ts'
import { fromNulFree, toNulFree } from './nul-free.ts'
import type { Database } from './schema.ts'

export function sqlSessionStore(db: Kysely<Database>, organization: string): IdentityStore['sessions'] {
  const one = () => db.selectFrom('sessions').selectAll().where('organization_id', '=', organization)
  return {
    async insert(session) {
      await db
        .insertInto('sessions')
        .values({
          organization_id: organization,
          id: session.id,
          token_hash: session.tokenHash,
          previous_hash: session.previousHash,
          previous_until: session.previousUntil,
          name: toNulFree(session.name),
          roles: toNulFree(JSON.stringify(session.roles)),
          method: session.method,
          client: toNulFree(session.client),
          created_at: session.createdAt,
          used_at: session.usedAt,
          rotated_at: session.rotatedAt,
        })
        .execute()
    },
    async find(hash) {
      const row = await one()
        .where((where) => where.or([where('token_hash', '=', hash), where('previous_hash', '=', hash)]))
        .executeTakeFirst()
      return row === undefined ? undefined : sessionOf(row)
    },
    async get(id) {
      const row = await one().where('id', '=', toNulFree(id)).executeTakeFirst()
      return row === undefined ? undefined : sessionOf(row)
    },
    ...sessionChanges(db, organization),
    async list(name, limit) {
      const all = one().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
      const rows = await (name === undefined ? all : all.where('name', '=', toNulFree(name))).execute()
      return rows.map(sessionOf)
    },
  }
}

function sessionChanges(
  db: Kysely<Database>,
  organization: string,
): Pick<IdentityStore['sessions'], 'touch' | 'rotate' | 'remove' | 'removeStale'> {
  return {
    async touch(id, at) {
      await db
        .updateTable('sessions')
        .set({ used_at: at })
        .where('organization_id', '=', organization)
        .where('id', '=', id)
        .execute()
    },
    async rotate(id, from, to, { now, previousUntil }) {
      const changed = await db
        .updateTable('sessions')
        .set({ token_hash: to, previous_hash: from, previous_until: previousUntil, rotated_at: now, used_at: now })
        .where('organization_id', '=', organization)
        .where('id', '=', id)
        .where('token_hash', '=', from)
        .returning('id')
        .execute()
      return changed.length === 1
    },
    async remove(id) {
      const gone = await db
        .deleteFrom('sessions')
        .where('organization_id', '=', organization)
        .where('id', '=', toNulFree(id))
        .returning('id')
        .execute()
      return gone.length === 1
    },
    async removeStale({ createdBefore, usedBefore }) {
      await db
        .deleteFrom('sessions')
        .where('organization_id', '=', organization)
        .where((where) => where.or([where('created_at', '<', createdBefore), where('used_at', '<', usedBefore)]))
        .execute()
    },
  }
}

function sessionOf(row: Selectable<IdentityTables['sessions']>): StoredSession {
  return {
    id: row.id,
    tokenHash: row.token_hash,
    previousHash: row.previous_hash,
    previousUntil: row.previous_until === null ? null : instantOf(row.previous_until),
    name: fromNulFree(row.name),
    roles: JSON.parse(fromNulFree(row.roles)) as readonly string[],
    method: row.method,
    client: fromNulFree(row.client),
    createdAt: instantOf(row.created_at),
    usedAt: instantOf(row.used_at),
    rotatedAt: instantOf(row.rotated_at),
  }
}

export const instantOf = (value: string | number | bigint): EpochMs => epochMs(Number(value))
