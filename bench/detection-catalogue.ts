import type { CatalogueRule } from './datasets.ts'
import { flaggedCount, judgeAll, type Judge } from './judged.ts'
import { share, type Table } from './print.ts'
import type { Goal } from './result.ts'

const FAILURES_SHOWN = 20

interface OwnKind {
  readonly valid: { k: number; n: number }
  readonly invalid: { k: number; n: number }
  readonly failures: (readonly string[])[]
}

/** The catalogue's examples: ours by their own rule, and everyone by the task as a whole. */
export async function catalogueTables(
  judges: readonly Judge[],
  rules: readonly CatalogueRule[],
): Promise<{ readonly tables: readonly Table[]; readonly goals: readonly Goal[] }> {
  const summary: (readonly string[])[] = []
  const exact: OwnKind = { valid: { k: 0, n: 0 }, invalid: { k: 0, n: 0 }, failures: [] }
  for (const { name, task, detector } of judges) {
    const own = rules.filter((rule) => rule.task === task)
    const valid = await judgeAll(
      detector,
      own.flatMap((rule) => rule.valid),
    )
    const invalid = await judgeAll(
      detector,
      own.flatMap((rule) => rule.invalid),
    )
    summary.push([
      name,
      task,
      share({ k: flaggedCount(valid), n: valid.detections.length }),
      share({ k: flaggedCount(invalid), n: invalid.detections.length }),
      String(valid.threw + invalid.threw),
    ])
    if (name.startsWith('gatehouse'))
      for (const rule of own) if (rule.isExact) await byOwnRule({ name, task, detector }, rule, exact)
  }
  const isMet = exact.valid.k === exact.valid.n && exact.invalid.k === 0
  return {
    goals: [
      {
        goal: 'exact formats: 100 % of valid, 0 % of invalid examples, each by its own rule',
        figure: `valid ${exact.valid.k} of ${exact.valid.n}, invalid ${exact.invalid.k} of ${exact.invalid.n}`,
        isMet,
      },
    ],
    tables: [
      {
        title: `Examples of the catalogue (${rules.length} rules)`,
        head: ['detector', 'task', 'valid flagged', 'invalid flagged', 'threw'],
        rows: summary,
        note: 'The examples are ours, so this says what our rules cover and not how often such values occur. Kinds with context words have their first one before the value. Flagged under any name of the task: an invalid example of one kind may be a valid one of another.',
      },
      ...(exact.failures.length === 0
        ? []
        : [
            {
              title: 'Exact formats: examples that ours judged wrongly',
              isProse: true,
              head: ['rule', 'should be', 'said instead', 'example'],
              rows: exact.failures.slice(0, FAILURES_SHOWN),
              note: `${exact.failures.length} in all.`,
            },
          ]),
    ],
  }
}

async function byOwnRule({ detector }: Judge, rule: CatalogueRule, total: OwnKind): Promise<void> {
  for (const kind of ['valid', 'invalid'] as const)
    for (const example of rule[kind]) {
      const { detectors = [] } = await detector.detect(example)
      const isFound = detectors.includes(rule.id)
      total[kind].n += 1
      if (isFound) total[kind].k += 1
      if (isFound === (kind === 'valid')) continue
      const shown = example.length > 60 ? `${example.slice(0, 57)}...` : example
      total.failures.push([rule.id, kind, detectors.join(', ') || 'nothing', `\`${shown.replaceAll(/[\n`]/g, ' ')}\``])
    }
}
