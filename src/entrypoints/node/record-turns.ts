/**
 * Changes of one record by operations of this process happen one after the other: what `If-Match` was held against is still so
 * when the change begins. Against other servers it is held again in the turn that all of them share.
 */
const turns = new WeakMap<object, Map<string, Promise<unknown>>>()

export async function inTurn<Value>(owner: object, key: string, work: () => Promise<Value>): Promise<Value> {
  const own = turns.get(owner) ?? new Map<string, Promise<unknown>>()
  turns.set(owner, own)
  const result = (own.get(key) ?? Promise.resolve()).then(work)
  // The next in line waits for the end, not for success: the caller of this one sees its failure.
  const settled = result.then(
    () => undefined,
    () => undefined,
  )
  own.set(key, settled)
  try {
    return await result
  } finally {
    if (own.get(key) === settled) own.delete(key)
  }
}
