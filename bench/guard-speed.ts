import type { Corpus } from './corpora.ts'
import { isRefused, PIPELINE, WITH_SOFT } from './ours.ts'
import type { OpenPeer } from './peers.ts'
import { figure, type Table } from './print.ts'
import { interleavedMedians, type Contender, type Effort } from './timing.ts'

export interface SpeedRow {
  readonly corpus: string
  readonly size: number
  readonly name: string
  /** Processor time of one call, ms; absent where it was not run. */
  readonly ms?: number
  /** Why there is no time. */
  readonly why?: string
  /** UTF-16 units of the text, which may be a little below `size`. */
  readonly units: number
}

export interface SpeedSetup {
  readonly corpora: readonly Corpus[]
  readonly sizes: readonly number[]
  readonly peers: readonly OpenPeer[]
  readonly classifier: ((text: string) => number) | string
  readonly effort: Effort
}

/** A call that a square law would take beyond this is not started. */
const CALL_MS_MAX = 8_000

const UNITS_SUM = 'limit: sum of charCodeAt'
const INDEX_OF = 'limit: one indexOf'
export const CLASSIFIER = 'gatehouse classifier'

const PHYSICAL: readonly Contender[] = [
  {
    name: UNITS_SUM,
    run: (text) => {
      let sum = 0
      for (let index = 0; index < text.length; index++) sum += text.charCodeAt(index)
      return sum
    },
  },
  { name: INDEX_OF, run: (text) => text.indexOf('\u0001absent\u0001') },
]

/** Ours, the limits and every peer on every corpus and size; a peer runs all the tasks that it can, one after another. */
export async function measureSpeed({
  corpora,
  sizes,
  peers,
  classifier,
  effort,
}: SpeedSetup): Promise<readonly SpeedRow[]> {
  const contenders = [
    ...PIPELINE,
    WITH_SOFT,
    ...(typeof classifier === 'string' ? [] : [{ name: CLASSIFIER, run: classifier }]),
    ...PHYSICAL,
    ...wholePeers(peers),
  ]
  const rows: SpeedRow[] = []
  for (const corpus of corpora) {
    const last = new Map<string, { readonly ms: number; readonly units: number }>()
    for (const size of sizes) {
      const text = corpus.text(size)
      const units = text.length
      const able: Contender[] = []
      for (const contender of contenders) {
        const before = last.get(contender.name)
        const feared = before === undefined ? 0 : before.ms * (units / before.units) ** 2
        const why = isRefused(contender.name, text)
          ? 'refused'
          : feared > CALL_MS_MAX
            ? 'too slow'
            : await failure(contender, text)
        if (why === undefined) able.push(contender)
        else rows.push({ corpus: corpus.name, size, units, name: contender.name, why })
      }
      const medians = await interleavedMedians(able, text, effort)
      for (const [name, ms] of medians) {
        last.set(name, { ms, units })
        rows.push({ corpus: corpus.name, size, units, name, ms })
      }
    }
  }
  return rows
}

/** One contender a package: everything it offers, as a user of it would run it. */
function wholePeers(peers: readonly OpenPeer[]): readonly Contender[] {
  return [...Map.groupBy(peers, ({ name }) => name)].map(([name, parts]) => ({
    name: `${name} (${parts.map(({ task }) => task).join(', ')})`,
    run: async (text: string) => {
      let flags = 0
      for (const { detector } of parts) if ((await detector.detect(text)).isFlagged) flags += 1
      return flags
    },
  }))
}

async function failure({ run }: Contender, text: string): Promise<string | undefined> {
  try {
    await run(text)
    return undefined
  } catch (error) {
    return `threw ${error instanceof Error ? error.name : typeof error}`
  }
}

/** One table a corpus: MB/s by size, ms per KB and ratio to ours at the size that the goals name. */
export function speedTables(rows: readonly SpeedRow[], at: number): readonly Table[] {
  return [...Map.groupBy(rows, ({ corpus }) => corpus)].map(([corpus, own]) => {
    const sizes = [...new Set(own.map(({ size }) => size))]
    const names = [...new Set(own.map(({ name }) => name))]
    const cell = (name: string, size: number): SpeedRow | undefined =>
      own.find((row) => row.name === name && row.size === size)
    const ours = cell('gatehouse input', at)?.ms
    return {
      title: `Speed: ${corpus}`,
      head: ['MB/s', ...sizes.map(sizeName), `ms/KB at ${sizeName(at)}`, 'time / ours'],
      rows: names.toSorted(byKind).map((name) => {
        const there = cell(name, at)
        return [
          name,
          ...sizes.map((size) => speedOf(cell(name, size))),
          there?.ms === undefined ? '–' : figure((1_000 * there.ms) / there.units),
          there?.ms === undefined || ours === undefined ? '–' : figure(there.ms / ours),
        ]
      }),
    }
  })
}

function byKind(left: string, right: string): number {
  const kind = (name: string): number => (name.startsWith('gatehouse') ? 0 : name.startsWith('limit') ? 1 : 2)
  return kind(left) - kind(right)
}

function speedOf(row: SpeedRow | undefined): string {
  if (row === undefined) return '–'
  return row.ms === undefined ? (row.why ?? '–') : figure(row.units / 1_000 / row.ms)
}

export function sizeName(size: number): string {
  return size >= 1_000_000 ? `${size / 1_000_000} MB` : `${size / 1_000} KB`
}
