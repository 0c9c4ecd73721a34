import { join } from 'node:path'
import { corpora } from './corpora.ts'
import { families } from './families.ts'
import { growthTable, measureGrowth, measureStream, streamTable, type GrowthRow } from './guard-growth.ts'
import { CLASSIFIER, measureSpeed, sizeName, speedTables, type SpeedRow } from './guard-speed.ts'
import { openClassifier, PIPELINE } from './ours.ts'
import { installPeers, openPeers } from './peers.ts'
import { figure, type Table } from './print.ts'
import { profileTables } from './profile.ts'
import { peerTables, type BenchOptions, type BenchResult, type Goal } from './result.ts'

const GOAL_SIZE = 100_000
const MS_PER_KB_MAX = 0.03
const MB_PER_S_MIN = 40
const EXPONENT_MAX = 1.2
const CLASSIFIER_MS_PER_KB_MAX = 0.3

/** Speed of the guard beside its peers and beside the limits of the machine. */
export async function benchGuard({ root, isQuick, isProfiled }: BenchOptions): Promise<BenchResult> {
  const installed = installPeers(join(root, 'bench'))
  const peers = await openPeers(join(root, 'bench'))
  const classifier = openClassifier()
  const texts = corpora(root)
  const effort = isQuick ? { rounds: 3, turnMs: 40 } : { rounds: 5, turnMs: 60 }
  const speed = await measureSpeed({
    corpora: texts,
    sizes: isQuick ? [1_000, 10_000, GOAL_SIZE] : [1_000, 10_000, GOAL_SIZE, 1_000_000],
    peers: peers.opened,
    classifier,
    effort,
  })
  const [prose] = texts
  if (prose === undefined) throw new Error('no corpus of prose')
  const exponents = isQuick ? [10, 14, 16] : [10, 11, 12, 13, 14, 15, 16, 17, 18]
  const growth = await measureGrowth(
    families(prose),
    exponents.map((exponent) => 2 ** exponent),
    { ...effort, rounds: 3 },
  )
  const stream = await measureStream(prose, isQuick ? 10_000 : 50_000, effort)
  return {
    paragraphs: paragraphs(installed, typeof classifier === 'string' ? classifier : undefined),
    goals: [...speedGoals(speed), ...classifierGoals(speed), growthGoal(growth)],
    tables: [
      ...speedTables(speed, GOAL_SIZE),
      growthTable(growth),
      streamTable(stream),
      ...(isProfiled ? await profileTables(texts, root) : []),
      ...peerTables(peers),
    ],
    figures: { speed, growth, stream },
  }
}

function paragraphs(installed: string | undefined, noClassifier: string | undefined): readonly string[] {
  return [
    'Time is processor time of the one thread, so that other work on the machine counts little; contenders take turns, and each figure is the median of its turns, warm. A KB is 1,000 UTF-16 units (bytes, for ASCII), a MB is 1,000 KB. Texts are made from this repository and fixed seeds.',
    'Ours is the exact pipeline of preset T1 with every rule on: views, decoders, exact formats of personal data, secrets, injection heuristics; the soft kinds (names, addresses, ages, birth dates), which are guesses, stand in a row of their own; the output side also looks for the system prompt and for links. A peer runs all of its offline tasks, one after another; what they are stands behind its name. They look for much less, and ratios are to be read with the report on detection. The classifier stands apart, with the canonical view that it reads. `time / ours` is its time over the time of our input side. `too slow`: a square law from the size before would pass eight seconds. `refused`: the guard refuses a document of more than 10,000 texts.',
    ...(installed === undefined ? [] : [installed]),
    ...(noClassifier === undefined ? [] : [`The classifier is not measured: ${noClassifier}.`]),
  ]
}

function speedGoals(rows: readonly SpeedRow[]): readonly Goal[] {
  const ours = rows.filter(({ name, ms }) => ms !== undefined && PIPELINE.some((side) => side.name === name))
  const slowest = worst(ours)
  const slowestThere = worst(ours.filter(({ size }) => size === GOAL_SIZE))
  return [
    { goal: `guard ≤ ${MS_PER_KB_MAX} ms per KB`, figure: named(slowest), isMet: perKb(slowest) <= MS_PER_KB_MAX },
    {
      goal: `guard ≥ ${MB_PER_S_MIN} MB/s at ${sizeName(GOAL_SIZE)}`,
      figure: `${figure(1 / perKb(slowestThere))} MB/s: ${slowestThere.name}, ${slowestThere.corpus}`,
      isMet: 1 / perKb(slowestThere) >= MB_PER_S_MIN,
    },
  ]
}

function classifierGoals(rows: readonly SpeedRow[]): readonly Goal[] {
  const own = rows.filter(({ name, ms }) => ms !== undefined && name === CLASSIFIER)
  if (own.length === 0) return []
  const slowest = worst(own)
  return [
    {
      goal: `classifier ≤ ${CLASSIFIER_MS_PER_KB_MAX} ms per KB`,
      figure: named(slowest),
      isMet: perKb(slowest) <= CLASSIFIER_MS_PER_KB_MAX,
    },
  ]
}

function growthGoal(rows: readonly GrowthRow[]): Goal {
  const steepest = rows.toSorted((left, right) => steepness(right) - steepness(left))[0]
  const slowest = rows.toSorted((left, right) => left.rate - right.rate)[0]
  if (steepest === undefined || slowest === undefined) throw new Error('no family was measured')
  return {
    goal: `growth exponent ≤ ${EXPONENT_MAX} on every family`,
    figure: `${steepness(steepest).toFixed(2)}: ${steepest.family}; slowest: ${slowest.family}, ${figure(slowest.rate)} MB/s`,
    isMet: steepness(steepest) <= EXPONENT_MAX,
  }
}

const steepness = ({ exponent, tail }: GrowthRow): number => Math.max(exponent, tail)
const perKb = ({ ms = Number.NaN, units }: SpeedRow): number => (1_000 * ms) / units
const named = (row: SpeedRow): string => `${figure(perKb(row))} ms: ${row.name}, ${row.corpus}, ${sizeName(row.size)}`

function worst(rows: readonly SpeedRow[]): SpeedRow {
  const [first] = rows.toSorted((left, right) => perKb(right) - perKb(left))
  if (first === undefined) throw new Error('nothing was measured')
  return first
}

/** Goals as a table. */
export function goalTable(goals: readonly Goal[]): Table {
  return {
    title: 'Goals',
    isProse: true,
    head: ['goal', 'worst figure', 'met'],
    rows: goals.map(({ goal, figure: value, isMet }) => [goal, value, isMet ? 'met' : '**not met**']),
  }
}
