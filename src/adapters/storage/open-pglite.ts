import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Kysely, PGliteDialect, type PGlite, type PGliteTransaction } from 'kysely'
import { migrate } from './migrations.ts'
import { APP_ROLE } from './row-security.ts'
import type { Database } from './schema.ts'

interface Reply {
  readonly id?: number
  readonly ready?: true
  readonly rows?: unknown[]
  readonly affectedRows?: number
  readonly failure?: string
}

/**
 * Opens the embedded database. It is a projection of the ledger: a folder that cannot be opened (a crash in the middle
 * of a write, say) is set aside and built anew from the journal.
 */
export async function openPglite(folder: string, setAsideName: () => string): Promise<Kysely<Database>> {
  try {
    return await connect(folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    await rename(folder, `${folder}.${setAsideName()}`)
    return connect(folder)
  }
}

/** Opens an embedded database that is there, as its owner and as it is: for looking at its schema and migrating it. */
export async function openPgliteAsOwner(folder: string): Promise<Kysely<never>> {
  return new Kysely<never>({ dialect: new PGliteDialect({ pglite: await WorkerClient.start(folder) }) })
}

async function connect(folder: string): Promise<Kysely<Database>> {
  const client = await WorkerClient.start(folder)
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: client }) })
  try {
    await migrate(db as unknown as Kysely<never>)
    // Row-level security holds from here on, as it does in PostgreSQL.
    await client.query(`set role ${APP_ROLE}`)
    CLIENTS.set(db, client)
    return db
  } catch (error) {
    await client.kill()
    throw error
  }
}

/** Runs statements of the embedded database that are not the query layer's, each piece of work in its turn. */
export interface EmbeddedStatements {
  inTurn<Value>(
    work: (run: (sql: string, parameters?: readonly unknown[]) => Promise<readonly unknown[]>) => Promise<Value>,
  ): Promise<Value>
}

const CLIENTS = new WeakMap<object, EmbeddedStatements>()

/** The connection under a query layer that `openPglite` made. */
export function statementsOf(db: Kysely<Database>): EmbeddedStatements {
  const client = CLIENTS.get(db)
  if (client === undefined) throw new Error('this is no embedded database')
  return client
}

/** The part of PGlite's interface that the query layer uses, spoken to a worker thread; transactions run one at a time. */
class WorkerClient implements PGlite, EmbeddedStatements {
  readonly waitReady = Promise.resolve()
  readonly ready = true
  closed = false
  readonly #worker: Worker
  readonly #pending = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (reply: Reply) => this.#settle(reply))
    const fail = (error: Error): void => {
      this.closed = true
      for (const { reject } of this.#pending.values()) reject(error)
      this.#pending.clear()
    }
    worker.on('error', fail)
    worker.on('exit', () => fail(new Error('the embedded database stopped')))
  }

  static async start(folder: string): Promise<WorkerClient> {
    const source = fileURLToPath(import.meta.url)
    const file = new URL(source.endsWith('.ts') ? './pglite-worker.ts' : './pglite-worker.js', import.meta.url)
    const worker = new Worker(file, { workerData: { folder } })
    await once(worker, 'message')
    return new WorkerClient(worker)
  }

  #settle(reply: Reply): void {
    const waiting = reply.id === undefined ? undefined : this.#pending.get(reply.id)
    if (waiting === undefined || reply.id === undefined) return
    this.#pending.delete(reply.id)
    if (reply.failure === undefined) waiting.resolve(reply)
    else waiting.reject(new Error(reply.failure))
  }

  #send(message: { sql?: string; parameters?: readonly unknown[]; isScript?: true; close?: true }): Promise<Reply> {
    if (this.closed) return Promise.reject(new Error('the embedded database is closed'))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#worker.postMessage({ id, ...message })
    })
  }

  async #query<T>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<{ rows: T[]; affectedRows?: number; fields: [] }> {
    const { rows, affectedRows } = await this.#send({ sql, parameters })
    return { rows: rows as T[], ...(affectedRows === undefined ? {} : { affectedRows }), fields: [] }
  }

  /** Waits its turn: the one connection must not see a foreign transaction's middle. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  inTurn<Value>(
    work: (run: (sql: string, parameters?: readonly unknown[]) => Promise<readonly unknown[]>) => Promise<Value>,
  ): Promise<Value> {
    return this.#inTurn(() =>
      work(async (sql, parameters = []) => {
        const { rows } = await this.#send(parameters.length > 0 ? { sql, parameters } : { sql, isScript: true })
        return rows ?? []
      }),
    )
  }

  query<T>(sql: string, parameters?: readonly unknown[]): Promise<{ rows: T[]; fields: [] }> {
    return this.#inTurn(() => this.#query<T>(sql, parameters))
  }

  transaction<T>(callback: (transaction: PGliteTransaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      let isOpen = true
      const rollback = async (): Promise<void> => {
        if (!isOpen) return
        isOpen = false
        await this.#query('ROLLBACK')
      }
      await this.#query('BEGIN')
      try {
        const result = await callback({ query: (sql, parameters) => this.#query(sql, parameters), rollback })
        if (isOpen) await this.#query('COMMIT')
        isOpen = false
        return result
      } catch (error) {
        await rollback()
        throw error
      }
    })
  }

  async close(): Promise<void> {
    if (this.closed) return
    await this.#inTurn(() => this.#send({ close: true }))
    this.closed = true
    await this.#worker.terminate()
  }

  async kill(): Promise<void> {
    this.closed = true
    await this.#worker.terminate()
  }
}
