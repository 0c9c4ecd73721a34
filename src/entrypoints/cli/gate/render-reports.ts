import type { StoredRuleResult, StoredVerdict } from '../../../application/release/stored-verdict.ts'
import type { JsonObject } from '../../../base/json.ts'
import { inert, inertJson } from '../style.ts'
import { VERSION } from '../version.ts'
import { exitCodeOf } from './print-verdict.ts'

export const REPORT_FORMATS = ['json', 'sarif', 'junit', 'markdown'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** The verdict in a machine's or a reviewer's format. Deterministic for one verdict. */
export function renderReport(format: ReportFormat, verdict: StoredVerdict, manifestFile: string): string {
  switch (format) {
    case 'json':
      return `${inertJson(jsonReport(verdict), 2)}\n`
    case 'sarif':
      return `${inertJson(sarifReport(verdict, manifestFile), 2)}\n`
    case 'junit':
      return junitReport(verdict)
    case 'markdown':
      return markdownReport(verdict)
  }
}

function jsonReport(verdict: StoredVerdict): JsonObject {
  const { results, envelope: _, ...head } = verdict
  return {
    schemaVersion: 1,
    ...(head as unknown as JsonObject),
    exitCode: exitCodeOf(verdict),
    gates: results as unknown as readonly JsonObject[],
    exceptions: results
      .filter(({ outcome }) => outcome === 'excepted')
      .map(({ id, exceptionId, exceptionExpiresAt }) => ({
        rule: id,
        exception: exceptionId,
        expiresAt: exceptionExpiresAt,
      })),
    next: results
      .filter(({ outcome }) => outcome !== 'passed' && outcome !== 'excepted')
      .map(({ id, fix }) => ({ rule: id, fix })),
  }
}

const LEVELS: Readonly<Record<string, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note' }

function sarifReport(verdict: StoredVerdict, manifestFile: string): JsonObject {
  const shown = verdict.results.filter(({ outcome }) => outcome !== 'passed')
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'gatehouse',
            version: VERSION,
            rules: shown.map(({ id, title, fix, frameworks }) => ({
              id,
              shortDescription: { text: title },
              help: { text: fix },
              properties: { tags: frameworks.slice(0, 10) },
            })),
          },
        },
        automationDetails: { id: `gatehouse/${verdict.system}/${verdict.environment}` },
        results: shown.flatMap((result) => sarifResults(result, manifestFile)),
      },
    ],
  }
}

function sarifResults(result: StoredRuleResult, manifestFile: string): readonly JsonObject[] {
  const places =
    result.failures.length > 0 ? result.failures : [{ id: result.id, file: manifestFile, line: 1, why: result.detail }]
  return places.map((place) => ({
    ruleId: result.id,
    level: LEVELS[result.severity] ?? 'warning',
    message: { text: `${result.message}: ${place.why}` },
    locations: [
      { physicalLocation: { artifactLocation: { uri: place.file }, region: { startLine: Math.max(1, place.line) } } },
    ],
    partialFingerprints: { 'gatehouse/v1': `${result.id}/${place.id}` },
    ...(result.outcome === 'excepted'
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: result.exceptionId ?? '' }] }
      : {}),
  }))
}

function xml(text: string): string {
  const safe = inert(text).replace(/[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
  return safe.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A check without a verdict is an error in JUnit's sense, never a failure and never a pass. */
function junitReport({ results, system, systemVersion }: StoredVerdict): string {
  const count = (...outcomes: string[]): number => results.filter(({ outcome }) => outcomes.includes(outcome)).length
  const cases = results.map(({ id, pack, title, outcome, message, detail }) => {
    const head = `    <testcase classname="${xml(pack)}" name="${xml(`${id} ${title}`)}"`
    if (outcome === 'failed')
      return `${head}><failure type="assertion" message="${xml(message)}">${xml(detail)}</failure></testcase>`
    if (outcome === 'errored' || outcome === 'inconclusive')
      return `${head}><error type="${outcome}" message="${xml(detail)}"/></testcase>`
    return outcome === 'excepted' ? `${head}><skipped message="excepted"/></testcase>` : `${head}/>`
  })
  const totals = `tests="${results.length}" failures="${count('failed')}" errors="${count('errored', 'inconclusive')}" skipped="${count('excepted')}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gatehouse" ${totals}>\n  <testsuite name="${xml(`${system} ${systemVersion}`)}" ${totals}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`
}

function cell(text: string): string {
  return inert(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;').replaceAll('`', "'")
}

function markdownReport(verdict: StoredVerdict): string {
  const rows = verdict.results.map(
    ({ id, title, outcome, detail }) => `| ${id} | ${cell(title)} | **${outcome}** | ${cell(detail)} |`,
  )
  const simulated = verdict.results.some(({ isSimulated }) => isSimulated)
    ? '\n> Answers came from a simulated model.\n'
    : ''
  return `## ${verdict.system} v${verdict.systemVersion}: ${verdict.verdict}\n\nTier ${verdict.tier}, environment ${verdict.environment}, release \`${verdict.releaseDigest}\`, ledger #${verdict.ledgerIndex}\n${simulated}\n| rule | | outcome | detail |\n|---|---|---|---|\n${rows.join('\n')}\n`
}
