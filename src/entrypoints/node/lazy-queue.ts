import { isQueueThere, openQueue, type QueueSource } from '../../adapters/jobs/open-queue.ts'
import type { JobQueue } from '../../application/jobs/job-queue.ts'

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
  let isClosed = false
  const listeners: ((queue: JobQueue) => void)[] = []
  return {
    open() {
      if (isClosed) return Promise.reject(new Error('the job queue is closed'))
      opening ??= openQueue(source, role).then(
        (queue) => {
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
    },
    async close() {
      isClosed = true
      const opened = await opening?.catch(() => undefined)
      await opened?.close()
    },
  }
}
