import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes, type Sha256 } from '../../base/digest.ts'
import { jsonFile } from './export-json.ts'
import { oneLine } from './inert-text.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const MESSAGE_CHARS_MAX = 1_000
/** GitHub shows no more than this many results of one run. */
const SARIF_RESULTS_MAX = 25_000
const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const
/** GitHub's scale of `security-severity`. */
const SCORES = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' } as const
const GITLAB = { critical: 'critical', high: 'major', medium: 'minor', low: 'info' } as const

const isShown = ({ outcome }: ResultRow): boolean => outcome === 'failed' || outcome === 'errored'

/** The same finding has the same fingerprint in every run: suite and case, not place or words. */
export function fingerprintOf(sha256: Sha256, { suite, id }: ResultRow): string {
  return digestOfBytes(sha256, utf8(`${suite}\n${id}`)).slice('sha256:'.length)
}

/** SARIF 2.1.0: each finding points at the line that declares its case. `fallback` stands where a row names no file. */
export function exportSarif(
  sha256: Sha256,
  { tool, toolVersion, title, rows }: ResultReport,
  fallback: string,
): string {
  const shown = rows.filter(isShown).slice(0, SARIF_RESULTS_MAX)
  const rules = new Map(shown.map((row) => [row.suite, row]))
  return jsonFile({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool,
            version: toolVersion,
            rules: [...rules].map(([id, { severity, risks }]) => ({
              id,
              shortDescription: { text: id },
              properties: { tags: risks.slice(0, 10), 'security-severity': SCORES[severity] },
            })),
          },
        },
        automationDetails: { id: `${tool}/${title}` },
        results: shown.map((row) => ({
          ruleId: row.suite,
          level: row.outcome === 'errored' ? 'warning' : LEVELS[row.severity],
          message: { text: messageOf(row) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(row.file ?? fallback) },
                region: { startLine: Math.max(1, row.line ?? 1) },
              },
            },
          ],
          partialFingerprints: { 'gatehouse/v1': fingerprintOf(sha256, row) },
        })),
      },
    ],
  })
}

function messageOf({ id, outcome, why }: ResultRow): string {
  return oneLine(outcome === 'errored' ? `${id}: no verdict: ${why}` : `${id}: ${why}`, MESSAGE_CHARS_MAX)
}

/** Workflow commands that GitHub Actions turns into annotations. */
export function exportGitHubAnnotations({ rows }: ResultReport, fallback: string): string {
  return rows
    .filter(isShown)
    .map((row) => {
      const level = row.outcome === 'errored' || LEVELS[row.severity] !== 'error' ? 'warning' : 'error'
      const file = property(row.file ?? fallback)
      const title = property(`${row.suite} (${row.severity})`)
      return `::${level} file=${file},line=${Math.max(1, row.line ?? 1)},title=${title}::${command(messageOf(row))}\n`
    })
    .join('')
}

/** SECURITY: the text is a model's reply. Unescaped, a line of it could be a workflow command of its own. */
function command(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return command(oneLine(text, MESSAGE_CHARS_MAX)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** GitLab's code quality report. */
export function exportGitLab(sha256: Sha256, { rows }: ResultReport, fallback: string): string {
  return jsonFile(
    rows.filter(isShown).map((row) => ({
      description: messageOf(row),
      check_name: row.suite,
      fingerprint: fingerprintOf(sha256, row),
      severity: row.outcome === 'errored' ? 'minor' : GITLAB[row.severity],
      location: { path: row.file ?? fallback, lines: { begin: Math.max(1, row.line ?? 1) } },
    })),
  )
}
