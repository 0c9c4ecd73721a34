import type { Sha256 } from '../../base/digest.ts'
import { digestOfJson, hexOfDigest } from '../../base/digest.ts'
import { parseJson, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { FindingSeverity } from '../../domain/finding/finding.ts'
import { listAt, numberOf, objectAt, textOf } from '../interchange/loose-json.ts'

/** One result of a SARIF log as it is handed in. */
export interface SarifFinding {
  readonly title: string
  readonly description: string
  readonly severity: FindingSeverity
  readonly fingerprint: string
  readonly location: string | undefined
  readonly risks: readonly string[]
}

export interface SarifFindings {
  readonly findings: readonly SarifFinding[]
  /** Results that say that they passed, were suppressed or are gone. */
  readonly left: number
}

export const SARIF_CHARS_MAX = 16 * 1_048_576
export const SARIF_RESULTS_MAX = 5_000

/**
 * Reads a SARIF 2.1.0 log as findings. The log comes from outside: whatever is not there reads as nothing, and a log that is
 * none, that was cut off or whose run did not finish is refused as a whole.
 */
export function readSarifFindings(sha256: Sha256, file: string, text: string): Result<SarifFindings, Problem> {
  const parsed = parseJson(text, SARIF_CHARS_MAX)
  const refused = (message: string): Result<never, Problem> =>
    fail({
      code: 'finding/sarif',
      message: `\`${file}\` ${message}`,
      next: 'hand in a SARIF 2.1.0 log of a run that finished',
      at: { file, line: 1, column: 1 },
    })
  if (!parsed.ok) return refused(`is no JSON: ${parsed.failure.message}`)
  const log = parsed.value
  const runs = listAt(log, 'runs')
  if (objectAt(log)['version'] !== '2.1.0' || runs.length === 0) return refused('is no SARIF 2.1.0 log with a run')
  const findings = new Map<string, SarifFinding>()
  let left = 0
  for (const run of runs) {
    if (listAt(run, 'invocations').some((one) => objectAt(one)['executionSuccessful'] === false))
      return refused('holds a run that did not finish')
    const rules = rulesOf(run)
    for (const value of listAt(run, 'results')) {
      const finding = isLeft(objectAt(value)) ? undefined : findingOf(sha256, run, value, rules)
      if (finding === undefined) left += 1
      else findings.set(finding.fingerprint, finding)
      if (findings.size > SARIF_RESULTS_MAX) return refused(`holds more than ${SARIF_RESULTS_MAX} results`)
    }
  }
  return ok({ findings: [...findings.values()], left })
}

function isLeft(result: JsonObject): boolean {
  const kind = textOf(result['kind'])
  const isNoFailure = kind !== '' && kind !== 'fail' && kind !== 'open' && kind !== 'review'
  return (
    isNoFailure ||
    result['level'] === 'none' ||
    result['baselineState'] === 'absent' ||
    listAt(result, 'suppressions').some((one) => !['rejected', 'underReview'].includes(textOf(objectAt(one)['status'])))
  )
}

type Rules = ReadonlyMap<string, JsonObject>

function rulesOf(run: Json): Rules {
  const rules = [
    ...listAt(run, 'tool', 'driver', 'rules'),
    ...listAt(run, 'tool', 'extensions').flatMap((extension) => listAt(extension, 'rules')),
  ]
  return new Map(rules.map((rule) => [textOf(objectAt(rule)['id']), objectAt(rule)]))
}

function findingOf(sha256: Sha256, run: Json, value: Json, rules: Rules): SarifFinding {
  const result = objectAt(value)
  const ruleId = textOf(result['ruleId']) || textOf(objectAt(result, 'rule')['id'])
  const rule = rules.get(ruleId) ?? {}
  const tool = textOf(objectAt(run, 'tool', 'driver')['name'])
  const message = textOf(objectAt(result, 'message')['text'])
  const place = objectAt(listAt(value, 'locations')[0], 'physicalLocation')
  const uri = textOf(objectAt(place, 'artifactLocation')['uri'])
  const line = numberOf(objectAt(place, 'region')['startLine'])
  const short = textOf(objectAt(rule, 'shortDescription')['text'])
  const title = `${ruleId}${ruleId === '' ? '' : ': '}${short || message || 'a result without a message'}`
  return {
    title: title.slice(0, 300),
    description: message.slice(0, 4_000),
    severity: severityOf(result, rule),
    fingerprint: fingerprintOf(sha256, result, [tool, ruleId, uri, line ?? 0, message]),
    location: uri === '' ? undefined : `${uri}${line === undefined ? '' : `:${line}`}`.slice(0, 600),
    risks: tagsOf(rule),
  }
}

/** The tool's own fingerprint survives moved lines; without one, tool, rule, place and message are the finding. */
function fingerprintOf(sha256: Sha256, result: JsonObject, otherwise: readonly Json[]): string {
  const own = [
    ...Object.entries(objectAt(result, 'fingerprints')),
    ...Object.entries(objectAt(result, 'partialFingerprints')),
  ]
  const told = own.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([name, value]) => [name, textOf(value)])
  const material: Json = told.length > 0 ? [...otherwise.slice(0, 2), ...told] : [...otherwise]
  return `sarif/${hexOfDigest(digestOfJson(sha256, material)).slice(0, 40)}`
}

/** GitHub's `security-severity` is a CVSS score; else the level says it. */
function severityOf(result: JsonObject, rule: JsonObject): FindingSeverity {
  const written =
    objectAt(result, 'properties')['security-severity'] ?? objectAt(rule, 'properties')['security-severity']
  const score = Number(textOf(written) || Number.NaN)
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  if (score >= 0) return 'low'
  const level = textOf(result['level'] ?? objectAt(rule, 'defaultConfiguration')['level'] ?? 'warning')
  return level === 'error' ? 'high' : level === 'note' ? 'low' : 'medium'
}

function tagsOf(rule: JsonObject): readonly string[] {
  return listAt(rule, 'properties', 'tags')
    .map(textOf)
    .filter((tag) => tag !== '')
    .slice(0, 20)
    .map((tag) => tag.slice(0, 60))
}
