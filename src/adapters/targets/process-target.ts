import { spawn, type ChildProcess } from 'node:child_process'
import { kill } from 'node:process'
import { z } from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { SECOND_MS } from '../../base/instant.ts'
import type { TrialOutcome, TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import type { Observation } from '../../domain/evaluation/suite.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { errnoOf } from '../files/errno.ts'
import type { TargetPorts } from './target-ports.ts'

type CommandConfig = Extract<TargetConfig, { readonly type: 'command' }>

const TIMEOUT_SECONDS = 60
const OUTPUT_BYTES_MAX = 8 * 1_048_576
const ERROR_CHARS = 300

/** What a program or a function may report; the reply is enough. */
export const observationSchema = z.object({
  reply: z.string(),
  blocked: z.object({ code: z.string(), rule: z.string() }).nullish(),
  toolCalls: z.array(z.object({ name: z.string(), args: z.record(z.string(), z.unknown()).default({}) })).default([]),
  records: z
    .array(z.object({ id: z.string(), tenant: z.string(), roles: z.array(z.string()).default([]) }))
    .default([]),
  citations: z.array(z.string()).default([]),
  passages: z.array(z.object({ id: z.string(), text: z.string() })).optional(),
  egress: z.array(z.string()).optional(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).optional(),
  costUsd: z.number().min(0).optional(),
  model: z.string().optional(),
})

const MICRO = 1_000_000

export function observationOf(reported: z.infer<typeof observationSchema>): Observation {
  const { costUsd, blocked, ...rest } = reported
  return {
    ...rest,
    blocked: blocked ?? null,
    ...(costUsd === undefined ? {} : { costMicroUsd: Math.round(costUsd * MICRO) }),
  }
}

/** A program run once for each trial, without a shell: the case as JSON on its standard input, the answer on its output. */
export function commandTarget(config: CommandConfig, ports: TargetPorts): TrialTarget {
  return {
    identity: config as unknown as JsonObject,
    isSimulated: config.isSimulated ?? false,
    async run({ suiteCase, trial }, signal) {
      const startedMs = monotonicMs()
      const ended = await runProgram(config, ports, JSON.stringify({ ...suiteCase, trial }), signal)
      if (ended.kind === 'failed') return ended
      const latencyMs = monotonicMs() - startedMs
      const observation = readOutput(config, ended.stdout)
      if (typeof observation === 'string')
        return { kind: 'failed', failure: { kind: 'malformed', message: observation } }
      const timing = { latencyMs, lagMs: ports.lag.since(startedMs), isCached: false }
      return { kind: 'observed', observation: { ...observation, timing } }
    },
    close: async () => undefined,
  }
}

function readOutput({ output = 'text' }: CommandConfig, stdout: string): Observation | string {
  if (output === 'text')
    return { reply: stdout.replace(/\r?\n$/, ''), blocked: null, toolCalls: [], records: [], citations: [] }
  try {
    const parsed = observationSchema.safeParse(JSON.parse(stdout))
    if (parsed.success) return observationOf(parsed.data)
    const [issue] = parsed.error.issues
    return `the output is no observation at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`
  } catch (error) {
    if (error instanceof SyntaxError) return `the output is no JSON: ${error.message}`
    throw error
  }
}

type Ended = { readonly kind: 'ended'; readonly stdout: string } | Extract<TrialOutcome, { readonly kind: 'failed' }>

// oxlint-disable-next-line max-params -- what to run, where, its input, and what ends it
function runProgram(config: CommandConfig, ports: TargetPorts, input: string, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const timeoutMs = (config.timeoutSeconds ?? TIMEOUT_SECONDS) * SECOND_MS
    const child = spawn(config.command, config.args ?? [], {
      cwd: ports.folder,
      env: { ...ports.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      shell: false,
      // A group of its own: what the program started goes with it, or would hold the pipe open for ever.
      detached: true,
    })
    const chunks: Buffer[] = []
    let [bytes, errors, isLate] = [0, '', false]
    const timer = setTimeout(() => {
      isLate = true
      killGroup(child)
    }, timeoutMs)
    const onAbort = (): void => killGroup(child)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > OUTPUT_BYTES_MAX) killGroup(child)
      else chunks.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors = `${errors}${chunk.toString('utf8')}`.slice(-ERROR_CHARS)
    })
    // A program may end without reading its input; that is its right.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const settle = (ended: Ended): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(ended)
    }
    const failed = (kind: 'timeout' | 'crashed' | 'malformed' | 'interrupted', message: string): void =>
      settle({ kind: 'failed', failure: { kind, message } })
    child.on('error', (error) => failed('crashed', error.message))
    child.on('close', (code, killedBy) => {
      if (signal.aborted) failed('interrupted', 'interrupted')
      else if (isLate) failed('timeout', `no end within ${timeoutMs / SECOND_MS} s`)
      else if (bytes > OUTPUT_BYTES_MAX) failed('malformed', `the output is longer than ${OUTPUT_BYTES_MAX} bytes`)
      else if (code === 0) settle({ kind: 'ended', stdout: Buffer.concat(chunks).toString('utf8') })
      else
        failed(
          'crashed',
          `the program ended with ${code ?? killedBy ?? 'nothing'}${errors.trim() === '' ? '' : `: ${errors.trim()}`}`,
        )
    })
  })
}

/** Kills the program and whatever it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    kill(-pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself meanwhile.
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}
