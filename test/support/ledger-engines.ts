import { join } from 'node:path'
import { openFileLedger } from '../../src/adapters/ledger/file-ledger.ts'
import { LEDGER_CHANNEL } from '../../src/adapters/ledger/ledger-tables.ts'
import { openPostgresLedger, type PostgresLedgerOptions } from '../../src/adapters/ledger/postgres-ledger.ts'
import { openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import { listenOnPostgres } from '../../src/adapters/storage/postgres-signals.ts'
import type { Ledger } from '../../src/application/ledger/ledger.ts'
import type { Problem, Result } from '../../src/base/result.ts'
import { POSTGRES, postgresSchema } from './databases.ts'
import { ledgerOptions } from './file-ledger-fixture.ts'
import { tempFolder } from './temp-folder.ts'

/** A place that holds one ledger, opened as often as a test likes. */
export interface LedgerPlace extends AsyncDisposable {
  open(overrides?: Partial<PostgresLedgerOptions>): Promise<Result<Ledger, Problem>>
}

async function filePlace(): Promise<LedgerPlace> {
  const folder = await tempFolder()
  return {
    open: (overrides) => openFileLedger({ ...ledgerOptions(join(folder.path, 'ledger.jsonl')), ...overrides }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** One schema; each opened ledger has connections of its own, as another server would. */
export async function postgresPlace(): Promise<LedgerPlace & { readonly url: string; readonly schema: string }> {
  const { url, schema, [Symbol.asyncDispose]: drop } = await postgresSchema()
  return {
    url,
    schema,
    async open(overrides) {
      const db = await openPostgres({ connectionString: url, schema })
      const opened = await openPostgresLedger({
        ...ledgerOptions(''),
        db,
        holder: 'test',
        listen: (onSignal) => listenOnPostgres(url, LEDGER_CHANNEL, onSignal),
        ...overrides,
      })
      if (!opened.ok) {
        await db.destroy()
        return opened
      }
      const ledger = opened.value
      const close = ledger.close.bind(ledger)
      return {
        ok: true,
        value: Object.assign(ledger, {
          async close() {
            await close()
            await db.destroy()
          },
        }),
      }
    },
    [Symbol.asyncDispose]: drop,
  }
}

export const LEDGER_ENGINES = [
  { engine: 'a file', isThere: true, place: filePlace },
  { engine: 'PostgreSQL', isThere: POSTGRES !== undefined, place: postgresPlace },
] as const

export async function openedLedger(
  place: LedgerPlace,
  overrides: Partial<PostgresLedgerOptions> = {},
): Promise<Ledger & AsyncDisposable> {
  const opened = await place.open(overrides)
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  const ledger = opened.value
  return Object.assign(ledger, { [Symbol.asyncDispose]: () => ledger.close() })
}
