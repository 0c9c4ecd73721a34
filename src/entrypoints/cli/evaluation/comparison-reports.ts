import type {
  ComparedConfiguration,
  ConfigurationComparison,
} from '../../../application/evaluation/compare-configurations.ts'
import type { Dimension, Figure } from '../../../domain/evaluation/rank-configurations.ts'
import { inert } from '../style.ts'
import { escapedMarkup as escaped } from '../../../contract/interchange/html-page.ts'

const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`
const dollars = (amount: number): string => `$${amount.toPrecision(3)}`
const milliseconds = (ms: number): string => `${Math.round(ms)} ms`

const SHOW: Readonly<Record<Dimension, (value: number) => string>> = {
  quality: percent,
  safety: percent,
  cost: dollars,
  latency: milliseconds,
}

/** "97.2% (95.1%–98.6%)" */
export function figureInWords(dimension: Dimension, figure: Figure | null): string {
  if (figure === null) return 'not measured'
  const show = SHOW[dimension]
  const { estimate, low, high } = figure
  return low === null || high === null ? show(estimate) : `${show(estimate)} (${show(low)}–${show(high)})`
}

/** Where a configuration stands: on the front, or what beats it. */
export function standingOf({ isOnFront, dominatedBy }: ComparedConfiguration): string {
  if (isOnFront) return 'on the front'
  const sure = dominatedBy.filter(({ isSure }) => isSure).map(({ id }) => id)
  if (sure.length > 0) return `beaten by ${sure.join(', ')}`
  return `beaten by ${dominatedBy.map(({ id }) => id).join(', ')}, within the intervals`
}

export function criteriaInWords({ criteria, isPassing }: ComparedConfiguration): string {
  if (isPassing) return 'passes'
  if (criteria.length === 0) return 'nothing is asked'
  return criteria
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, outcome }) => `${id} ${outcome}`)
    .join('; ')
}

export function tableOf(comparison: ConfigurationComparison): {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
} {
  return {
    head: ['configuration', ...comparison.dimensions, 'criteria', 'Pareto'],
    rows: comparison.configurations.map((one) => [
      `${one.label}${one.isSimulated ? ' (simulated)' : ''}`,
      ...comparison.dimensions.map((dimension) => figureInWords(dimension, one.figures[dimension])),
      criteriaInWords(one),
      standingOf(one),
    ]),
  }
}

export function conclusionOf({ cheapestPassing, configurations }: ConfigurationComparison): string {
  if (cheapestPassing !== null) {
    const cost = configurations.find(({ id }) => id === cheapestPassing)?.figures.cost ?? null
    return `cheapest that passes: ${cheapestPassing}, ${figureInWords('cost', cost)} a trial`
  }
  return configurations.some(({ isPassing }) => isPassing)
    ? 'cheapest that passes: not known, for none that passes has a cost; give its target a `price`'
    : 'cheapest that passes: none passes'
}

function cell(text: string): string {
  return inert(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;').replaceAll('`', "'")
}

export function comparisonMarkdown(comparison: ConfigurationComparison): string {
  const { head, rows } = tableOf(comparison)
  const lines = [
    `## Configurations compared on ${comparison.suites.map(({ id, version }) => `${id} ${version}`).join(', ')}`,
    '',
    `| ${head.map(cell).join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
    '',
    `**${cell(conclusionOf(comparison))}**`,
    ...(comparison.leftOut.length === 0
      ? []
      : ['', ...comparison.leftOut.map(({ run, why }) => `- left out: ${run}, ${cell(why)}`)]),
  ]
  return `${lines.join('\n')}\n`
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
svg{width:100%;max-width:40rem;display:block}text{font:12px system-ui,sans-serif;fill:currentColor}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th,td{border-color:#3a3a3a}}`

/** One file without script or network: the table, and quality against cost where both are known. */
export function comparisonHtml(comparison: ConfigurationComparison): string {
  const { head, rows } = tableOf(comparison)
  const title = `Compared on ${comparison.suites.map(({ id, version }) => `${id} ${version}`).join(', ')}`
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`).join('')
  const parts = [
    `<h1>${escaped(title)}</h1>`,
    `<p><strong>${escaped(conclusionOf(comparison))}</strong></p>`,
    `<table><thead><tr>${head.map((name) => `<th>${escaped(name)}</th>`).join('')}</tr></thead><tbody>${body}</tbody></table>`,
    scatter(comparison),
    ...comparison.leftOut.map(({ run, why }) => `<p>left out: <code>${escaped(run)}</code>, ${escaped(why)}</p>`),
  ]
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>\n${parts.filter((part) => part !== '').join('\n')}\n</body></html>\n`
}

const [WIDTH, HEIGHT, EDGE] = [640, 320, 50]

/** Cost to the right, quality upwards, each with its interval; filled dots are on the front. The table is its twin in words. */
function scatter({ configurations }: ConfigurationComparison): string {
  const points = configurations.flatMap(({ label, figures: { cost, quality }, isOnFront }) =>
    cost === null || quality === null ? [] : [{ label, cost, quality, isOnFront }],
  )
  if (points.length < 2) return ''
  const most = Math.max(...points.map(({ cost }) => cost.high ?? cost.estimate)) || 1
  const x = (value: number): string => (EDGE + (value / most) * (WIDTH - 2 * EDGE)).toFixed(1)
  const y = (value: number): string => (HEIGHT - EDGE - value * (HEIGHT - 2 * EDGE)).toFixed(1)
  const line = (from: readonly [string, string], to: readonly [string, string]): string =>
    `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" stroke="currentColor" opacity=".4"/>`
  const marks = points.map(({ label, cost, quality, isOnFront }) => {
    const [cx, cy] = [x(cost.estimate), y(quality.estimate)]
    const bars = [
      line([x(cost.low ?? cost.estimate), cy], [x(cost.high ?? cost.estimate), cy]),
      line([cx, y(quality.low ?? quality.estimate)], [cx, y(quality.high ?? quality.estimate)]),
    ]
    const fill = isOnFront ? 'currentColor' : 'none'
    return `${bars.join('')}<circle cx="${cx}" cy="${cy}" r="5" fill="${fill}" stroke="currentColor"/><text x="${Number(cx) + 8}" y="${Number(cy) - 8}">${escaped(label.slice(0, 40))}</text>`
  })
  const axes = `${line([x(0), y(0)], [x(most), y(0)])}${line([x(0), y(0)], [x(0), y(1)])}<text x="${x(most)}" y="${Number(y(0)) + 20}" text-anchor="end">cost of a trial, up to ${dollars(most)}</text><text x="${EDGE - 5}" y="${Number(y(1)) - 8}">quality, up to 100%</text>`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="quality against cost; the table has the figures">${axes}${marks.join('')}</svg>`
}
