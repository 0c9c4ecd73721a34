// `node tools/classifier/evaluate.ts --data DIR`: prints figures of the shipped classifier and writes docs/reference/detection-quality.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadInjectionModel } from '../../src/adapters/models/load-injection-model.ts'
import { canonicalView } from '../../src/domain/detection/canonical-view.ts'
import { classifyText } from '../../src/domain/detection/classifier/classify.ts'
import { scoreInjection } from '../../src/domain/detection/injection/score-injection.ts'
import { weighInjection, type ClassifyInjection } from '../../src/domain/detection/injection/weigh-injection.ts'
import { readingsOf } from '../../src/domain/detection/readings/readings-of.ts'
import { wilsonInterval } from '../../src/domain/statistics/proportion.ts'
import { familyOf, readExamples, type Example } from './examples.ts'
import { longDocuments, plantedDocuments, type LongDocument } from './long-documents.ts'
import { areaUnderCurve, thresholdAt } from './metrics.ts'

const root = join(import.meta.dirname, '..', '..')
const { values } = parseArgs({ options: { data: { type: 'string', default: '../shared/datasets' } } })
const loaded = loadInjectionModel()
if (!loaded.ok) throw new Error(loaded.failure.message)
const model = loaded.value
const classify: ClassifyInjection = (lower) => classifyText(model, lower)

interface Scored {
  readonly example: Example
  readonly heuristic: number
  readonly classifier: number
  readonly combined: number
}

/** Sentences of our own that no training text is made of: orders and harmless texts, texts that quote or report attacks, short ones. */
const HELD_OUT = {
  own_held_out: 'held-out-examples.json',
  own_quotes: 'held-out-quotes.json',
  own_short: 'held-out-short.json',
}
const own = Object.entries(HELD_OUT).flatMap(([source, file]) => {
  const sides = JSON.parse(readFileSync(join(root, 'src/domain/detection/classifier', file), 'utf8')) as Readonly<
    Record<'attacks' | 'benign', readonly string[]>
  >
  return (['attacks', 'benign'] as const).flatMap((side) =>
    sides[side].map((text): Example => {
      const isAttack = side === 'attacks'
      return { source, task: isAttack ? 'injection' : 'benign', isAttack, text, injected: undefined }
    }),
  )
})

const views: string[] = []
const scored = [...readExamples(values.data, 'dev'), ...own].map((example): Scored => {
  const view = canonicalView(example.text)
  const readings = readingsOf(example.text, view)
  const heuristic = scoreInjection(example.text, view, readings)
  views.push(view.lower)
  return {
    example,
    heuristic: heuristic.score,
    classifier: classifyText(model, view.lower).score,
    combined: weighInjection(heuristic, readings, classify).score,
  }
})

// Processor time: what else the machine does is not the classifier's.
const idle = process.cpuUsage()
for (const view of views) classifyText(model, view)
const { user, system } = process.cpuUsage(idle)
const microseconds = (user + system) / views.reduce((sum, { length }) => sum + length, 0)

const KINDS = ['heuristic', 'classifier', 'combined'] as const
type Kind = (typeof KINDS)[number]
const isChosen = ({ example: { source } }: Scored): boolean => source !== 'safe_mcp' && !(source in HELD_OUT)
const attacks = scored.filter((one) => one.example.isAttack && isChosen(one))
const benign = scored.filter((one) => one.example.task === 'benign' && isChosen(one))
const of = (rows: readonly Scored[], kind: Kind): number[] => rows.map((row) => row[kind])
const percent = (value: number): string => (100 * value).toFixed(1)
const share = (k: number, n: number): string => {
  const { low, high } = wilsonInterval({ k, n })
  return `${percent(k / n)} (${percent(low)}–${percent(high)})`
}
const rate = (rows: readonly Scored[], kind: Kind, threshold: number): string =>
  share(rows.filter((row) => row[kind] > threshold).length, rows.length)
const thresholds = Object.fromEntries(KINDS.map((kind) => [kind, thresholdAt(of(benign, kind), 0.01)])) as Record<
  Kind,
  number
>

const lines: string[] = []
const table = (heading: readonly string[], rows: readonly (readonly string[])[]): void => {
  lines.push(
    `| ${heading.join(' | ')} |`,
    `|${heading.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  )
}
const bySource = (rows: readonly Scored[]): [string, Scored[]][] =>
  [
    ...Map.groupBy(
      rows,
      ({ example }) =>
        `${familyOf(example.source)}${example.isAttack || example.task === 'benign' ? '' : ` (${example.task})`}`,
    ),
  ].sort(([a], [b]) => (a < b ? -1 : 1))

lines.push(
  '# Quality of injection detection',
  '',
  'Written by `node tools/classifier/evaluate.ts --data DIR`; the data and what the figures do not say are in the',
  '[model card](../../models/injection-linear-1/MODEL_CARD.md). A detector, not a boundary: whoever knows it can write around it.',
  '',
  `Machine: ${cpus()[0]?.model ?? 'unknown'}, one core, Node ${process.versions.node}. Classifier alone: ${microseconds.toFixed(3)} ms of processor time`,
  `per 1,000 characters over ${scored.length} texts (canonical view not counted). Intervals are Wilson's, 95 %.`,
  '',
  '## All chosen sources of the development split',
  '',
)
table(
  ['', 'AUC', 'threshold at 1 % FP', 'recall there, %', 'mean recall over sources, %'],
  KINDS.map((kind) => {
    const recalls = bySource(attacks).map(
      ([, rows]) => rows.filter((row) => row[kind] > thresholds[kind]).length / rows.length,
    )
    return [
      kind,
      areaUnderCurve(of(attacks, kind), of(benign, kind)).toFixed(4),
      thresholds[kind].toFixed(3),
      rate(attacks, kind, thresholds[kind]),
      percent(recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length),
    ]
  }),
)
lines.push(
  'The sources of this split are also sources of training (other clusters), but for `agentdyn` attacks, `jailbreaks` of',
  '`oai_guardrails_demo`, and `own_held_out`, `own_quotes` (harmless texts that quote, report or forbid attacks, and attacks in the',
  'words of policies, tests and audits) and `own_short` (questions about terms, chores, changes of mind, and attacks as short), which',
  'are not counted here; what a new source brings is estimated by leaving sources out.',
  '',
)
lines.push('## Recall by source at 1 % false positives, %', '')
table(
  ['source', 'n', ...KINDS, 'combined ≥ 0.5', 'combined ≥ 0.9'],
  bySource(scored.filter((one) => one.example.isAttack)).map(([source, rows]) => [
    source,
    String(rows.length),
    ...KINDS.map((kind) => rate(rows, kind, thresholds[kind])),
    rate(rows, 'combined', 0.4999),
    rate(rows, 'combined', 0.8999),
  ]),
)
lines.push('## Harmless texts that are flagged, %', '')
table(
  ['source', 'n', ...KINDS, 'combined ≥ 0.5', 'combined ≥ 0.9'],
  bySource(scored.filter((one) => !one.example.isAttack)).map(([source, rows]) => [
    source,
    String(rows.length),
    ...KINDS.map((kind) => rate(rows, kind, thresholds[kind])),
    rate(rows, 'combined', 0.4999),
    rate(rows, 'combined', 0.8999),
  ]),
)
table(
  ['presets', 'combined at', 'harmless texts flagged, %', 'attacks flagged, %'],
  [0.5, 0.7, 0.9, 0.95].map((at) => [
    at >= 0.9 ? 'input' : 'documents',
    String(at),
    rate(benign, 'combined', at - 1e-9),
    rate(attacks, 'combined', at - 1e-9),
  ]),
)
const judgeLong = ({ characters, text }: LongDocument) => {
  const view = canonicalView(text)
  const readings = readingsOf(text, view)
  const heuristic = scoreInjection(text, view, readings)
  return {
    characters,
    heuristic: heuristic.score,
    classifier: classifyText(model, view.lower).score,
    combined: weighInjection(heuristic, readings, classify).score,
  }
}
const documents = longDocuments(readExamples(values.data, 'dev', ['benign']))
const planted = plantedDocuments(documents, readExamples(values.data, 'dev', ['indirect_injection', 'injection']))
lines.push(
  '## Long harmless documents',
  '',
  'Harmless texts of the development split, joined with their own source to documents of at least this length, as they are and with one',
  'attack of up to 3,000 characters among them. The classifier\u2019s part of the score allows for the number of windows, so that it adds few false',
  'alarms to those of the heuristics, which count in full at any length; the longer a document, the less of one attack in it is left to see.',
  'The allowance was chosen on these documents. Flagged, %:',
  '',
)
table(
  ['documents', 'characters', 'n', ...KINDS.flatMap((kind) => [`${kind} ≥ 0.5`, `${kind} ≥ 0.9`])],
  (
    [
      ['harmless', documents],
      ['with an attack', planted],
    ] as const
  ).flatMap(([name, list]) =>
    [...Map.groupBy(list.map(judgeLong), ({ characters }) => characters)].map(([characters, rows]) => [
      name,
      String(characters),
      String(rows.length),
      ...KINDS.flatMap((kind) =>
        [0.5, 0.9].map((at) => share(rows.filter((row) => row[kind] >= at).length, rows.length)),
      ),
    ]),
  ),
)
const left = JSON.parse(readFileSync(join(root, 'models/injection-linear-1/left-out-sources.json'), 'utf8')) as {
  readonly rows: readonly { readonly group: string; readonly n: number; readonly flagged: readonly number[] }[]
}
lines.push(
  '## Sources left out of training',
  '',
  'Written by `node tools/classifier/cross-validate.ts --data DIR --out models/injection-linear-1/left-out-sources.json`: six fits, each without',
  'the sources it is judged on (whole sources and whole languages of our own texts; `agentdyn` attacks and the harmless `awesome_chatgpt_prompts`',
  'and `fastapi_docs` are judged by a fit on all of `train`). Thresholds are those of the harmless rows of public sources here together. Share',
  'flagged, %, at false-positive rates of:',
  '',
)
table(
  ['source', 'n', '0.1 %', '0.5 %', '1 %', '2 %'],
  left.rows.map(({ group, n, flagged }) => [
    group,
    String(n),
    ...flagged.map((k, at) => {
      const { low, high } = wilsonInterval({ k, n })
      return at === 2 ? `${percent(k / n)} (${percent(low)}–${percent(high)})` : percent(k / n)
    }),
  ]),
)
const text = `${lines.join('\n').trimEnd()}\n`
writeFileSync(join(root, 'docs/reference/detection-quality.md'), text)
console.log(text)
