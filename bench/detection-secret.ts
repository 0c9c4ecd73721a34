import type { LabelledText } from './datasets.ts'
import { flaggedCount, judgeAll, type Judge } from './judged.ts'
import { share, type Table } from './print.ts'

const WORST_SHOWN = 25

/** Secrets: recall on fixtures by rule, false positives on look-alikes and benign texts. */
export async function secretTables(
  judges: readonly Judge[],
  rows: readonly LabelledText[],
  benign: readonly LabelledText[],
): Promise<readonly Table[]> {
  const positives = rows.filter(({ label }) => label === 1)
  const lookAlikes = rows.filter(({ label }) => label === 0)
  const rules = [...new Set(positives.map(({ rule = '(none)' }) => rule))].toSorted()
  const summary: (readonly string[])[] = []
  const byRule = new Map<string, ReadonlyMap<string, number>>()
  const misses = new Map<string, number>()
  for (const [index, { name, detector }] of judges.entries()) {
    const found = await judgeAll(detector, positives.map(textOf))
    const onLookAlikes = await judgeAll(detector, lookAlikes.map(textOf))
    const onBenign = await judgeAll(detector, benign.map(textOf))
    const hits = new Map<string, number>()
    for (const [row, { rule = '(none)' }] of positives.entries())
      if (found.detections[row]?.isFlagged === true) hits.set(rule, (hits.get(rule) ?? 0) + 1)
      else if (index === 0) misses.set(rule, (misses.get(rule) ?? 0) + 1)
    byRule.set(name, hits)
    const k = flaggedCount(found)
    const wrong = flaggedCount(onLookAlikes) + flaggedCount(onBenign)
    summary.push([
      name,
      share({ k, n: positives.length }),
      `${rules.filter((rule) => hits.get(rule) === countOf(positives, rule)).length} of ${rules.length}`,
      share({ k, n: k + wrong }),
      share({ k: flaggedCount(onLookAlikes), n: lookAlikes.length }),
      share({ k: flaggedCount(onBenign), n: benign.length }),
      String(found.threw + onLookAlikes.threw + onBenign.threw),
    ])
  }
  return [
    {
      title: 'Secrets',
      head: [
        'detector',
        `found (${positives.length})`,
        'rules found whole',
        'precision',
        `look-alikes flagged (${lookAlikes.length})`,
        `benign flagged (${benign.length})`,
        'threw',
      ],
      rows: summary,
      note: 'By text. Precision over positives, look-alikes and benign texts together. 95 % intervals (Wilson).',
    },
    ...(misses.size === 0
      ? []
      : [
          {
            title: 'Secrets: rules of which ours missed a fixture',
            head: ['rule', 'fixtures', ...judges.map(({ name }) => name)],
            rows: [...misses]
              .toSorted((left, right) => right[1] - left[1])
              .slice(0, WORST_SHOWN)
              .map(([rule]) => [
                rule,
                String(countOf(positives, rule)),
                ...judges.map(({ name }) => String(byRule.get(name)?.get(rule) ?? 0)),
              ]),
            note: `${misses.size} of ${rules.length} rules; every other rule is found whole. Figures are fixtures found.`,
          },
        ]),
  ]
}

const textOf = ({ text }: LabelledText): string => text

function countOf(rows: readonly LabelledText[], wanted: string): number {
  return rows.filter(({ rule = '(none)' }) => rule === wanted).length
}
