// Leave-sources-out validation: `node tools/classifier/cross-validate.ts --data DIR [--set name=value …]`. Prints recall by held-out source.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { familyOf, readExamples, type Example } from './examples.ts'
import { toInstances } from './instances.ts'
import { marginsOf } from './fit.ts'
import { documentMargins, learn } from './learn.ts'
import { readOwn } from './own/compose.ts'
import { SETTINGS, withSettings } from './settings.ts'

const FOLDS: readonly (readonly string[])[] = [
  ['jailbreaks', 'tau_bench', 'clinc150', 'multijail'],
  ['spikee', 'cursorrules', 'gsm8k', 'hatecheck'],
  ['deepset_train', 'btc_tweets', 'own-fr', 'own-pl', 'own-ko'],
  ['bipia_train', 'garak_latent', 'banking77', 'arena_hard', 'gitleaks'],
  ['asb', 'agentdyn', 'ailuminate_demo', 'own-zh', 'own-ar', 'own-ru'],
  [
    'promptinject',
    'garak_sysprompt',
    'llmguard_tests',
    'fuzzyai',
    'oss_code_docs',
    'self_instruct',
    'advbench',
    'presidio_research',
  ],
]

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/datasets' },
    set: { type: 'string', multiple: true, default: [] },
    own: { type: 'string', default: 'yes' },
    out: { type: 'string' },
  },
})
const settings = withSettings(SETTINGS, values.set)
const examples: Example[] = [...readExamples(values.data, 'train'), ...(values.own === 'yes' ? readOwn() : [])]
const test = readExamples(values.data, 'dev', ['agent', 'benign']).filter(
  ({ source }) =>
    source !== 'safe_mcp' &&
    ['agentdyn', 'oai_guardrails_demo', 'awesome_chatgpt_prompts', 'fastapi_docs'].includes(source),
)
const all = [...examples, ...test]
const instances = toInstances(all)
console.log(
  `${all.length} texts, ${instances.count} windows, ${(instances.indices.length / 1e6).toFixed(1)} M features`,
)

const scores = new Float64Array(all.length)
for (const fold of [...FOLDS, []]) {
  const isHeld = (example: Example, at: number): boolean =>
    fold.length === 0 ? at >= examples.length : at < examples.length && fold.includes(familyOf(example.source))
  const held = new Set(all.flatMap((example, at) => (isHeld(example, at) ? [example] : [])))
  const later = new Set(test)
  const weights = learn(all, instances, (example) => !held.has(example) && !later.has(example), settings)
  const strongest = documentMargins(instances, marginsOf(instances, weights, settings), all.length, settings)
  for (const [at, example] of all.entries()) if (held.has(example)) scores[at] = strongest[at] as number
}
const heldOut = new Set(FOLDS.flat())
const counts = (example: Example, at: number): boolean => at >= examples.length || heldOut.has(familyOf(example.source))
/** Of public sources alone: how many texts of our own there are is our choice. */
const isPublic = ({ source }: Example): boolean => !source.startsWith('own')
const benign = [...all.entries()]
  .filter(([at, example]) => !example.isAttack && example.task === 'benign' && isPublic(example) && counts(example, at))
  .map(([at]) => scores[at] as number)
  .sort((a, b) => b - a)
const thresholds = [0.001, 0.005, 0.01, 0.02].map((rate) => benign[Math.floor(rate * benign.length)] as number)
console.log('thresholds', thresholds.map((value) => value.toFixed(2)).join(' '))
const groups = Map.groupBy(
  [...all.keys()].filter((at) => counts(all[at] as Example, at)),
  (at) => {
    const example = all[at] as Example
    return `${example.isAttack ? 'attack' : 'benign'} ${example.source.startsWith('own') ? example.source : familyOf(example.source)}${example.task === 'benign' || example.isAttack ? '' : ` (${example.task})`}`
  },
)
const table: { readonly group: string; readonly n: number; readonly flagged: readonly number[] }[] = []
const means = [0, 0, 0, 0]
let families = 0
for (const [name, rows] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
  table.push({
    group: name,
    n: rows.length,
    flagged: thresholds.map((threshold) => rows.filter((at) => (scores[at] as number) > threshold).length),
  })
  const rates = thresholds.map(
    (threshold) => rows.filter((at) => (scores[at] as number) > threshold).length / rows.length,
  )
  console.log(
    name.padEnd(40),
    String(rows.length).padStart(6),
    rates.map((rate) => (100 * rate).toFixed(1).padStart(6)).join(' '),
  )
  if (!name.startsWith('attack')) continue
  families += 1
  for (const [at, rate] of rates.entries()) means[at] = (means[at] as number) + rate
}
console.log('mean recall'.padEnd(47), means.map((mean) => ((100 * mean) / families).toFixed(1).padStart(6)).join(' '))
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify({ settings, rows: table }, null, 2)}\n`)
