import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Removed when the scope that uses it ends. */
export async function tempFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Asks again until it holds; throws with what was seen last when the deadline has passed. */
export async function eventually<Value>(
  look: () => Promise<Value> | Value,
  holds: (value: Value) => boolean,
  deadlineMs = 20_000,
): Promise<Value> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const value = await look()
    if (holds(value)) return value
    if (performance.now() > end) throw new Error(`it never came: ${JSON.stringify(value)?.slice(0, 2_000)}`)
    await new Promise<void>((resolve) => void setTimeout(resolve, 20))
  }
}
