import { queueUpgrades, UPGRADE_ENTRIES } from '../../application/upgrade/queue-upgrades.ts'
import { MINUTE_MS } from '../../base/instant.ts'
import { every } from '../server/every.ts'
import type { WorkerPorts } from './worker-ports.ts'

/** Entries of this process make it look; what others wrote is found by this. */
const LOOK_MS = MINUTE_MS

/** Queues what is due for the watched systems. Nothing runs, and nothing is looked at, where none is watched. */
export function watchUpgrades({ node, config }: Pick<WorkerPorts, 'node' | 'config'>): AsyncDisposable {
  const watched = config?.upgrades ?? []
  if (watched.length === 0) return { [Symbol.asyncDispose]: async () => undefined }
  let running: Promise<void> | undefined
  let isAsked = false
  const turn = async (): Promise<void> => {
    do {
      isAsked = false
      const queued = await queueUpgrades(node, await node.jobs(), watched)
      if (!queued.ok) throw new Error(`${queued.failure.code}: ${queued.failure.message}`)
    } while (isAsked)
  }
  const report = (error: unknown): void => node.report('models to be proven could not be looked up', error)
  const look = async (): Promise<void> => {
    isAsked = true
    running ??= turn()
      .catch(report)
      .finally(() => {
        running = undefined
      })
    await running
  }
  const stop = node.onEntry(({ leaf }) => {
    if (UPGRADE_ENTRIES.has(leaf.type)) void look()
  })
  const timer = every(LOOK_MS, look, report)
  void look()
  return {
    async [Symbol.asyncDispose]() {
      stop()
      await timer[Symbol.asyncDispose]()
      await running
    },
  }
}
