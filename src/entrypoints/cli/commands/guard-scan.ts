import { basename, dirname, resolve } from 'node:path'
import { monotonicMs } from '../../../adapters/clock/system-clock.ts'
import { systemDeadline } from '../../../adapters/clock/system-deadline.ts'
import { declaredDetectors, type DeclaredDetectors } from '../../../adapters/detectors/declared-detectors.ts'
import { declaredSecrets } from '../../../adapters/detectors/declared-secrets.ts'
import { injectionClassifier } from '../../../adapters/models/load-injection-model.ts'
import { guardWithDetectors } from '../../../application/guard/guard-with-detectors.ts'
import { detectorRunner, type DetectorRunner } from '../../../application/guard/run-detectors.ts'
import type { ClassifyInjection } from '../../../domain/detection/injection/weigh-injection.ts'
import { isJsonObject, parseJson, type Json, type JsonObject } from '../../../base/json.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import { TIERS, type Tier } from '../../../domain/manifest/manifest.ts'
import { ALL_TABLE_DETECTORS } from '../../../domain/guardrail/all-table-detectors.ts'
import { resolveGuardPolicy, type GuardPolicy } from '../../../domain/guardrail/guard-policy.ts'
import { explain } from '../../../domain/guardrail/explain.ts'
import { leakIndex, type LeakIndex } from '../../../domain/detection/prompt-leak.ts'
import type { Passage } from '../../../domain/detection/groundedness/ground-claims.ts'
import { guardText } from '../../../domain/guardrail/guard-text.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import type { Terminal } from '../terminal.ts'

export const LINE_BYTES_MAX = 8 * 1_048_576

/** `gatehouse guard scan` (CONTRACTS.md): one line out per line in, in order, streaming. */
export async function guardScanCommand(
  terminal: Terminal,
  options: { readonly preset: string; readonly manifest?: string | undefined; readonly explain?: boolean | undefined },
): Promise<number> {
  const classify = injectionClassifier()
  if (!classify.ok) {
    reportProblems(terminal, [classify.failure])
    return EXIT_CODE.usage
  }
  const guard = await guardFor(terminal, options)
  if (guard === undefined) return EXIT_CODE.usage
  const runDetectors = detectorRunner(guard.detectors, { nowMs: monotonicMs, deadline: systemDeadline })
  const context: ScanContext = {
    policy: guard.policy,
    classify: classify.value,
    leak: guard.secrets.length === 0 ? undefined : leakIndex([], guard.secrets),
    isExplained: options.explain === true,
    runDetectors,
    interrupted: terminal.interrupted,
  }
  try {
    let number = 0
    for await (const line of linesOf(terminal.stdin)) {
      number += 1
      const scanned = terminal.interrupted.aborted ? {} : await scanLine(line, number, context)
      if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
      terminal.out(`${JSON.stringify(scanned)}\n`)
      await terminal.drain()
    }
    return EXIT_CODE.pass
  } finally {
    await guard.close()
  }
}

interface ScanContext {
  readonly policy: GuardPolicy
  readonly classify: ClassifyInjection
  readonly leak: LeakIndex | undefined
  readonly isExplained: boolean
  readonly runDetectors: DetectorRunner
  readonly interrupted: AbortSignal
}

type ScanGuard = DeclaredDetectors & { readonly policy: GuardPolicy; readonly secrets: readonly string[] }

async function guardFor(
  terminal: Terminal,
  { preset, manifest }: { readonly preset: string; readonly manifest?: string | undefined },
): Promise<ScanGuard | undefined> {
  if (manifest !== undefined) {
    const path = resolve(terminal.workingFolder, manifest)
    const loaded = await loadProject(dirname(path), '.', basename(path))
    const detectors = loaded.ok
      ? declaredDetectors(loaded.value.release.manifest.guard?.detectors ?? [], terminal.environment)
      : loaded
    const secrets = loaded.ok
      ? declaredSecrets(loaded.value.release.manifest.guard?.secretsFrom ?? [], terminal.environment)
      : loaded
    if (loaded.ok && detectors.ok && secrets.ok) {
      const { manifest: declared } = loaded.value.release
      const policy = resolveGuardPolicy(declared.guard, computeTier(declared).tier, ALL_TABLE_DETECTORS)
      return { policy, secrets: secrets.value, ...detectors.value }
    }
    if (loaded.ok && !secrets.ok) reportProblems(terminal, secrets.failure)
    if (!detectors.ok) reportProblems(terminal, detectors.failure)
    return undefined
  }
  if (TIERS.some((tier) => tier === preset)) {
    const none = { secrets: [], detectors: [], close: () => Promise.resolve() }
    return { policy: resolveGuardPolicy({ preset: preset as Tier }, preset as Tier), ...none }
  }
  reportProblems(terminal, [{ code: 'guard/preset', message: `\`${preset}\` is no preset`, next: 'use T1, T2 or T3' }])
  return undefined
}

/** Undefined stands for a line that is too long to keep. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = []
  let length = 0
  const take = (): Buffer | undefined => {
    const line = length > LINE_BYTES_MAX ? undefined : Buffer.concat(parts)
    parts = []
    length = 0
    return line
  }
  for await (const bytes of input) {
    const chunk = Buffer.from(bytes)
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      length += end - from
      if (length <= LINE_BYTES_MAX) parts.push(chunk.subarray(from, end))
      yield take()
      from = end + 1
    }
    length += chunk.length - from
    // An endless line must not fill the memory: what is over the bound is dropped, and the line reported.
    if (length <= LINE_BYTES_MAX) parts.push(chunk.subarray(from))
    else parts = []
  }
  if (length > 0) yield take()
}

function errorLine(id: string | null, line: number, code: string, message: string): JsonObject {
  return { id, line, error: { code, message } }
}

/** None without the field; undefined where it is no list of passages. */
function passagesIn(value: Json | undefined): readonly Passage[] | undefined {
  if (value === undefined) return []
  if (!Array.isArray(value)) return undefined
  const passages: Passage[] = []
  for (const item of value as readonly Json[]) {
    if (!isJsonObject(item) || typeof item.id !== 'string' || typeof item.text !== 'string') return undefined
    passages.push({ id: item.id, text: item.text })
  }
  return passages
}

const decoder = new TextDecoder('utf-8', { fatal: true })

async function scanLine(
  bytes: Buffer | undefined,
  number: number,
  { policy, classify, leak, isExplained, runDetectors, interrupted }: ScanContext,
): Promise<JsonObject> {
  if (bytes === undefined) return errorLine(null, number, 'guard/line-too-long', `longer than ${LINE_BYTES_MAX} bytes`)
  let line: string
  try {
    line = decoder.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return errorLine(null, number, 'guard/not-utf8', 'the line is not UTF-8')
  }
  const json = parseJson(line, LINE_BYTES_MAX)
  if (!json.ok) return errorLine(null, number, 'guard/bad-json', json.failure.message)
  if (!isJsonObject(json.value)) return errorLine(null, number, 'guard/bad-line', 'the line is no object')
  const { id, text, direction } = json.value
  const name = typeof id === 'string' ? id : null
  if (name === null || typeof text !== 'string')
    return errorLine(name, number, 'guard/bad-line', '`id` and `text` must be strings')
  if (direction !== undefined && direction !== 'input' && direction !== 'output')
    return errorLine(name, number, 'guard/bad-line', '`direction` must be `input` or `output`')
  const side = direction ?? 'input'
  const passages = passagesIn(json.value.passages)
  if (passages === undefined)
    return errorLine(name, number, 'guard/bad-line', '`passages` must be a list of `{ id, text }`')
  const options = { classify, passages, leak: side === 'output' ? leak : undefined }
  const own = guardText(text, policy[side], options)
  const raised = await guardWithDetectors([{ raw: text, judgement: own }], runDetectors, { side, signal: interrupted })
  const judgement = raised[0] ?? own
  return {
    id: name,
    action: judgement.action,
    score: judgement.score,
    findings: judgement.findings.map(({ detector, category, start, end, score }) => ({
      detector,
      category,
      start,
      end,
      score,
    })),
    ...(isExplained ? { explanations: explain(text, policy[side], options).map((entry) => ({ ...entry })) } : {}),
    ...(judgement.text === text || judgement.action === 'block' ? {} : { redacted: judgement.text }),
  }
}
