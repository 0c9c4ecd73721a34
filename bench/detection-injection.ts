import type { LabelledText } from './datasets.ts'
import { flaggedCount, judgeAll, recallAt, type Judge } from './judged.ts'
import { percent, share, type Table } from './print.ts'

const FALSE_POSITIVES = 0.01

/** Injection, jailbreak and indirect injection against benign texts. */
export async function injectionTables(
  judges: readonly Judge[],
  sets: Readonly<Record<string, readonly LabelledText[]>>,
  benign: readonly LabelledText[],
): Promise<readonly Table[]> {
  const names = Object.keys(sets)
  const atOwn: (readonly string[])[] = []
  const atOne: (readonly string[])[] = []
  for (const { name, detector } of judges) {
    const onBenign = await judgeAll(detector, benign.map(textOf))
    const wrong = flaggedCount(onBenign)
    const cells: string[] = []
    const scored: string[] = []
    let right = 0
    let threw = onBenign.threw
    for (const set of Object.values(sets)) {
      const found = await judgeAll(detector, set.map(textOf))
      const recall = recallAt(FALSE_POSITIVES, onBenign.detections, found.detections)
      right += flaggedCount(found)
      threw += found.threw
      cells.push(share({ k: flaggedCount(found), n: set.length }))
      scored.push(recall === undefined ? '–' : percent(recall))
    }
    atOwn.push([
      name,
      ...cells,
      share({ k: wrong, n: benign.length }),
      share({ k: right, n: right + wrong }),
      String(threw),
    ])
    if (scored.some((cell) => cell !== '–')) atOne.push([name, ...scored])
  }
  return [
    {
      title: 'Injection and jailbreak, at each detector’s own threshold',
      head: [
        'detector',
        ...names.map((name) => `${name} found (${sets[name]?.length ?? 0})`),
        `benign flagged (${benign.length})`,
        'precision',
        'threw',
      ],
      rows: atOwn,
      note: 'By text, without knowledge of where it came from. Precision depends on the mixture of this set. 95 % intervals (Wilson).',
    },
    {
      title: 'Injection and jailbreak: % found at 1 % false positives',
      head: ['detector', ...names],
      rows: atOne,
      note: 'Detectors that give a score. The threshold is the lowest that flags at most 1 % of these benign texts, so it is chosen on the texts that are reported.',
    },
  ]
}

const textOf = ({ text }: LabelledText): string => text
