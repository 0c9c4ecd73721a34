/** A broken invariant: a bug in Gatehouse, never bad input. Stops the operation. */
class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new AssertionFailure(`invariant broken: ${invariant}`)
}
