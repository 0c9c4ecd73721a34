// `npm run train:classifier -- --data DIR`: fits the classifier and writes models/injection-linear-1. Same data, same bytes.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  BUCKETS,
  CHAR_BUCKETS,
  CONCEPT_BUCKETS,
  WORD_BUCKETS,
} from '../../src/domain/detection/classifier/featurise.ts'
import { encodeLinearModel, type LinearModel } from '../../src/domain/detection/classifier/linear-model.ts'
import { STRIDE_CHARS, WINDOW_CHARS } from '../../src/domain/detection/classifier/text-windows.ts'
import { readExamples } from './examples.ts'
import { marginsOf, type Weights } from './fit.ts'
import { toInstances, type Instances } from './instances.ts'
import { documentMargins, learn } from './learn.ts'
import { readOwn, SEED } from './own/compose.ts'
import { SETTINGS } from './settings.ts'
import { thresholdAt } from './metrics.ts'

const root = join(import.meta.dirname, '..', '..')
const { values } = parseArgs({ options: { data: { type: 'string', default: '../shared/datasets' } } })

const examples = [...readExamples(values.data, 'train'), ...readOwn()]
const instances = toInstances(examples)
console.log(
  `${examples.length} texts, ${instances.count} windows, ${(instances.indices.length / 1e6).toFixed(1)} M features`,
)
const weights = learn(examples, instances, () => true, SETTINGS)

const chosen = readExamples(values.data, 'dev', ['agent', 'benign', 'injection', 'indirect_injection', 'jailbreak'])
const choosing = chosen.filter(({ source, isAttack, task }) => source !== 'safe_mcp' && (isAttack || task === 'benign'))
const dev = toInstances(choosing)
const strongest = documentMargins(dev, marginsOf(dev, weights, SETTINGS), choosing.length, SETTINGS)
const harmless = [...strongest].filter((_, at) => !choosing[at]?.isAttack)
// Two points fix the curve: the thresholds for 1 % and 0.17 % of the harmless development texts become 0.5 and 0.9.
const half = thresholdAt(harmless, 0.01)
const most = Math.max(thresholdAt(harmless, 0.0017), half + 0.25)
const slope = Math.log(9) / (most - half)

const model: LinearModel = {
  ...quantise(weights),
  slope,
  intercept: -slope * half,
  perDoubling: slope * SETTINGS.perDoubling,
}
const bytes = encodeLinearModel(model)
const folder = join(root, 'models', 'injection-linear-1')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'weights.bin'), bytes)
const card = {
  name: 'injection-linear-1',
  version: 1,
  weightsSha256: sha256(bytes),
  features: {
    charBuckets: CHAR_BUCKETS,
    wordBuckets: WORD_BUCKETS,
    conceptBuckets: CONCEPT_BUCKETS,
    windowChars: WINDOW_CHARS,
    strideChars: STRIDE_CHARS,
  },
  fit: SETTINGS,
  seed: SEED,
  calibration: { slope: round(model.slope), intercept: round(model.intercept), perDoubling: round(model.perDoubling) },
  thresholds: Object.fromEntries(
    [0.001, 0.005, 0.01].map((rate) => [
      `fpr${rate}`,
      round(1 / (1 + Math.exp(-(slope * (thresholdAt(harmless, rate) - half))))),
    ]),
  ),
  harmlessDevelopmentTexts: harmless.length,
  trainingTexts: examples.length,
  trainingWindows: instances.count,
  data: digests(join(values.data, 'train'), /\.jsonl\.gz$/),
  ownData: digests(join(import.meta.dirname, 'own'), /\.(txt|ts)$/),
}
writeFileSync(join(folder, 'model.json'), `${JSON.stringify(card, null, 2)}\n`)
report(dev)

function quantise(learned: Weights): Omit<LinearModel, 'slope' | 'intercept' | 'perDoubling'> {
  const stored = new Int8Array(BUCKETS)
  const group = (from: number, to: number): number => {
    let largest = 0
    for (let at = from; at < to; at++) largest = Math.max(largest, Math.abs(learned[at] as number))
    const step = Math.fround(largest / 127)
    for (let at = from; at < to; at++) stored[at] = Math.round((learned[at] as number) / step)
    return step
  }
  const charScale = group(0, CHAR_BUCKETS)
  const wordScale = group(CHAR_BUCKETS, CHAR_BUCKETS + WORD_BUCKETS) * SETTINGS.wordValue
  const conceptScale = group(CHAR_BUCKETS + WORD_BUCKETS, BUCKETS) * SETTINGS.conceptValue
  return { weights: stored, charScale, wordScale, conceptScale, bias: learned[BUCKETS] as number }
}

function digests(from: string, pattern: RegExp): Record<string, string> {
  const names = readdirSync(from)
    .filter((name) => pattern.test(name))
    .sort()
  return Object.fromEntries(names.map((name) => [name, sha256(readFileSync(join(from, name)))]))
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

function report({ count }: Instances): void {
  const attacks = [...strongest].filter((_, at) => choosing[at]?.isAttack)
  const caught = attacks.filter((margin) => margin > half).length
  console.log(
    `development split: ${count} windows; ${caught} of ${attacks.length} attacks above the threshold of 1 % false positives`,
  )
}
