import { expect, test } from 'vitest'
import { parseManifest } from '../../src/contract/manifest/parse-manifest.ts'
import { canonicalJson } from '../../src/base/json.ts'
import { MANIFEST_TEXT } from '../support/manifest-text.ts'
import { seededRandom } from '../support/seeded-random.ts'

/** Repeat a failure with `FUZZ_SEED=… vitest run test/fuzz`; search longer with `FUZZ_RUNS=…`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 12_000)
const MUTATIONS_MAX = 4
/** The schema's problems are cut at 50, and this manifest has fewer references than that. */
const PROBLEMS_MAX = 50

type Random = () => number
type Mutation = (text: string, random: Random) => string

const below = (random: Random, bound: number): number => Math.floor(random() * bound)
const pick = <Value>(random: Random, values: readonly Value[]): Value => values[below(random, values.length)]!

const TOKENS = [
  ': ',
  '- ',
  '? ',
  '#',
  '[',
  ']',
  '{',
  '}',
  ',',
  '&a ',
  '*a',
  '!!binary ',
  '!!set ',
  '!!map ',
  '!!str ',
  '! ',
  '| ',
  '>-\n',
  "'",
  '"',
  '"\\ud800"',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '<<: *a',
  '~',
  'null',
  'true',
  'yes',
  '.nan',
  '-.inf',
  '0x1F',
  '1e400',
  '-0',
  '9007199254740993',
  '2001-01-01',
  '__proto__',
  'constructor',
  'toString',
  '\t',
  '\r',
  '\r\n',
  '\0',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ud800',
  '@',
  '`',
] as const

const MUTATIONS: readonly Mutation[] = [
  function flipByte(text, random) {
    const bytes = Buffer.from(text)
    if (bytes.length === 0) return text
    const at = below(random, bytes.length)
    bytes[at] = bytes[at]! ^ (1 << below(random, 8))
    return bytes.toString('utf8')
  },
  function deleteLine(text, random) {
    const lines = text.split('\n')
    return lines.toSpliced(below(random, lines.length), 1 + below(random, 3)).join('\n')
  },
  function duplicateLine(text, random) {
    const lines = text.split('\n')
    return lines
      .toSpliced(
        below(random, lines.length),
        0,
        ...lines.slice(below(random, lines.length)).slice(0, 1 + below(random, 4)),
      )
      .join('\n')
  },
  function swapTokens(text, random) {
    const tokens = text.split(/(\s+|[,:[\]{}])/)
    const [one, two] = [below(random, tokens.length), below(random, tokens.length)]
    return tokens.with(one, tokens[two]!).with(two, tokens[one]!).join('')
  },
  function insertToken(text, random) {
    const at = below(random, text.length + 1)
    return text.slice(0, at) + pick(random, TOKENS) + text.slice(at)
  },
  function replaceValue(text, random) {
    const lines = text.split('\n')
    const at = below(random, lines.length)
    return lines
      .with(
        at,
        lines[at]!.replace(/: .*/, () => `: ${pick(random, TOKENS)}`),
      )
      .join('\n')
  },
  function randomUnicode(text, random) {
    const at = below(random, text.length + 1)
    const noise = Array.from({ length: 1 + below(random, 8) }, () =>
      String.fromCodePoint(below(random, 0x110000)),
    ).join('')
    return text.slice(0, at) + noise + text.slice(at)
  },
  function nestDeeply(text, random) {
    const depth = 1 + below(random, 120)
    const [open, close] = pick(random, [
      ['[', ']'],
      ['{a: ', '}'],
      ['- ', ''],
      ['? ', ''],
      ['["]", ', ']'],
      ['&a [*a, ', ']'],
    ] as const)
    const at = below(random, text.length + 1)
    return text.slice(0, at) + open.repeat(depth) + (random() < 0.5 ? close.repeat(depth) : '') + text.slice(at)
  },
  function changeIndent(text, random) {
    const lines = text.split('\n')
    const at = below(random, lines.length)
    return lines.with(at, `${' '.repeat(below(random, 9))}${lines[at]!.trimStart()}`).join('\n')
  },
  function cutOff(text, random) {
    return random() < 0.5 ? text.slice(0, below(random, text.length + 1)) : text.slice(below(random, text.length + 1))
  },
]

function mutated(random: Random): { readonly text: string; readonly by: readonly string[] } {
  const by: string[] = []
  let text = MANIFEST_TEXT
  for (let count = 1 + below(random, MUTATIONS_MAX); count > 0; count--) {
    const mutation = pick(random, MUTATIONS)
    by.push(mutation.name)
    text = mutation(text, random)
  }
  return { text, by }
}

function check(text: string): string {
  const parsed = parseManifest('gatehouse.yaml', text)
  if (parsed.ok) {
    if (!canonicalJson(parsed.value.raw).ok) throw new Error('an accepted manifest has no canonical form, so no digest')
    return 'accepted'
  }
  const lines = text.split(/\r\n|\n|\r/).length
  if (parsed.failure.length === 0 || parsed.failure.length > PROBLEMS_MAX)
    throw new Error(`${parsed.failure.length} problems are reported`)
  for (const { code, message, next, at } of parsed.failure) {
    if (!/^(?:yaml|manifest)\/[a-z-]+$/.test(code)) throw new Error(`\`${code}\` is no code`)
    if (message === '' || next === undefined || next === '') throw new Error(`\`${code}\` says nothing`)
    if (at === undefined || !(at.line >= 1) || !(at.column >= 1) || at.line > lines)
      throw new Error(`\`${code}\` stands at line ${at?.line} of ${lines}`)
  }
  return parsed.failure[0]!.code
}

test(
  `${RUNS} mutated manifests are accepted or refused with places, and never throw (FUZZ_SEED=${SEED})`,
  { timeout: 300_000 },
  () => {
    const outcomes = new Map<string, number>()
    for (let run = 0; run < RUNS; run++) {
      const { text, by } = mutated(seededRandom(SEED + run))
      try {
        const outcome = check(text)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      } catch (error) {
        throw new Error(
          `FUZZ_SEED=${SEED + run} FUZZ_RUNS=1 (${by.join(', ')}): ${String(error)}\n${JSON.stringify(text)}`,
          { cause: error },
        )
      }
    }
    if (RUNS < 10_000) return
    // The mutations reach both sides and many ways to fail; else the run proves little.
    expect(outcomes.get('accepted')).toBeGreaterThan(RUNS / 100)
    for (const code of [
      'yaml/syntax',
      'yaml/too-deep',
      'yaml/unknown-alias',
      'manifest/invalid-type',
      'manifest/unknown-key',
    ])
      expect(outcomes.get(code), code).toBeGreaterThan(0)
  },
)
