import { inertText } from './inert-text.ts'

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
.passed{color:#0a6b2d}.failed{color:#a11212}.inconclusive,.errored{color:#7a5200}code{font-size:.9em;overflow-wrap:anywhere}
svg{width:100%;max-width:22rem;height:1.4rem;display:block}.note{background:#fff6dd;padding:.5rem .8rem;border-left:3px solid #d39a00}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th,td{border-color:#3a3a3a}.passed{color:#59c27c}.failed{color:#ff7b72}.inconclusive,.errored{color:#e0b050}.note{background:#332b12}}`

/** One file that needs no network and no script; empty parts are left out. */
export function htmlPage(title: string, parts: readonly string[]): string {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapedMarkup(title)}</title><style>${STYLE}</style></head><body>\n${parts.filter((part) => part !== '').join('\n')}\n</body></html>\n`
}

/** Text for an element or an attribute of XML and HTML: what neither may hold is replaced, and no reply opens a tag. */
export function escapedMarkup(text: string): string {
  const safe = inertText(text).replace(/[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
  return safe.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`

const WIDTH = 300

/** An interval on the line from 0 to 1, the estimate as a dot, the limit as a stroke. The figures stand beside it as text. */
// oxlint-disable-next-line max-params -- the four places of one drawing
export function intervalPlot(low: number, estimate: number, high: number, limit?: number): string {
  const x = (value: number): string => (5 + Math.min(1, Math.max(0, value)) * (WIDTH - 10)).toFixed(1)
  const stroke =
    limit === undefined
      ? ''
      : `<line x1="${x(limit)}" y1="2" x2="${x(limit)}" y2="18" stroke="#c00" stroke-width="2" stroke-dasharray="3 2"/>`
  return `<svg viewBox="0 0 ${WIDTH} 20" role="img" aria-label="${percent(estimate)}, ${percent(low)} to ${percent(high)}"><line x1="5" y1="10" x2="${WIDTH - 5}" y2="10" stroke="currentColor" opacity=".2"/><line x1="${x(low)}" y1="10" x2="${x(high)}" y2="10" stroke="currentColor" stroke-width="4" opacity=".5"/><circle cx="${x(estimate)}" cy="10" r="4" fill="currentColor"/>${stroke}</svg>`
}
