import { resolveGuardPolicy } from '../src/domain/guardrail/guard-policy.ts'
import { StreamGuard } from '../src/domain/guardrail/stream-guard.ts'
import type { Corpus } from './corpora.ts'
import { PIPELINE, POLICY } from './ours.ts'
import { figure, type Table } from './print.ts'
import { growthExponent, interleavedMedians, median, type Effort } from './timing.ts'

export interface GrowthRow {
  readonly family: string
  /** Over all sizes. */
  readonly exponent: number
  /** Over the larger half of the sizes, where a square hides least. */
  readonly tail: number
  /** MB/s at the largest size that was run. */
  readonly rate: number
  readonly largest: number
}

/** A size whose square law would take longer than this is not run; the exponent then rests on the sizes below. */
const CALL_MS_MAX = 20_000

/** How the time of the input side grows with the text, on each family. */
export async function measureGrowth(
  families: readonly Corpus[],
  sizes: readonly number[],
  effort: Effort,
): Promise<readonly GrowthRow[]> {
  const [input] = PIPELINE
  if (input === undefined) throw new Error('the pipeline has no input side')
  const rows: GrowthRow[] = []
  for (const family of families) {
    const points: (readonly [number, number])[] = []
    for (const size of sizes) {
      const [before, ms] = points.at(-1) ?? [size, 0]
      if (ms * (size / before) ** 2 > CALL_MS_MAX) break
      const text = family.text(size)
      const medians = await interleavedMedians([input], text, effort)
      points.push([text.length, medians.get(input.name) ?? Number.NaN])
    }
    const [largest, ms] = points.at(-1) ?? [0, Number.NaN]
    rows.push({
      family: family.name,
      exponent: growthExponent(points),
      tail: growthExponent(points.slice(points.length >> 1)),
      rate: largest / 1_000 / ms,
      largest,
    })
  }
  return rows
}

export function growthTable(rows: readonly GrowthRow[]): Table {
  return {
    title: 'Growth of time with the text, input side',
    head: ['family', 'exponent', 'exponent of the larger half', 'MB/s at the end', 'largest text'],
    rows: rows
      .toSorted((left, right) => right.tail - left.tail)
      .map(({ family, exponent, tail, rate, largest }) => [
        family,
        exponent.toFixed(2),
        tail.toFixed(2),
        figure(rate),
        String(largest),
      ]),
    note: 'An exponent of 1 is time in proportion to the text, 2 its square; the goal is met where neither is above 1.2.',
  }
}

export interface StreamRow {
  readonly policy: string
  readonly units: number
  /** Processor time per pushed chunk, microseconds. */
  readonly chunkUs: number
  /** Time of the stream over the time of the same text judged once. */
  readonly overWhole: number
  /** UTF-16 units that stay back after a chunk: mean, and the largest. */
  readonly meanHeld: number
  readonly mostHeld: number
}

const CHUNK = 4

/** Cost of a stream of small chunks and how far it runs behind its source. */
export async function measureStream(prose: Corpus, size: number, effort: Effort): Promise<readonly StreamRow[]> {
  const text = prose.text(size)
  const whole = PIPELINE.find(({ name }) => name === 'gatehouse output')
  if (whole === undefined) throw new Error('the pipeline has no output side')
  const rows: StreamRow[] = []
  for (const tier of ['T1', 'T3'] as const) {
    const { output } = tier === 'T1' ? POLICY : resolveGuardPolicy(undefined, tier)
    const stream = { name: tier, run: (all: string) => streamed(all, () => new StreamGuard(output)).held.length }
    const medians = await interleavedMedians([stream, whole], text, effort)
    const ms = medians.get(tier) ?? Number.NaN
    const { held } = streamed(text, () => new StreamGuard(output))
    rows.push({
      policy: `output side of ${tier}`,
      units: text.length,
      chunkUs: (1_000 * ms) / held.length,
      overWhole: ms / (medians.get(whole.name) ?? Number.NaN),
      meanHeld: held.reduce((sum, units) => sum + units, 0) / held.length,
      mostHeld: Math.max(...held, median(held)),
    })
  }
  return rows
}

function streamed(text: string, open: () => StreamGuard): { readonly held: readonly number[] } {
  const guard = open()
  const held: number[] = []
  let delivered = 0
  for (let at = 0; at < text.length; at += CHUNK) {
    delivered += guard.push(text.slice(at, at + CHUNK)).length
    held.push(Math.max(0, Math.min(text.length, at + CHUNK) - delivered))
  }
  guard.end()
  return { held }
}

export function streamTable(rows: readonly StreamRow[]): Table {
  return {
    title: 'Streaming prose in chunks of four characters',
    head: ['policy', 'units', 'µs per chunk', 'time / one call', 'mean held back', 'most held back'],
    rows: rows.map(({ policy, units, chunkUs, overWhole, meanHeld, mostHeld }) => [
      policy,
      String(units),
      figure(chunkUs),
      figure(overWhole),
      figure(meanHeld),
      String(mostHeld),
    ]),
    note: 'Held back is counted in UTF-16 units after each chunk; where a finding was replaced, its new length counts.',
  }
}
