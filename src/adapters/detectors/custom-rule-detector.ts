import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { fail, ok, type Result } from '../../base/result.ts'
import type { FindingCategory } from '../../domain/detection/finding.ts'
import type { DetectorFailure, DetectorVerdict, TextSpan } from '../../domain/guardrail/detector.ts'
import type { RemoteDetector } from './http-detector.ts'

export interface CustomRuleOptions {
  readonly id: string
  readonly version: string
  /**
   * Absolute path of an ES module that exports `judge(text)`: a score 0 to 1, or `{ score, spans? }`, or a promise of one.
   */
  readonly file: string
  readonly category: FindingCategory
  /** For one call, from the moment the thread turns to it. Shorter than the deadline in the detector's setting. */
  readonly deadlineMs: number
  /** Heap of the thread in MiB; 64 without it. */
  readonly memoryMb?: number | undefined
}

interface Reply {
  readonly ready?: true
  readonly job?: number
  readonly verdicts?: readonly { readonly score: number; readonly spans: readonly TextSpan[] }[]
  readonly threw?: true
}

type Outcome = Result<readonly DetectorVerdict[], DetectorFailure>

const MEMORY_MB = 64
const START_MS = 10_000

/**
 * A rule of the user in a thread of its own, with a bound on time and heap: past either, the thread is ended and the next
 * call starts another. SECURITY: bounds, no sandbox. The rule's code is trusted with what this process may do.
 */
export function customRuleDetector(options: CustomRuleOptions): RemoteDetector {
  const thread = new RuleThread(options)
  return {
    id: options.id,
    version: options.version,
    detect: (texts, signal) => thread.detect(texts, signal),
    close: () => thread.close(),
  }
}

class RuleThread {
  readonly #options: CustomRuleOptions
  #worker: Worker | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #job = 0

  constructor(options: CustomRuleOptions) {
    this.#options = options
  }

  /** Calls take turns; the runner bounds how many wait. */
  detect(texts: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const outcome = this.#turn.then(() => (signal.aborted ? fail(STOPPED) : this.#judge(texts, signal)))
    // A bug in one turn is that caller's to see; the turns after it go on.
    this.#turn = outcome.catch(() => undefined)
    return outcome
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#end()
  }

  async #judge(texts: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const worker = this.#worker ?? (await this.#start(signal))
    if (worker === undefined) return fail(signal.aborted ? STOPPED : UNLOADABLE)
    this.#job += 1
    const job = this.#job
    worker.ref()
    const answer = firstOf(worker, { ms: this.#options.deadlineMs, signal }, (reply) => reply.job === job)
    worker.postMessage({ job, texts })
    const came = await answer
    worker.unref()
    if (typeof came !== 'string') return this.#outcomeOf(came)
    await this.#end()
    switch (came) {
      case 'stopped':
        return fail(STOPPED)
      case 'late':
        return fail({
          code: 'detector/timeout',
          message: `the rule gave no verdict within ${this.#options.deadlineMs} ms and was ended`,
          cause: 'text',
        })
      case 'ended':
        return fail({
          code: 'detector/rule-failed',
          message: 'the rule ended its thread or ran out of memory',
          cause: 'text',
        })
    }
  }

  #outcomeOf({ verdicts }: Reply): Outcome {
    if (verdicts === undefined) return fail({ code: 'detector/rule-failed', message: 'the rule threw', cause: 'text' })
    const { category } = this.#options
    return ok(verdicts.map(({ score, spans }) => ({ score, category, spans })))
  }

  async #start(signal: AbortSignal): Promise<Worker | undefined> {
    const { file, id, memoryMb = MEMORY_MB } = this.#options
    const source = fileURLToPath(import.meta.url)
    const entry = new URL(
      source.endsWith('.ts') ? './custom-rule-worker.ts' : './custom-rule-worker.js',
      import.meta.url,
    )
    const worker = new Worker(entry, {
      name: `rule ${id}`,
      workerData: { rule: pathToFileURL(file).href },
      // Keys stand in the environment: the rule gets none of it, nor our options or streams.
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    })
    worker.stdout.resume()
    worker.stderr.resume()
    this.#worker = worker
    // An error is always followed by the end of the thread; unheard, it would end this process.
    worker.on('error', () => undefined)
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
    })
    const came = await firstOf(worker, { ms: START_MS, signal }, (reply) => reply.ready === true)
    worker.unref()
    if (typeof came !== 'string') return worker
    await this.#end()
    return undefined
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}

const STOPPED: DetectorFailure = { code: 'detector/aborted', message: 'the call was stopped', cause: 'service' }
const UNLOADABLE: DetectorFailure = {
  code: 'detector/rule-unloadable',
  message: 'the rule file cannot be loaded, or exports no function `judge`',
  cause: 'service',
}

/** The first fitting message, or why none came. */
function firstOf(
  worker: Worker,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
  fits: (reply: Reply) => boolean,
): Promise<Reply | 'late' | 'stopped' | 'ended'> {
  return new Promise((resolve) => {
    const settle = (came: Reply | 'late' | 'stopped' | 'ended'): void => {
      clearTimeout(timer)
      worker.off('message', onMessage)
      worker.off('exit', onExit)
      signal.removeEventListener('abort', onAbort)
      resolve(came)
    }
    const onMessage = (reply: Reply): void => {
      if (fits(reply)) settle(reply)
    }
    const onExit = (): void => settle('ended')
    const onAbort = (): void => settle('stopped')
    const timer = setTimeout(() => settle('late'), ms)
    worker.on('message', onMessage)
    worker.on('exit', onExit)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}
