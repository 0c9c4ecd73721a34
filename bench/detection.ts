import { join, resolve } from 'node:path'
import { catalogueRules, labelledTexts, type LabelledText } from './datasets.ts'
import { catalogueTables } from './detection-catalogue.ts'
import { injectionTables } from './detection-injection.ts'
import { piiTables } from './detection-pii.ts'
import { secretTables } from './detection-secret.ts'
import type { Judge } from './judged.ts'
import { openClassifier, ourDetector, POLICY } from './ours.ts'
import type { Task } from './peer.ts'
import { installPeers, openPeers } from './peers.ts'
import type { Table } from './print.ts'
import { peerTables, type BenchOptions, type BenchResult } from './result.ts'

/** One text in so many with `--quick`. */
const QUICK_STEP = 8
const SETS = { injection: 'injection', jailbreak: 'jailbreak', indirect: 'indirect_injection' } as const
/** Score from which the classifier alone counts as flagging. */
const CLASSIFIER_AT = 0.5

/** Detection quality of ours and of each peer that claims the task: same texts, same run. */
export async function benchDetection({ root, data, isQuick }: BenchOptions): Promise<BenchResult> {
  const installed = installPeers(join(root, 'bench'))
  const peers = await openPeers(join(root, 'bench'))
  const classifier = openClassifier()
  const judgesOf = (task: Task): readonly Judge[] => [
    ...ours(task, classifier),
    ...peers.opened.filter((peer) => peer.task === task),
  ]
  const folder = resolve(root, data)
  const read = (name: string): readonly LabelledText[] | undefined =>
    labelledTexts(folder, name)?.filter((_, index) => !isQuick || index % QUICK_STEP === 0)
  const benign = read('benign')
  const catalogue = await catalogueTables([...judgesOf('pii'), ...judgesOf('secret')], catalogueRules(root))
  const tables: Table[] = [...catalogue.tables]
  const skipped: string[] = []
  if (benign === undefined)
    skipped.push('Labelled texts are not measured: the folder that `--data` names has no `benign.jsonl.gz`.')
  else {
    const pii = read('pii')
    const secret = read('secret')
    const sets = Object.fromEntries(
      Object.entries(SETS).flatMap(([name, file]) => {
        const rows = read(file)?.filter(({ label }) => label === 1)
        return rows === undefined ? [] : [[name, rows]]
      }),
    )
    if (pii !== undefined) tables.push(...(await piiTables(judgesOf('pii'), pii, benign)))
    if (secret !== undefined) tables.push(...(await secretTables(judgesOf('secret'), secret, benign)))
    if (Object.keys(sets).length > 0) tables.push(...(await injectionTables(judgesOf('injection'), sets, benign)))
    const absent = ['pii', 'secret', ...Object.values(SETS)].filter((name) => read(name) === undefined)
    if (absent.length > 0)
      skipped.push(`Not in the folder that \`--data\` names, so not measured: ${absent.join(', ')}.`)
  }
  return {
    paragraphs: [
      'Ours and every peer that claims a task judge the same texts in the same run. Ours runs with preset T1. Our rules were chosen, our classifier trained and its threshold set with texts of these sources in sight and the peers’ were not, which favours ours; any detector finds less on texts of other sources. Labels are the sources’ own and not without faults.',
      ...(isQuick ? [`Only one text in ${QUICK_STEP} (\`--quick\`).`] : []),
      ...(installed === undefined ? [] : [installed]),
      ...(typeof classifier === 'string' ? [`No classifier takes part: ${classifier}.`] : []),
      ...skipped,
    ],
    goals: catalogue.goals,
    tables: [...tables, ...peerTables(peers)],
    figures: { tables },
  }
}

function ours(task: Task, classifier: ((text: string) => number) | string): readonly Judge[] {
  if (task !== 'injection') return [{ name: 'gatehouse', task, detector: ourDetector(task, POLICY.input) }]
  return [
    { name: 'gatehouse input (T1)', task, detector: ourDetector(task, POLICY.input) },
    { name: 'gatehouse document (T1)', task, detector: ourDetector(task, POLICY.document) },
    ...(typeof classifier === 'string'
      ? []
      : [
          {
            name: `gatehouse classifier alone (${CLASSIFIER_AT})`,
            task,
            detector: {
              detect: (text: string) => {
                const score = classifier(text)
                return { isFlagged: score >= CLASSIFIER_AT, score }
              },
            },
          },
        ]),
  ]
}
