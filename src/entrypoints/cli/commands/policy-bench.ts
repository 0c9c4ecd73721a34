import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { monotonicMs } from '../../../adapters/clock/system-clock.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { PolicyEngine } from '../../../domain/policy/policy-engine.ts'
import { evaluateRule, variablesOf, type PolicyPack } from '../../../domain/policy/policy-pack.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadNamedPacks } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

const INPUT_BYTES_MAX = 1_048_576
const SECONDS_MAX = 60
/** Decisions between two looks at the clock. */
const BATCH = 20

interface Measured {
  readonly pack: string
  readonly version: string
  readonly rules: number
  readonly inputBytes: number
  readonly decisions: number
  readonly decisionsPerSecond: number
  /** Of one decision, over batches of 20. */
  readonly medianMicroseconds: number
}

/** `gatehouse policy bench`: a decision is every CEL rule of the pack on one document. */
export async function policyBenchCommand(
  terminal: Terminal,
  options: {
    readonly packs: readonly string[]
    readonly project: string
    readonly input?: string | undefined
    readonly seconds: string
    readonly atLeast?: string | undefined
    readonly json: boolean
  },
): Promise<number> {
  const loaded = await loadNamedPacks(terminal, options)
  const input = options.input === undefined ? ok(undefined) : await readInput(terminal, options.input)
  const seconds = positive('--seconds', options.seconds, SECONDS_MAX)
  const atLeast = options.atLeast === undefined ? ok(0) : positive('--at-least', options.atLeast, Infinity)
  if (!loaded.ok || !input.ok || !seconds.ok || !atLeast.ok) {
    const problems = [input, seconds, atLeast].flatMap((part) => (part.ok ? [] : [part.failure]))
    reportProblems(terminal, [...(loaded.ok ? [] : loaded.failure), ...problems])
    return EXIT_CODE.usage
  }
  const measured = loaded.value.map(({ pack }) =>
    measure(celEngine(), pack, { input: input.value, seconds: seconds.value }),
  )
  const slow = measured.filter(({ decisionsPerSecond }) => decisionsPerSecond < atLeast.value)
  const exitCode = slow.length === 0 ? EXIT_CODE.pass : EXIT_CODE.blocked
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, packs: measured, exitCode }, 2))
  else
    for (const { pack, version, rules, inputBytes, decisionsPerSecond, medianMicroseconds } of measured)
      printLine(
        terminal,
        `${inert(`${pack}@${version}`)} ${rules} rules, ${inputBytes} bytes of input: ${Math.round(decisionsPerSecond)} decisions/s, median ${medianMicroseconds.toFixed(1)} µs`,
      )
  if (slow.length > 0 && !options.json)
    printLine(terminal, `Exiting 1: ${slow.map(({ pack }) => pack).join(', ')} below ${atLeast.value} decisions/s`)
  return exitCode
}

function measure(
  engine: PolicyEngine,
  pack: PolicyPack,
  { input, seconds }: { readonly input: JsonObject | undefined; readonly seconds: number },
): Measured {
  const variables = variablesOf(pack)
  // Without a document each rule reads the first input that its tests expect to pass.
  const rules = pack.rules
    .filter(({ rego }) => rego === undefined)
    .map(({ when, expr, tests }) => ({
      when,
      expr,
      document: input ?? tests.find(({ expect }) => expect === 'pass')?.input ?? {},
    }))
  const decide = (): void => {
    for (const { when, expr, document } of rules) {
      const applies = evaluateRule(engine, when, document, variables)
      if (applies.ok && applies.value) evaluateRule(engine, expr, document, variables)
    }
  }
  // Compiles the rules and lets the machine warm up; neither is measured.
  const warm = monotonicMs() + Math.min(seconds, 1) * 200
  while (monotonicMs() < warm) decide()
  const times: number[] = []
  const start = monotonicMs()
  const end = start + seconds * 1_000
  let at = start
  while (at < end) {
    for (let count = 0; count < BATCH; count++) decide()
    const now = monotonicMs()
    times.push((now - at) / BATCH)
    at = now
  }
  const decisions = times.length * BATCH
  return {
    pack: pack.id,
    version: pack.version,
    rules: rules.length,
    inputBytes: Math.max(0, ...rules.map(({ document }) => Buffer.byteLength(JSON.stringify(document)))),
    decisions,
    decisionsPerSecond: (decisions * 1_000) / (at - start),
    medianMicroseconds: (times.toSorted((one, other) => one - other)[times.length >> 1] ?? 0) * 1_000,
  }
}

function positive(flag: string, text: string, max: number): Result<number, Problem> {
  const value = Number(text)
  return value > 0 && value <= max
    ? ok(value)
    : fail({ code: 'usage/value', message: `\`${flag}\` does not take \`${text}\``, next: 'write a positive number' })
}

async function readInput({ workingFolder }: Terminal, file: string): Promise<Result<JsonObject, Problem>> {
  try {
    const parsed = parseJson(await readFile(resolve(workingFolder, file), 'utf8'), INPUT_BYTES_MAX)
    if (parsed.ok && isJsonObject(parsed.value)) return ok(parsed.value)
    return fail({
      code: 'policy/input',
      message: `\`${file}\` is no JSON object`,
      next: 'see schemas/policy-input.schema.json',
    })
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({ code: 'files/unreadable', message: `\`${file}\` cannot be read`, next: 'check the path' })
  }
}
