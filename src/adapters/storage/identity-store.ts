import type { Kysely } from 'kysely'
import type { IdentityStore } from '../../application/identity/identity-store.ts'
import { instantOf, sqlSessionStore } from './identity-sessions.ts'
import { fromNulFree, toNulFree } from './nul-free.ts'
import { inOrganization } from './row-security.ts'
import type { Database } from './schema.ts'

/** Answers that one caller may have kept at a time. */
const ANSWERS_MAX = 10_000

/** Identity's own tables of one organization: the same SQL on PostgreSQL and its embedded twin. */
export function sqlIdentityStore(db: Kysely<Database>, organization: string): IdentityStore {
  return {
    sessions: closed(db, organization, sqlSessionStore),
    codes: closed(db, organization, codeStore),
    uses: closed(db, organization, useStore),
    answers: closed(db, organization, answerStore),
  }
}

/** Every call in a transaction of its own that sees the rows of one organization. */
function closed<Store extends object>(
  db: Kysely<Database>,
  organization: string,
  make: (db: Kysely<Database>, organization: string) => Store,
): Store {
  type Call = (...args: unknown[]) => Promise<unknown>
  const calls = Object.keys(make(db, organization)).map((name) => [
    name,
    (...args: unknown[]) =>
      inOrganization(
        db,
        organization,
        (transaction) => (make(transaction, organization) as Record<string, Call>)[name]?.(...args) as Promise<unknown>,
      ),
  ])
  return Object.fromEntries(calls) as Store
}

function codeStore(db: Kysely<Database>, organization: string): IdentityStore['codes'] {
  return {
    async put({ hash, purpose, content, expiresAt }) {
      await db
        .insertInto('one_time_codes')
        .values({ organization_id: organization, hash, purpose, content: toNulFree(content), expires_at: expiresAt })
        .execute()
    },
    async take(hash, purpose, now) {
      await db
        .deleteFrom('one_time_codes')
        .where('organization_id', '=', organization)
        .where('expires_at', '<=', now)
        .execute()
      const [taken] = await db
        .deleteFrom('one_time_codes')
        .where('organization_id', '=', organization)
        .where('hash', '=', hash)
        .where('purpose', '=', purpose)
        .returning('content')
        .execute()
      return taken === undefined ? undefined : fromNulFree(taken.content)
    },
  }
}

function useStore(db: Kysely<Database>, organization: string): IdentityStore['uses'] {
  return {
    async record(id, at) {
      await db
        .insertInto('credential_uses')
        .values({ organization_id: organization, id, used_at: at })
        .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doUpdateSet({ used_at: at }))
        .execute()
    },
    async lastOf(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('credential_uses')
        .select(['id', 'used_at'])
        .where('organization_id', '=', organization)
        .where('id', 'in', [...ids])
        .execute()
      return new Map(rows.map(({ id, used_at: usedAt }) => [id, instantOf(usedAt)]))
    },
  }
}

function answerStore(db: Kysely<Database>, organization: string): IdentityStore['answers'] {
  return {
    async claim(caller, key, { fingerprint, now, expiresAt }) {
      await db
        .deleteFrom('idempotency_keys')
        .where('organization_id', '=', organization)
        .where('expires_at', '<=', now)
        .execute()
      const place = { organization_id: organization, caller: toNulFree(caller), key }
      const held = await db
        .selectFrom('idempotency_keys')
        .select(({ fn }) => fn.countAll<string | number | bigint>().as('total'))
        .where('organization_id', '=', organization)
        .where('caller', '=', place.caller)
        .executeTakeFirst()
      const claimed = await db
        .insertInto('idempotency_keys')
        .values({ ...place, fingerprint, answer: null, created_at: now, expires_at: expiresAt })
        .onConflict((conflict) => conflict.columns(['organization_id', 'caller', 'key']).doNothing())
        .returning('key')
        .execute()
      if (claimed.length === 1) {
        if (Number(held?.total ?? 0) < ANSWERS_MAX) return { kind: 'claimed' }
        await this.release(caller, key)
        return { kind: 'full' }
      }
      const row = await db
        .selectFrom('idempotency_keys')
        .select(['fingerprint', 'answer'])
        .where('organization_id', '=', organization)
        .where('caller', '=', place.caller)
        .where('key', '=', key)
        .executeTakeFirst()
      // Released between the two looks: its call was refused before it did anything, and so may this one be tried again.
      return { kind: 'present', stored: row ?? { fingerprint, answer: null } }
    },
    async keep(caller, key, answer) {
      await db
        .updateTable('idempotency_keys')
        .set({ answer })
        .where('organization_id', '=', organization)
        .where('caller', '=', toNulFree(caller))
        .where('key', '=', key)
        .execute()
    },
    async release(caller, key) {
      await db
        .deleteFrom('idempotency_keys')
        .where('organization_id', '=', organization)
        .where('caller', '=', toNulFree(caller))
        .where('key', '=', key)
        .execute()
    },
  }
}
