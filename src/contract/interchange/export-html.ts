import { wilsonInterval } from '../../domain/statistics/proportion.ts'
import { escapedMarkup, htmlPage, intervalPlot, percent } from './html-page.ts'
import { oneLine } from './inert-text.ts'
import { countRows, type ResultReport, type ResultRow } from './result-report.ts'

const ROWS_MAX = 500
const TEXT_CHARS_MAX = 1_000

/** A page for people: how often each suite failed, drawn with its 95 % interval, then what failed or gave no verdict. */
export function exportHtml({ tool, toolVersion, title, isSimulated, rows }: ResultReport): string {
  const { passed, failed, errored, skipped } = countRows(rows)
  return htmlPage(title, [
    `<h1>${escapedMarkup(title)}</h1>`,
    `<p>${escapedMarkup(`${tool} ${toolVersion}`)}: ${passed} passed, ${failed} failed, ${errored} without verdict, ${skipped} skipped.</p>`,
    isSimulated ? '<p class="note">Answers came from a simulated model.</p>' : '',
    suiteTable(rows),
    rowTable(rows),
  ])
}

function suiteTable(rows: readonly ResultRow[]): string {
  const suites = [...Map.groupBy(rows, ({ suite }) => suite)].map(([suite, of]) => {
    const { passed, failed, errored } = countRows(of)
    const n = passed + failed
    return { suite, n, k: failed, errored, ...wilsonInterval({ k: failed, n }) }
  })
  const body = suites
    .toSorted((left, right) => right.low - left.low || (left.suite < right.suite ? -1 : 1))
    .map(({ suite, n, k, errored, low, high }) => {
      const rate = n === 0 ? '' : intervalPlot(low, k / n, high)
      const figures = n === 0 ? '–' : `${percent(k / n)} (${percent(low)}–${percent(high)})`
      return `<tr><td>${escapedMarkup(suite)}</td><td class="n">${k}/${n}</td><td class="n">${errored}</td><td>${rate}<small>${figures}</small></td></tr>`
    })
  return `<h2>Failed, by suite</h2><table><thead><tr><th>suite</th><th>failed</th><th>without verdict</th><th>rate, 95 % interval</th></tr></thead><tbody>${body.join('')}</tbody></table>`
}

function rowTable(rows: readonly ResultRow[]): string {
  const shown = rows.filter(({ outcome }) => outcome === 'failed' || outcome === 'errored')
  if (shown.length === 0) return ''
  const body = shown.slice(0, ROWS_MAX).map(({ id, suite, outcome, severity, why, risks, output, file, line }) => {
    const place = file === undefined ? '' : `<br><small>${escapedMarkup(`${file}:${line ?? 1}`)}</small>`
    const text = (value: string): string => escapedMarkup(oneLine(value, TEXT_CHARS_MAX))
    return `<tr><td>${escapedMarkup(id)}<br><small>${escapedMarkup(suite)}</small>${place}</td><td class="${outcome}">${outcome}<br><small>${severity}</small></td><td>${text(why)}<br><small>${text(risks.join(' '))}</small></td><td><code>${text(output)}</code></td></tr>`
  })
  const more = shown.length > ROWS_MAX ? `<p>and ${shown.length - ROWS_MAX} more</p>` : ''
  return `<h2>Cases</h2><table><thead><tr><th>case</th><th>outcome</th><th>why</th><th>reply</th></tr></thead><tbody>${body.join('')}</tbody></table>${more}`
}
