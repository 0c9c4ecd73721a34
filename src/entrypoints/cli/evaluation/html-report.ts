import type { CriterionResult, EvaluationReport, ShownRate } from '../../../domain/evaluation/evaluation-report.ts'
import {
  escapedMarkup as escaped,
  htmlPage,
  intervalPlot as plot,
  percent,
} from '../../../contract/interchange/html-page.ts'
import { criterionLine } from './print-evaluation.ts'

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
  return htmlPage(title, parts)
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
