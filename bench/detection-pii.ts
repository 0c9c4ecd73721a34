import type { LabelledText } from './datasets.ts'
import { flaggedCount, judgeAll, type Judge } from './judged.ts'
import type { Detection } from './peer.ts'
import { share, type Table } from './print.ts'
import { coverage, touchesAny, type GoldSpan } from './spans.ts'

/** Labels that name no personal identifier: found by few and claimed by none of ours. They are reported apart. */
const OTHER_TYPES: ReadonlySet<string> = new Set([
  'ORGANIZATION',
  'LOCATION',
  'GPE',
  'DATE_TIME',
  'TITLE',
  'NRP',
  'DOMAIN_NAME',
  'URL',
])
/** A gold span counts as found when this share of it is flagged, under whatever name. */
const COVERED = 0.5
/** Types with fewer spans are one row. */
const TYPE_SPANS_MIN = 15

interface Measured {
  readonly name: string
  readonly detections: readonly Detection[]
  readonly clean: number
  readonly benign: number
  readonly threw: number
  readonly hasSpans: boolean
}

/** Personal data: by text, by span and by type. */
export async function piiTables(
  judges: readonly Judge[],
  rows: readonly LabelledText[],
  benign: readonly LabelledText[],
): Promise<readonly Table[]> {
  const clean = rows.filter(({ label }) => label === 0)
  const measured: Measured[] = []
  for (const { name, detector } of judges) {
    const own = await judgeAll(detector, rows.map(textOf))
    const onClean = own.detections.filter(({ isFlagged }, index) => isFlagged && rows[index]?.label === 0).length
    const onBenign = await judgeAll(detector, benign.map(textOf))
    measured.push({
      name,
      detections: own.detections,
      clean: onClean,
      benign: flaggedCount(onBenign),
      threw: own.threw + onBenign.threw,
      hasSpans: own.detections.some(({ spans }) => spans !== undefined),
    })
  }
  return [
    {
      title: 'Personal data',
      head: [
        'detector',
        'texts found',
        'spans found',
        'flagged spans right',
        `look-alikes flagged (${clean.length})`,
        `benign flagged (${benign.length})`,
        'threw',
      ],
      rows: measured.map((one) => summary(one, rows, benign.length, clean.length)),
      note: `Texts with a personal identifier (${rows.filter(isPersonal).length} of ${rows.length}), and their gold spans without ${[...OTHER_TYPES].join(', ')}. A span is found when half of it is flagged under any name; a flagged span is right when it touches a gold span of any type. Benign texts hold some real addresses and names, so a flag there is not always wrong. 95 % intervals (Wilson).`,
    },
    byType(
      measured.filter(({ hasSpans }) => hasSpans),
      rows,
    ),
  ]
}

const textOf = ({ text }: LabelledText): string => text
const isOwn = ({ type }: GoldSpan): boolean => !OTHER_TYPES.has(type)
const isPersonal = ({ spans = [] }: LabelledText): boolean => spans.some(isOwn)

function summary(one: Measured, rows: readonly LabelledText[], benign: number, clean: number): readonly string[] {
  const found = { k: 0, n: 0 }
  const spansFound = { k: 0, n: 0 }
  const right = { k: 0, n: 0 }
  for (const [index, row] of rows.entries()) {
    const detection = one.detections[index]
    if (detection === undefined) continue
    if (isPersonal(row)) {
      found.n += 1
      if (detection.isFlagged) found.k += 1
    }
    const flagged = detection.spans?.() ?? []
    for (const span of row.spans ?? []) {
      if (!isOwn(span)) continue
      spansFound.n += 1
      if (coverage(span, flagged) >= COVERED) spansFound.k += 1
    }
    right.n += flagged.length
    right.k += flagged.filter((span) => touchesAny(span, row.spans ?? [])).length
  }
  return [
    one.name,
    share(found),
    one.hasSpans ? share(spansFound) : 'gives no spans',
    one.hasSpans ? share(right) : '–',
    share({ k: one.clean, n: clean }),
    share({ k: one.benign, n: benign }),
    String(one.threw),
  ]
}

function byType(measured: readonly Measured[], rows: readonly LabelledText[]): Table {
  const counts = new Map<string, number>()
  for (const { type } of rows.flatMap(({ spans = [] }) => spans)) counts.set(type, (counts.get(type) ?? 0) + 1)
  const group = (type: string): string =>
    OTHER_TYPES.has(type) ? `(${type})` : (counts.get(type) ?? 0) < TYPE_SPANS_MIN ? 'rarer identifiers' : type
  const totals = new Map<string, number>()
  const found = new Map<string, number>()
  for (const [index, { spans = [] }] of rows.entries()) {
    for (const span of spans) totals.set(group(span.type), (totals.get(group(span.type)) ?? 0) + 1)
    for (const { name, detections } of measured) {
      const flagged = detections[index]?.spans?.() ?? []
      for (const span of spans) {
        if (coverage(span, flagged) < COVERED) continue
        const key = `${group(span.type)} ${name}`
        found.set(key, (found.get(key) ?? 0) + 1)
      }
    }
  }
  const order = (type: string): number => (totals.get(type) ?? 0) - (type.startsWith('(') ? 1_000_000 : 0)
  return {
    title: 'Personal data: spans found by type, %',
    head: ['type', 'spans', ...measured.map(({ name }) => name)],
    rows: [...totals.keys()]
      .toSorted((left, right) => order(right) - order(left))
      .map((type) => {
        const total = totals.get(type) ?? 0
        const cells = measured.map(({ name }) => ((100 * (found.get(`${type} ${name}`) ?? 0)) / total).toFixed(1))
        return [type, String(total), ...cells]
      }),
    note: `Types with fewer than ${TYPE_SPANS_MIN} spans are one row. In parentheses: labels that name no personal identifier.`,
  }
}
