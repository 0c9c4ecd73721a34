import type { Problem, Result } from '../../base/result.ts'
import type { Recording } from './recorder.ts'

/**
 * Writes only where a precondition holds in the turn that is written in: what held before the turn another server may have
 * changed meanwhile. Behind the first entry it is not asked again: that entry may itself have ended it.
 */
export function heldRecording(recorder: Recording, precondition: () => Promise<Result<null, Problem>>): Recording {
  let isInTurn = false
  let hasWritten = false
  const exclusive: Recording['exclusive'] = (work) =>
    recorder.exclusive(async () => {
      if (!hasWritten) {
        const holds = await precondition()
        if (!holds.ok) return holds
      }
      isInTurn = true
      try {
        return await work()
      } finally {
        isInTurn = false
      }
    })
  const write = <Value>(entry: () => Promise<Result<Value, Problem>>): Promise<Result<Value, Problem>> => {
    // Turns do not nest; what writes outside of one gets its own.
    if (!isInTurn && !hasWritten) return exclusive(() => write(entry))
    hasWritten = true
    return entry()
  }
  return {
    exclusive,
    append: (draft) => write(() => recorder.append(draft)),
    // oxlint-disable-next-line max-params -- those of the recorder
    record: (type, actor, releaseDigest, content) => write(() => recorder.record(type, actor, releaseDigest, content)),
  }
}
