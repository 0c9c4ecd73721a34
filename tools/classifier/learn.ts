// From labelled texts to weights: importance of windows, and the rounds in which an attack's windows are told apart.
import { windowDoublings } from '../../src/domain/detection/classifier/text-windows.ts'
import { familyOf, type Example } from './examples.ts'
import { fit, marginsOf, type FitSettings, type Target, type Weights } from './fit.ts'
import type { Instances } from './instances.ts'

export interface LearnSettings extends FitSettings {
  /** A source of n texts weighs n to this power. */
  readonly sourcePower: number
  /** Share of all weight that attacks have. */
  readonly attackShare: number
  /** Weight of a harmful question, hateful text, personal datum: no attack, but not what benign means either. */
  readonly neutralWeight: number
  readonly rounds: number
  /** Added to a document's strongest margin for each doubling of its windows. */
  readonly perDoubling: number
}

const PLANTED_SHARE_MIN = 0.6

/** Fits weights on the windows of the documents that `isUsed` names. */
export function learn(
  examples: readonly Example[],
  instances: Instances,
  isUsed: (example: Example) => boolean,
  settings: LearnSettings,
): Weights {
  const used = examples.map(isUsed)
  let weights: Weights | undefined
  for (let round = 0; round < settings.rounds; round++) {
    const margins = weights === undefined ? undefined : marginsOf(instances, weights, settings)
    const target = toTarget(examples, used, instances, { settings, margins })
    const isLast = round === settings.rounds - 1
    weights = fit(
      instances,
      target,
      isLast ? settings : { ...settings, iterations: Math.ceil(settings.iterations / 2) },
      weights,
    )
  }
  return weights as Weights
}

interface Round {
  readonly settings: LearnSettings
  /** Of the round before; absent in the first. */
  readonly margins: Float64Array | undefined
}

function toTarget(examples: readonly Example[], used: readonly boolean[], instances: Instances, round: Round): Target {
  const { count, documents, shares } = instances
  const { settings, margins } = round
  const labels = new Uint8Array(count)
  const importance = new Float64Array(count)
  const best = strongestOf(instances, examples.length, margins)
  const windows = new Int32Array(examples.length)
  for (let row = 0; row < count; row++)
    windows[documents[row] as number] = (windows[documents[row] as number] as number) + 1
  const weightOf = documentWeights(examples, used, settings)
  const rows: number[] = []
  const totals = [0, 0]
  for (let row = 0; row < count; row++) {
    const document = documents[row] as number
    if (!used[document]) continue
    const example = examples[document] as Example
    const share = shares[row] as number
    if (isSkipped(row, example, windows[document] as number)) continue
    if (example.isAttack && share > 0 && share < PLANTED_SHARE_MIN) continue
    const isAttack = example.isAttack && share !== 0
    let weight = (weightOf[document] as number) / Math.sqrt(windows[document] as number)
    if (isAttack && share < 0 && margins !== undefined && row !== best[document])
      weight *= 1 / (1 + Math.exp(-(margins[row] as number)))
    labels[row] = isAttack ? 1 : 0
    importance[row] = weight
    totals[isAttack ? 1 : 0] = (totals[isAttack ? 1 : 0] as number) + weight
    rows.push(row)
  }
  for (const row of rows) {
    const isAttack = labels[row] === 1
    const share = isAttack ? settings.attackShare : 1 - settings.attackShare
    importance[row] = ((importance[row] as number) * share) / (totals[isAttack ? 1 : 0] as number)
  }
  return { rows: Int32Array.from(rows), labels, importance }
}

/** Long harmless texts are sampled: the tenth window of a file teaches little. The choice hangs on the window's number alone. */
function isSkipped(row: number, { isAttack, task }: Example, windows: number): boolean {
  if (isAttack) return false
  const kept = task === 'benign' ? 3 : 0.4
  return (Math.imul(row + 1, 0x9e3779b1) >>> 0) / 4_294_967_296 > kept / windows
}

function strongestOf(instances: Instances, documents: number, margins: Float64Array | undefined): Int32Array {
  const best = new Int32Array(documents).fill(-1)
  if (margins === undefined) return best
  for (let row = 0; row < instances.count; row++) {
    const document = instances.documents[row] as number
    const leader = best[document] as number
    if (leader < 0 || (margins[row] as number) > (margins[leader] as number)) best[document] = row
  }
  return best
}

function documentWeights(
  examples: readonly Example[],
  used: readonly boolean[],
  settings: LearnSettings,
): Float64Array {
  const keyOf = (example: Example): string => `${familyOf(example.source)} ${example.isAttack} ${example.task}`
  const sizes = new Map<string, number>()
  for (const [at, example] of examples.entries())
    if (used[at]) sizes.set(keyOf(example), (sizes.get(keyOf(example)) ?? 0) + 1)
  return Float64Array.from(examples, (example) => {
    const size = sizes.get(keyOf(example)) ?? 1
    const neutral =
      example.isAttack || example.task === 'benign' || example.task === 'agent' ? 1 : settings.neutralWeight
    return neutral * size ** (settings.sourcePower - 1)
  })
}

/** Each document's strongest margin, with the allowance for the number of its windows. */
export function documentMargins(
  { count, documents }: Instances,
  margins: Float64Array,
  size: number,
  { perDoubling }: LearnSettings,
): Float64Array {
  const strongest = new Float64Array(size).fill(-Infinity)
  const windows = new Int32Array(size)
  for (let row = 0; row < count; row++) {
    const document = documents[row] as number
    windows[document] = (windows[document] as number) + 1
    strongest[document] = Math.max(strongest[document] as number, margins[row] as number)
  }
  return strongest.map((margin, document) => margin + perDoubling * windowDoublings(windows[document] as number))
}
