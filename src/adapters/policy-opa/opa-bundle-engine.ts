import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { fail, ok } from '../../base/result.ts'
import type { RegoAnswer, RegoQuestion } from '../../domain/policy/rego-engine.ts'
import { readOpaBundle, type OpaBundle } from './opa-bundle.ts'

export interface BundleLimits {
  /** For all inputs of one question, from the start of the thread. */
  readonly deadlineMs: number
  /** WebAssembly pages of 64 KiB that the policy may have. */
  readonly pagesMax: number
}

export const BUNDLE_LIMITS: BundleLimits = { deadlineMs: 5_000, pagesMax: 1_024 }
const PAGES_INITIAL = 8
const HEAP_MB = 64

interface Reply {
  readonly index?: number
  readonly answer?: boolean | string
  readonly unknown?: string
}

/**
 * Asks a compiled bundle in a thread of its own, with a bound on time, heap and the policy's memory: past any of them the
 * thread is ended, and what it had not answered is a failure.
 */
export async function askBundle(
  { bundle, path, inputs }: RegoQuestion,
  limits: BundleLimits = BUNDLE_LIMITS,
): Promise<readonly RegoAnswer[]> {
  const read = bundle === undefined ? fail('it did not come with its pack') : readOpaBundle(bundle)
  if (!read.ok) return inputs.map(() => refused(`the bundle cannot be used: ${read.failure}`))
  // A policy imports the memory that it is given; one of its own would be outside every bound.
  if (hasSection(read.value.wasm, MEMORY_SECTION))
    return inputs.map(() => refused('the bundle cannot be used: its policy has a memory of its own'))
  const replies: Reply[] = []
  const end = await run(read.value, { path, inputs, limits }, replies)
  const unknown = replies.find((reply) => reply.unknown !== undefined)?.unknown
  if (unknown !== undefined)
    return inputs.map(() => refused(`the bundle has no entry point \`${path}\`; it has: ${unknown || 'none'}`))
  const answers = new Map(replies.map(({ index, answer }) => [index, answer]))
  return inputs.map((_, index) => answerOf(answers.get(index), end))
}

function answerOf(answer: boolean | string | undefined, end: string): RegoAnswer {
  if (typeof answer === 'boolean') return ok(answer)
  return fail({ code: 'policy/evaluation', message: answer ?? end })
}

function refused(message: string): RegoAnswer {
  return fail({ code: 'policy/refused', message })
}

const MEMORY_SECTION = 5
const HEADER_BYTES = 8

/** Sections of a module: an id, a length in LEB128, and that many bytes. */
function hasSection(wasm: Uint8Array, wanted: number): boolean {
  for (let at = HEADER_BYTES; at < wasm.length;) {
    if (wasm[at] === wanted) return true
    at += 1
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at] ?? 0
      at += 1
      length += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    at += length
  }
  return false
}

/** Resolves to why the thread ended; what it answered until then is in `replies`. */
function run(
  { wasm, data }: OpaBundle,
  {
    path,
    inputs,
    limits,
  }: { readonly path: string; readonly inputs: RegoQuestion['inputs']; readonly limits: BundleLimits },
  replies: Reply[],
): Promise<string> {
  const source = fileURLToPath(import.meta.url)
  const entry = new URL(source.endsWith('.ts') ? './opa-worker.ts' : './opa-worker.js', import.meta.url)
  const pages = { initial: Math.min(PAGES_INITIAL, limits.pagesMax), maximum: limits.pagesMax }
  const worker = new Worker(entry, {
    name: 'opa bundle',
    workerData: { wasm, data, path, inputs, pages },
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  return new Promise((resolve) => {
    let reason = 'the policy could not be loaded, or ended its thread'
    const timer = setTimeout(() => {
      reason = `the policy gave no answer within ${limits.deadlineMs} ms and was ended`
      void worker.terminate()
    }, limits.deadlineMs)
    worker.on('message', (reply: Reply) => replies.push(reply))
    worker.on('error', (error: Error) => {
      reason = `the policy could not be run: ${error.message.slice(0, 200)}`
    })
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve(reason)
    })
  })
}
