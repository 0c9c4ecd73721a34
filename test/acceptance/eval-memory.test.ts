import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeEvalSuite } from '../support/eval-suite.ts'
import { tempFolder } from '../support/temp-folder.ts'

const CHILD = join(import.meta.dirname, '../support/eval-memory-child.ts')
/** A case that was kept, with its result, takes a kilobyte at least. */
const GROWTH_MAX = 60 * 1_048_576

/** Peak memory of a process that runs so many cases, in bytes. */
async function peakOf(cases: number): Promise<number> {
  await using temp = await tempFolder()
  await writeEvalSuite(temp.path, { cases, head: 'criteria:\n  - { id: all, metric: task-success, atLeast: 0.8 }\n' })
  const child = spawn(process.execPath, [CHILD, temp.path, 'eval', 'run', 'suite.yaml', '-c', '100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  await once(child, 'close')
  const { code, peak } = JSON.parse(said) as { readonly code: number; readonly peak: number }
  expect(code).toBe(0)
  return peak
}

test('a run of 100,000 cases takes hardly more memory than one of 2,000', async () => {
  // The first start compiles TypeScript, and is not measured.
  await peakOf(200)
  const few = await peakOf(2_000)
  const many = await peakOf(100_000)
  expect(many - few).toBeLessThan(GROWTH_MAX)
})
