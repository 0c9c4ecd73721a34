import { inertText } from './inert-text.ts'
import { countRows, type ResultReport, type ResultRow } from './result-report.ts'

const OUTPUT_CHARS_MAX = 4_000

/** JUnit XML; what gave no verdict is an `error`, never a failure and never a pass. */
export function exportJUnit({ tool, title, rows }: ResultReport): string {
  const suites = new Map<string, ResultRow[]>()
  for (const row of rows) {
    const suite = suites.get(row.suite)
    if (suite === undefined) suites.set(row.suite, [row])
    else suite.push(row)
  }
  const body = [...suites].map(
    ([name, of]) => `  <testsuite name="${xml(name)}" ${totals(of)}>\n${of.map(testCase).join('')}  </testsuite>\n`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xml(`${tool}: ${title}`)}" ${totals(rows)}>\n${body.join('')}</testsuites>\n`
}

function totals(rows: readonly ResultRow[]): string {
  const { failed, errored, skipped } = countRows(rows)
  const seconds = rows.reduce((sum, { elapsedMs }) => sum + (elapsedMs ?? 0), 0) / 1_000
  return `tests="${rows.length}" failures="${failed}" errors="${errored}" skipped="${skipped}" time="${seconds.toFixed(3)}"`
}

function testCase({ id, suite, outcome, why, output, file, line, elapsedMs }: ResultRow): string {
  const place = file === undefined ? '' : ` file="${xml(file)}"${line === undefined ? '' : ` line="${line}"`}`
  const time = elapsedMs === undefined ? '' : ` time="${(elapsedMs / 1_000).toFixed(3)}"`
  const head = `    <testcase classname="${xml(suite)}" name="${xml(id)}"${place}${time}`
  switch (outcome) {
    case 'passed':
      return `${head}/>\n`
    case 'failed':
      return `${head}><failure type="assertion" message="${xml(why)}">${xml(output.slice(0, OUTPUT_CHARS_MAX))}</failure></testcase>\n`
    case 'errored':
      return `${head}><error type="no-verdict" message="${xml(why)}"/></testcase>\n`
    case 'skipped':
      return `${head}><skipped message="${xml(why)}"/></testcase>\n`
  }
}

/** Text for an attribute or an element: characters that XML 1.0 cannot hold are replaced. */
function xml(text: string): string {
  return inertText(text)
    .replace(/[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
}
