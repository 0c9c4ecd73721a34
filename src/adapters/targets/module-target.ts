import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { systemDeadline } from '../clock/system-deadline.ts'
import { SECOND_MS } from '../../base/instant.ts'
import { observationOf, observationSchema } from './process-target.ts'
import type { TargetPorts } from './target-ports.ts'

type FunctionConfig = Extract<TargetConfig, { readonly type: 'function' }>

const TIMEOUT_SECONDS = 120
/** No function can answer with it. */
const LATE = Symbol('late')

/** A function of the user's: takes the case, answers with a text or an observation. */
export async function functionTarget(
  config: FunctionConfig,
  ports: TargetPorts,
): Promise<Result<TrialTarget, Problem>> {
  const name = config.export ?? 'target'
  const found = await importNamed(resolve(ports.folder, config.module), name)
  if (!found.ok) return found
  const call = found.value
  return ok({
    identity: config as unknown as JsonObject,
    isSimulated: config.isSimulated ?? false,
    async run({ suiteCase, trial }, signal) {
      const startedMs = monotonicMs()
      const timeoutMs = (config.timeoutSeconds ?? TIMEOUT_SECONDS) * SECOND_MS
      const deadline = systemDeadline(timeoutMs, signal)
      const late = new Promise<typeof LATE>((settle) => {
        deadline.signal.addEventListener('abort', () => settle(LATE), { once: true })
      })
      try {
        const answer: unknown = await Promise.race([call(suiteCase, { trial, signal: deadline.signal }), late])
        if (answer === LATE)
          return {
            kind: 'failed',
            failure: signal.aborted
              ? { kind: 'interrupted', message: 'interrupted' }
              : { kind: 'timeout', message: `no answer within ${timeoutMs / SECOND_MS} s` },
          }
        const parsed = observationSchema.safeParse(typeof answer === 'string' ? { reply: answer } : answer)
        if (!parsed.success) {
          const [issue] = parsed.error.issues
          const message = `\`${name}\` gave no observation at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`
          return { kind: 'failed', failure: { kind: 'malformed', message } }
        }
        const timing = { latencyMs: monotonicMs() - startedMs, lagMs: ports.lag.since(startedMs), isCached: false }
        return { kind: 'observed', observation: { ...observationOf(parsed.data), timing } }
      } finally {
        deadline.release()
      }
    },
    close: async () => undefined,
  })
}

export type ImportedFunction = (...args: readonly unknown[]) => unknown

/** The function that a module exports under a name. */
export async function importNamed(path: string, name: string): Promise<Result<ImportedFunction, Problem>> {
  const at = { file: path, line: 1, column: 1 }
  try {
    const loaded = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
    const found = loaded[name]
    if (typeof found === 'function') return ok(found as ImportedFunction)
    return fail({
      code: 'target/incomplete',
      message: `\`${path}\` exports no function \`${name}\``,
      next: `write \`export async function ${name}(…)\`, or name another with \`export\``,
      at,
    })
  } catch (error) {
    // The module is the user's code: whatever it throws is theirs to read.
    return fail({
      code: 'target/failed',
      message: `\`${path}\` cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      next: 'run it by itself and correct it',
      at,
    })
  }
}
