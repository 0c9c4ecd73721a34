import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Kysely, PGliteDialect, type PGlite, type PGliteTransaction } from 'kysely'
import { proveUsable } from './database-folder.ts'
import { migrate, MigrationFailure, SchemaNewer } from './migrations.ts'
import { APP_ROLE } from './row-security.ts'
import type { Database } from './schema.ts'

/** As on PostgreSQL. Migrations take as long as they take. */
const STATEMENT_MS_MAX = 30_000

/** A statement took too long and was ended, and with it the transaction that it was in. */
export class StatementTimeout extends Error {}

/** The engine could not open the files of a database, or none at all. */
export class EmbeddedUnopened extends Error {}

/** The database was opened, and does not answer as one does. */
export class EmbeddedUnusable extends Error {}

interface Reply {
  readonly id?: number
  readonly ready?: true
  readonly rows?: unknown[]
  readonly affectedRows?: number
  readonly failure?: string
}

export interface PgliteOptions {
  /** Told where a database that was damaged lies now: what was in it and not in the ledger is gone. */
  readonly onSetAside?: ((path: string) => void) | undefined
  readonly statementMsMax?: number | undefined
}

/**
 * Opens the embedded database. It is a projection of the ledger: files that the engine cannot open (a crash in the middle of
 * a write, say) are set aside and built anew from the journal. Jobs and sessions are lost with them, so only once nothing
 * else can be the reason: neither the disk nor the engine, nor what a migration says.
 */
export async function openPglite(
  folder: string,
  setAsideName: () => string,
  { onSetAside, statementMsMax = STATEMENT_MS_MAX }: PgliteOptions = {},
): Promise<Kysely<Database>> {
  try {
    return await connect(folder, statementMsMax)
  } catch (error) {
    if (!(error instanceof EmbeddedUnopened) || !existsSync(folder)) throw error
    await proveUsable(folder)
    await proveEngine()
    const aside = `${folder}.${setAsideName()}`
    await rename(folder, aside)
    onSetAside?.(aside)
    return connect(folder, statementMsMax)
  }
}

/** Throws where the engine opens no database here at all, for want of memory, say. */
async function proveEngine(): Promise<void> {
  await (await WorkerClient.start('memory://')).kill()
}

/** Opens an embedded database that is there, as its owner and as it is: for looking at its schema and migrating it. */
export async function openPgliteAsOwner(folder: string): Promise<Kysely<never>> {
  return new Kysely<never>({ dialect: new PGliteDialect({ pglite: await WorkerClient.start(folder) }) })
}

/** Runs work as the owner of an embedded database that is there. What the disk says of it is thrown before what the engine says. */
export async function withEmbeddedOwner<Value>(
  folder: string,
  work: (owner: Kysely<never>) => Promise<Value>,
): Promise<Value> {
  let owner: Kysely<never>
  try {
    owner = await openPgliteAsOwner(folder)
  } catch (error) {
    if (error instanceof EmbeddedUnopened) await proveUsable(folder)
    throw error
  }
  try {
    return await work(owner)
  } finally {
    await owner.destroy()
  }
}

async function connect(folder: string, statementMsMax: number): Promise<Kysely<Database>> {
  const client = await WorkerClient.start(folder)
  const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite: client }) })
  try {
    await migrate(db as unknown as Kysely<never>)
    // Row-level security holds from here on, as it does in PostgreSQL.
    await client.boundStatements(statementMsMax, `set role ${APP_ROLE}`)
    CLIENTS.set(db, client)
    return db
  } catch (error) {
    await client.kill()
    if (error instanceof MigrationFailure || error instanceof SchemaNewer) throw error
    throw new EmbeddedUnusable(error instanceof Error ? error.message : String(error), { cause: error })
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

async function startWorker(folder: string): Promise<Worker> {
  const source = fileURLToPath(import.meta.url)
  const file = new URL(source.endsWith('.ts') ? './pglite-worker.ts' : './pglite-worker.js', import.meta.url)
  const worker = new Worker(file, { workerData: { folder } })
  const [first] = (await once(worker, 'message')) as [Reply]
  if (first.ready === true) return worker
  await worker.terminate()
  throw new EmbeddedUnopened(first.failure ?? 'the engine gave no reason')
}

/** The part of PGlite's interface that the query layer uses, spoken to a worker thread; transactions run one at a time. */
class WorkerClient implements PGlite, EmbeddedStatements {
  readonly waitReady = Promise.resolve()
  readonly ready = true
  closed = false
  readonly #folder: string
  #worker: Worker
  /** The thread that is being ended for its statement. */
  #ended: Worker | undefined
  /** Of the thread: what was begun on an earlier one cannot go on. */
  #generation = 0
  #bound: { readonly statementMsMax: number; readonly setUp: string } | undefined
  readonly #pending = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, worker: Worker) {
    this.#folder = folder
    this.#worker = worker
    this.#listen(worker)
  }

  static async start(folder: string): Promise<WorkerClient> {
    return new WorkerClient(folder, await startWorker(folder))
  }

  #listen(worker: Worker): void {
    worker.on('message', (reply: Reply) => this.#settle(reply))
    const stopped = (error: Error): void => {
      // One that was ended for its statement is replaced.
      if (worker !== this.#worker || worker === this.#ended) return
      this.closed = true
      this.#failPending(error)
    }
    worker.on('error', stopped)
    worker.on('exit', () => stopped(new Error('the embedded database stopped')))
  }

  #failPending(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }

  /** From now on no statement may take longer. `setUp` is run now, and again on each thread that replaces this one. */
  async boundStatements(statementMsMax: number, setUp: string): Promise<void> {
    await this.query(setUp)
    this.#bound = { statementMsMax, setUp }
  }

  /** Nothing in the thread could end a statement but the thread's own end; the database recovers as after a crash. */
  async #replaceWorker(): Promise<void> {
    this.#ended = this.#worker
    this.#generation += 1
    try {
      await this.#ended.terminate()
      this.#worker = await startWorker(this.#folder)
    } catch (error) {
      this.closed = true
      throw error
    }
    this.#listen(this.#worker)
    if (this.#bound !== undefined) await this.#send({ sql: this.#bound.setUp })
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

  /** One statement within its bound; behind it nothing of the thread is left to go on with. */
  async #sendBounded(message: { sql?: string; parameters?: readonly unknown[]; isScript?: true }): Promise<Reply> {
    if (this.#bound === undefined) return this.#send(message)
    const { statementMsMax } = this.#bound
    const sent = this.#send(message)
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), statementMsMax)
    try {
      const first = await Promise.race([sent, late])
      if (first !== 'late') return first
    } finally {
      clearTimeout(timer)
    }
    const timeout = new StatementTimeout(`a statement took longer than ${statementMsMax} ms`)
    sent.catch(() => undefined)
    this.#failPending(timeout)
    await this.#replaceWorker()
    throw timeout
  }

  async #query<T>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<{ rows: T[]; affectedRows?: number; fields: [] }> {
    const { rows, affectedRows } = await this.#sendBounded({ sql, parameters })
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
        const { rows } = await this.#sendBounded(parameters.length > 0 ? { sql, parameters } : { sql, isScript: true })
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
      const generation = this.#generation
      const within = <Row>(sql: string, parameters?: readonly unknown[]): ReturnType<typeof this.query<Row>> =>
        generation === this.#generation
          ? this.#query<Row>(sql, parameters)
          : Promise.reject(new StatementTimeout('the transaction was ended with a statement that took too long'))
      const rollback = async (): Promise<void> => {
        if (!isOpen) return
        isOpen = false
        if (generation === this.#generation) await this.#query('ROLLBACK')
      }
      await this.#query('BEGIN')
      try {
        const result = await callback({ query: within, rollback })
        if (isOpen) await within('COMMIT')
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
