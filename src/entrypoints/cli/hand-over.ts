import { setTimeout } from 'node:timers/promises'
import { monotonicMs } from '../../adapters/clock/system-clock.ts'
import type { Problem, Result } from '../../base/result.ts'

/** A command that holds the folder is mostly over by then, and a server that starts answers. */
const HANDED_OVER_MS = 15_000
const LOOK_MS = 50

/** Tries to become the owner until whoever holds the folder has given it up, for a few seconds at most. */
export async function whenHandedOver<Value>(
  attempt: () => Promise<Result<Value, Problem>>,
  { interrupted, isFinal }: { readonly interrupted: AbortSignal; readonly isFinal?: () => Promise<boolean> },
): Promise<Result<Value, Problem>> {
  const end = monotonicMs() + HANDED_OVER_MS
  for (;;) {
    const result = await attempt()
    if (result.ok || result.failure.code !== 'owner/held' || monotonicMs() > end || interrupted.aborted) return result
    if ((await isFinal?.()) === true) return result
    await setTimeout(LOOK_MS)
  }
}
