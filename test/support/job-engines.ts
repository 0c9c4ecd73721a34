import { join } from 'node:path'
import { openQueue, type QueueSource } from '../../src/adapters/jobs/open-queue.ts'
import { openPglite } from '../../src/adapters/storage/open-pglite.ts'
import { openPostgres } from '../../src/adapters/storage/open-postgres.ts'
import type { JobQueue } from '../../src/application/jobs/job-queue.ts'
import { POSTGRES, postgresSchema } from './databases.ts'
import { tempFolder } from './temp-folder.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

export interface QueueEngine extends AsyncDisposable {
  /** Another process's way to the same queue. */
  open(organization?: string, role?: { readonly isWorker: boolean }): Promise<JobQueue>
}

async function embedded(): Promise<QueueEngine> {
  const folder = await tempFolder()
  const db = await openPglite(join(folder.path, 'db'), () => 'aside')
  return engineOf({ db, postgres: undefined }, async () => {
    await db.destroy()
    await folder[Symbol.asyncDispose]()
  })
}

async function postgresql(): Promise<QueueEngine> {
  const { url, schema, [Symbol.asyncDispose]: drop } = await postgresSchema()
  const postgres = { connectionString: url, schema }
  const db = await openPostgres(postgres)
  return engineOf({ db, postgres }, async () => {
    await db.destroy()
    await drop()
  })
}

function engineOf(source: Pick<QueueSource, 'db' | 'postgres'>, dispose: () => Promise<void>): QueueEngine {
  const queues: JobQueue[] = []
  return {
    async open(organization = 'local', role = { isWorker: true }) {
      const queue = await openQueue({ ...source, organization, report: warnOfTrouble, pollSeconds: 0.5 }, role)
      queues.push(queue)
      return queue
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(queues.map((queue) => queue.close()))
      await dispose()
    },
  }
}

export const QUEUE_ENGINES = [
  { engine: 'embedded database', isThere: true, start: embedded },
  { engine: 'PostgreSQL', isThere: POSTGRES !== undefined, start: postgresql },
] as const

/** Collects what handlers saw, and waits until there is enough of it. */
export class Seen<Item> {
  readonly items: Item[] = []
  readonly #waiting = new Set<() => void>()

  add(item: Item): void {
    this.items.push(item)
    for (const look of this.#waiting) look()
  }

  until(holds: (items: readonly Item[]) => boolean): Promise<readonly Item[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds(this.items)) return
        this.#waiting.delete(look)
        resolve(this.items)
      }
      this.#waiting.add(look)
      look()
    })
  }
}
