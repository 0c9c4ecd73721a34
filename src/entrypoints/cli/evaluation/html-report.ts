import type { CriterionResult, EvaluationReport, ShownRate } from '../../../domain/evaluation/evaluation-report.ts'
import { criterionLine, percent } from './print-evaluation.ts'
import { escaped } from './text-reports.ts'

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
.passed{color:#0a6b2d}.failed{color:#a11212}.inconclusive,.errored{color:#7a5200}code{font-size:.9em;overflow-wrap:anywhere}
svg{width:100%;max-width:22rem;height:1.4rem;display:block}.note{background:#fff6dd;padding:.5rem .8rem;border-left:3px solid #d39a00}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th,td{border-color:#3a3a3a}.passed{color:#59c27c}.failed{color:#ff7b72}.inconclusive,.errored{color:#e0b050}.note{background:#332b12}}`

/** One file that needs no network and no script: criteria, rates with their intervals drawn, failures. */
export function htmlReport(report: EvaluationReport): string {
  const { suite, target, cases, trials } = report
  const title = `${suite.id} ${suite.version}`
  const parts = [
    `<h1>${escaped(title)}</h1>`,
    `<p>${cases.run} of ${cases.available} cases, ${trials.run} trials, ${trials.errored} without verdict, seed ${report.seed}; ${escaped(report.stopped)}.<br>Suite <code>${escaped(suite.digest)}</code><br>Target <code>${escaped(JSON.stringify(target.identity))}</code></p>`,
    target.isSimulated ? '<p class="note">Answers came from a simulated target.</p>' : '',
    criteriaTable(report.criteria),
    rateTable('Scorers: how often each expectation held', report.scorers),
    rateTable('Variants', report.variants),
    rateTable('Tags', report.tags),
    rateTable('Risks', report.risks),
    rateTable('Languages', report.languages),
    latencyTable(report),
    failureTable(report),
    errorTable(report),
  ]
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>\n${parts.filter((part) => part !== '').join('\n')}\n</body></html>\n`
}

function criteriaTable(criteria: readonly CriterionResult[]): string {
  if (criteria.length === 0) return '<p>The suite asks for no criterion: nothing is decided.</p>'
  const rows = criteria.map((criterion) => {
    const { id, outcome, corrected, estimate, lower, upper, threshold } = criterion
    const shown = corrected ?? { estimate, lower, upper }
    return `<tr><td>${escaped(id)}</td><td class="${outcome}"><strong>${outcome}</strong></td><td>${plot(shown.lower, shown.estimate, shown.upper, threshold)}${escaped(criterionLine(criterion))}</td></tr>`
  })
  return `<h2>Criteria</h2><table><thead><tr><th>criterion</th><th>outcome</th><th>estimate, bounds and limit</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function rateTable(title: string, rates: readonly ShownRate[]): string {
  if (rates.length === 0) return ''
  const rows = rates.map(({ name, n, k, low, high }) => {
    const rate = n === 0 ? 0 : k / n
    return `<tr><td>${escaped(name)}</td><td class="n">${k}/${n}</td><td class="n">${n === 0 ? '–' : percent(rate)}</td><td>${plot(low, rate, high)}<small>${percent(low)}–${percent(high)}</small></td></tr>`
  })
  return `<h2>${escaped(title)}</h2><table><thead><tr><th>name</th><th>held</th><th>rate</th><th>95 % interval</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const WIDTH = 300

/** An interval on the line from 0 to 1, the estimate as a dot, the limit as a stroke. The figures stand beside it as text. */
// oxlint-disable-next-line max-params -- the four places of one drawing
function plot(low: number, estimate: number, high: number, limit?: number): string {
  const x = (value: number): string => (5 + Math.min(1, Math.max(0, value)) * (WIDTH - 10)).toFixed(1)
  const stroke =
    limit === undefined
      ? ''
      : `<line x1="${x(limit)}" y1="2" x2="${x(limit)}" y2="18" stroke="#c00" stroke-width="2" stroke-dasharray="3 2"/>`
  return `<svg viewBox="0 0 ${WIDTH} 20" role="img" aria-label="${percent(estimate)}, ${percent(low)} to ${percent(high)}"><line x1="5" y1="10" x2="${WIDTH - 5}" y2="10" stroke="currentColor" opacity=".2"/><line x1="${x(low)}" y1="10" x2="${x(high)}" y2="10" stroke="currentColor" stroke-width="4" opacity=".5"/><circle cx="${x(estimate)}" cy="10" r="4" fill="currentColor"/>${stroke}</svg>`
}

function latencyTable({ latency, usage }: EvaluationReport): string {
  const rows = [
    ['p50', latency.p50Ms],
    ['p90', latency.p90Ms],
    ['p99', latency.p99Ms],
    ['longest', latency.maxMs],
  ] as const
  const shown = latency.n === 0 && latency.voided === 0 ? [] : rows
  if (shown.length === 0 && usage.inputTokens === 0) return ''
  const most = Math.max(1, latency.maxMs ?? 1)
  const body = shown.map(
    ([name, ms]) =>
      `<tr><td>${name}</td><td class="n">${ms === null ? '–' : `${ms} ms`}</td><td>${ms === null ? '' : plot(0, ms / most, ms / most)}</td></tr>`,
  )
  const spoiled = latency.voided > 0 ? `; ${latency.voided} void` : ''
  const cost = usage.costUsd === null ? '' : `, $${usage.costUsd.toFixed(4)}`
  return `<h2>Latency and use</h2><table><tbody>${body.join('')}<tr><td>measured</td><td class="n">${latency.n}</td><td>${spoiled.slice(2)}</td></tr><tr><td>tokens</td><td class="n">${usage.inputTokens + usage.outputTokens}</td><td>${usage.inputTokens} in, ${usage.outputTokens} out${cost}</td></tr></tbody></table>`
}

function failureTable({ failures, failuresOmitted }: EvaluationReport): string {
  if (failures.length === 0) return ''
  const rows = failures.map(
    ({ id, file, line, why, reply }) =>
      `<tr><td>${escaped(id)}<br><small>${escaped(`${file}:${line}`)}</small></td><td>${escaped(why)}</td><td><code>${escaped(reply)}</code></td></tr>`,
  )
  const more = failuresOmitted > 0 ? `<p>and ${failuresOmitted} more</p>` : ''
  return `<h2>Misses</h2><table><thead><tr><th>case</th><th>why</th><th>reply</th></tr></thead><tbody>${rows.join('')}</tbody></table>${more}`
}

function errorTable({ errors, errorsOmitted }: EvaluationReport): string {
  if (errors.length === 0) return ''
  const rows = errors.map(
    ({ id, kind, why }) => `<tr><td>${escaped(id)}</td><td>${escaped(kind)}</td><td>${escaped(why)}</td></tr>`,
  )
  const more = errorsOmitted > 0 ? `<p>and ${errorsOmitted} more</p>` : ''
  return `<h2>Without verdict</h2><table><thead><tr><th>case</th><th>kind</th><th>why</th></tr></thead><tbody>${rows.join('')}</tbody></table>${more}`
}
