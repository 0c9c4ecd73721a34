import { isQueueThere, openQueue, type QueueSource } from '../../adapters/jobs/open-queue.ts'
import type { JobQueue } from '../../application/jobs/job-queue.ts'
import type { Problem } from '../../base/result.ts'

/** The queue, opened when somebody first needs it: most commands on a state never do. */
export interface LazyQueue {
  open(): Promise<JobQueue>
  /** Whether the state has one already. */
  isThere(): Promise<boolean>
  /** Told once it is open; at once, if it is. */
  onOpen(listener: (queue: JobQueue) => void): void
  close(): Promise<void>
}

export function lazyQueue(source: QueueSource, role: { readonly isWorker: boolean }): LazyQueue {
  let opening: Promise<JobQueue> | undefined
  let opened: JobQueue | undefined
  let isClosed = false
  const listeners: ((queue: JobQueue) => void)[] = []
  return {
    open() {
      if (isClosed) return Promise.reject(new Error('the job queue is closed'))
      opening ??= openQueue(source, role).then(
        (queue) => {
          opened = queue
          for (const listener of listeners) listener(queue)
          return queue
        },
        (error: unknown) => {
          // The next one who needs it tries again.
          opening = undefined
          throw error
        },
      )
      return opening
    },
    isThere: () => isQueueThere(source),
    onOpen(listener) {
      listeners.push(listener)
      if (opened !== undefined) listener(opened)
    },
    async close() {
      isClosed = true
      const held = await opening?.catch(() => undefined)
      await held?.close()
    },
  }
}

/** PostgreSQL: insufficient_privilege. */
const NOT_PERMITTED = '42501'

/** The connection string may hold a password: of a driver's error only the server's code is repeated. */
export function queueProblem(error: unknown): Problem {
  if (!(error instanceof Error)) throw error
  const code = 'code' in error ? String(error.code) : 'no answer'
  return {
    code: 'job/database',
    message: `the tables of the job queue cannot be made or opened (${code})`,
    next:
      code === NOT_PERMITTED
        ? 'let the owner create schemas in the database: grant create on database DATABASE to OWNER'
        : 'check that PostgreSQL 15 or newer runs there',
  }
}
