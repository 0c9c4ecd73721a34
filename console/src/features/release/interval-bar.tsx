import type { ReactElement } from 'react'
import type { Measure } from '../../../../src/domain/release/evidence.ts'
import { percent } from '../../format.ts'

const WIDTH = 320
const HEIGHT = 44
const MARGIN = 10
const LINE_Y = 16

interface Scale {
  readonly from: number
  readonly to: number
  readonly x: (rate: number) => number
}

/** The part of 0 to 1 that holds the interval and the limit, with some air. */
function scaleOf({ lower, upper, estimate, threshold }: Measure): Scale {
  const marks = [lower, upper, estimate, ...(threshold === null ? [] : [threshold])]
  const low = Math.min(...marks)
  const high = Math.max(...marks)
  const air = Math.max(0.2 * (high - low), 0.005)
  const from = low - air < 0.02 ? 0 : low - air
  const to = high + air > 0.98 ? 1 : high + air
  return { from, to, x: (rate) => MARGIN + ((rate - from) / (to - from)) * (WIDTH - 2 * MARGIN) }
}

/** Drawn for the eye only: the same figures stand beside it as text. */
export function IntervalBar({ measure }: { readonly measure: Measure }): ReactElement {
  const { from, to, x } = scaleOf(measure)
  const { lower, upper, estimate, threshold } = measure
  return (
    <svg
      className="interval"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      focusable="false"
    >
      <line className="interval-axis" x1={MARGIN} x2={WIDTH - MARGIN} y1={LINE_Y} y2={LINE_Y} />
      <rect
        className="interval-band"
        x={x(lower)}
        width={Math.max(2, x(upper) - x(lower))}
        y={LINE_Y - 5}
        height={10}
        rx={2}
      />
      {threshold === null ? null : (
        <line className="interval-limit" x1={x(threshold)} x2={x(threshold)} y1={2} y2={LINE_Y + 12} />
      )}
      <circle className="interval-estimate" cx={x(estimate)} cy={LINE_Y} r={5} />
      <text className="interval-label" x={MARGIN} y={HEIGHT - 4}>
        {percent(from)}
      </text>
      <text className="interval-label" x={WIDTH - MARGIN} y={HEIGHT - 4} textAnchor="end">
        {percent(to)}
      </text>
    </svg>
  )
}

const LIMIT_WORDS = { 'at-most': 'limit: at most', 'at-least': 'limit: at least', none: 'no limit' } as const

/** The whole measure in words. */
export function measureText({
  metric,
  n,
  k,
  estimate,
  lower,
  upper,
  alpha,
  direction,
  threshold,
  method,
}: Measure): string {
  const events = Number.isInteger(k) ? String(k) : k.toFixed(1)
  const bounds =
    method === 'none'
      ? 'no interval: too few cases'
      : `one-sided ${Number((100 * (1 - alpha)).toFixed(2))}% bounds ${percent(lower)} and ${percent(upper)} (${method})`
  const limit = threshold === null ? LIMIT_WORDS.none : `${LIMIT_WORDS[direction]} ${percent(threshold)}`
  return `${metric}: ${percent(estimate)} (${events} of n=${n}), ${bounds}, ${limit}`
}

export function IntervalFigure({ measure }: { readonly measure: Measure }): ReactElement {
  return (
    <figure className="interval-figure">
      {measure.method === 'none' ? null : <IntervalBar measure={measure} />}
      <figcaption>
        {measureText(measure)}
        {measure.method === 'none' ? null : (
          <span className="legend"> Dot: estimate. Band: bounds. Dashed line: limit.</span>
        )}
      </figcaption>
    </figure>
  )
}
