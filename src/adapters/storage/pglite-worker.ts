// Runs the embedded database in a thread of its own: a slow query must not block the event loop of the server.
import { PGlite } from '@electric-sql/pglite'
import { parentPort, workerData } from 'node:worker_threads'

interface Request {
  readonly id: number
  readonly sql?: string
  readonly parameters?: readonly unknown[]
  /** Several statements at once, without parameters. */
  readonly isScript?: true
  readonly close?: true
}

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const database = await open((workerData as { folder: string }).folder)
if (database !== undefined) {
  port.postMessage({ ready: true })
  port.on('message', (request: Request) => {
    void answer(database, request)
  })
}

/** Whoever started this thread hears of files that cannot be opened apart from anything else that ends it. */
async function open(folder: string): Promise<PGlite | undefined> {
  try {
    return await PGlite.create({ dataDir: folder })
  } catch (error) {
    port?.postMessage({ failure: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

async function answer(database: PGlite, { id, sql, parameters, isScript, close }: Request): Promise<void> {
  try {
    if (close === true) {
      await database.close()
      port?.postMessage({ id, rows: [] })
      port?.close()
      return
    }
    if (isScript === true) {
      const results = await database.exec(sql ?? '')
      port?.postMessage({ id, rows: results.flatMap(({ rows }) => rows) })
      return
    }
    const result = await database.query(sql ?? '', [...(parameters ?? [])])
    port?.postMessage({ id, rows: result.rows, affectedRows: result.affectedRows })
  } catch (error) {
    port?.postMessage({ id, failure: error instanceof Error ? error.message : String(error) })
  }
}
