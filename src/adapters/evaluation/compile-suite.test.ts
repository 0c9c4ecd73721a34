// Suites as people write them, in every format, read from a folder.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { compileSuite, type CompiledSuite } from './compile-suite.ts'

interface Compiled {
  readonly result: Result<CompiledSuite, readonly Problem[]>
  readonly cases: readonly SuiteCase[]
  /** `file:line code` of each problem. */
  readonly problems: readonly string[]
}

/** Compiles a suite whose head has the lines given beside those that every suite needs. */
async function compiled(head: string, files: Readonly<Record<string, string>> = {}): Promise<Compiled> {
  await using temp = await tempFolder()
  await writeFile(
    join(temp.path, 's.yaml'),
    `apiVersion: gatehouse.dev/v1\nkind: Suite\nmetadata: { id: s, version: 1.0.0, title: S }\npurpose: quality\n${head}`,
  )
  for (const [name, text] of Object.entries(files)) await writeFile(join(temp.path, name), text)
  const out = join(temp.path, 'compiled.jsonl')
  const result = await compileSuite(temp.path, 's.yaml', out)
  if (!result.ok) {
    for (const { message, next } of result.failure) {
      expect(message).not.toBe('')
      expect(next).toBeTruthy()
    }
    const problems = result.failure.map(({ code, at }) => `${at?.file}:${at?.line} ${code}`)
    return { result, cases: [], problems }
  }
  const lines = (await readFile(out, 'utf8')).split('\n').filter((line) => line !== '')
  expect(result.value.count).toBe(lines.length)
  return { result, cases: lines.map((line) => JSON.parse(line) as SuiteCase), problems: [] }
}

const digestOf = ({ result }: Compiled): string => (result.ok ? result.value.digest : '')

describe('CSV', () => {
  const HEAD = 'cases: c.csv\n'

  test('has columns for what a case holds; every other column is a variable', async () => {
    const { cases } = await compiled(`${HEAD}turns: ['Where is {{order}}, {{case.id}}?']\n`, {
      'c.csv': [
        '\ufeffid,order,tags,weight,language,pair,group,expect contains,expect json,"expect length"',
        'one,NW-1,"a;b",2,de,p1,x,"shipped | sent",,"{""max"":50}"',
        '',
        '"two","multi',
        'line",,,,,,,yes,',
      ].join('\r\n'),
    })
    expect(cases).toEqual([
      expect.objectContaining({
        id: 'one',
        turns: ['Where is NW-1, one?'],
        tags: ['a', 'b'],
        weight: 2,
        language: 'de',
        pair: { id: 'p1', group: 'x' },
        variables: { order: 'NW-1' },
        expect: [
          { scorer: 'contains', any: ['shipped', 'sent'] },
          { scorer: 'length', max: 50 },
        ],
        file: 'c.csv',
        line: 2,
      }),
      expect.objectContaining({ id: 'two', turns: ['Where is multi\r\nline, two?'], expect: [{ scorer: 'json' }] }),
    ])
  })

  test('may have the turns of a conversation in columns', async () => {
    const { cases } = await compiled(HEAD, { 'c.csv': 'id,turn 1,turn 2,expect refused\na,Hello,Bye,x\nb,Only,,yes\n' })
    expect(cases.map(({ turns }) => turns)).toEqual([['Hello', 'Bye'], ['Only']])
  })

  test.each([
    ['a row of another length', 'id,turn,expect refused\na,b\n', ['c.csv:2 suite/bad-csv']],
    ['a quote that is not closed', 'id,turn,expect refused\na,"b,x\n', ['c.csv:2 suite/bad-csv']],
    ['no row', 'id,turn,expect refused\n', ['c.csv:1 suite/no-cases']],
    ['nothing', '', ['c.csv:1 suite/no-cases']],
    ['an unknown scorer', 'id,turn,expect nice\na,b,yes\n', ['c.csv:2 suite/bad-case']],
    ['an expectation that is no yes', 'id,turn,expect refused\na,b,maybe\n', ['c.csv:2 suite/bad-case']],
    ['keys that are no JSON', 'id,turn,expect json\na,b,{x}\n', ['c.csv:2 suite/bad-case']],
    ['a weight that is no number', 'id,turn,weight,expect refused\na,b,heavy,x\n', ['c.csv:2 suite/bad-case']],
    ['an id twice', 'id,turn,expect refused\na,b,x\na,c,x\n', ['c.csv:3 suite/duplicate-case']],
    [
      'several of these',
      'id,turn,expect refused\na,b,x\n,c,x\nd,,x\n',
      ['c.csv:3 suite/bad-case', 'c.csv:4 suite/bad-case'],
    ],
    ['a pair without a group', 'id,turn,pair,group,expect refused\na,b,p,,x\n', ['c.csv:2 suite/bad-case']],
  ])('with %s is refused with its line', async (_, text, problems) => {
    expect((await compiled(HEAD, { 'c.csv': text })).problems).toEqual(problems)
  })
})

describe('YAML', () => {
  test('is a list of cases, in a file or in the head itself', async () => {
    const list =
      '- id: a\n  turns: [Hi]\n  expect: [{ scorer: refused }]\n- { id: b, turns: [Ho], expect: [{ scorer: answered }] }\n'
    const file = await compiled('cases: c.yaml\n', { 'c.yaml': list })
    expect(file.cases.map(({ id, file: name, line }) => [id, name, line])).toEqual([
      ['a', 'c.yaml', 1],
      ['b', 'c.yaml', 4],
    ])
    const inline = await compiled(`cases:\n${list.replaceAll(/^/gm, '  ').trimEnd()}\n`)
    expect(inline.cases.map(({ id, file: name, line }) => [id, name, line])).toEqual([
      ['a', 's.yaml', 6],
      ['b', 's.yaml', 9],
    ])
  })

  test.each([
    ['no list', 'id: a\n', ['c.yaml:1 suite/bad-case']],
    ['an open bracket', '- { id: a\n', [expect.stringMatching(/^c\.yaml:\d yaml\//)]],
    [
      'a bad part',
      '- id: a\n  turns: [Hi]\n  expect:\n    - scorer: contains\n      any: []\n',
      ['c.yaml:5 suite/bad-case'],
    ],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replaceAll(/./g, (key) => `${key}: &${key} [${`*${String.fromCharCode(key.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      [expect.stringMatching(/^c\.yaml/)],
    ],
  ])('with %s is refused with its line', async (_, text, problems) => {
    expect((await compiled('cases: c.yaml\n', { 'c.yaml': text })).problems).toEqual(problems)
  })
})

describe('JSON lines', () => {
  const line = (rest: object = {}): string =>
    JSON.stringify({ id: 'a', turns: ['Hi'], expect: [{ scorer: 'refused' }], ...rest })

  test('keep scenarios, tool mocks, fixtures, history and journeys of a case', async () => {
    const whole = {
      history: [{ role: 'assistant', content: 'Hello' }],
      tools: [{ name: 'look', results: [{ when: { id: 1 }, result: { state: 'sent' } }] }],
      fixtures: { rows: [{ id: 1 }] },
      journeys: ['returns'],
      risks: ['R1'],
      weight: 0.5,
    }
    const { cases } = await compiled('cases: c.jsonl\n', { 'c.jsonl': `${line(whole)}\n` })
    expect(cases).toEqual([expect.objectContaining(whole)])
  })

  test.each([
    ['half an object', '{"id":', ['c.jsonl:3 suite/bad-line']],
    ['an unknown key', line({ note: 1 }), ['c.jsonl:3 suite/bad-case']],
    ['a tool mock without a result', line({ tools: [{ name: 'x', results: [] }] }), ['c.jsonl:3 suite/bad-case']],
    ['an unknown variable', line({ turns: ['{{x}}'], variables: { y: 1 } }), ['c.jsonl:3 suite/unknown-variable']],
    ['a weight below nothing', line({ weight: -1 }), ['c.jsonl:3 suite/bad-case']],
    ['the id of the first', line({ id: 'first' }), ['c.jsonl:3 suite/duplicate-case']],
    ['a line of 17 million letters', `"${'x'.repeat(17 * 1_048_576)}"`, ['c.jsonl:3 suite/too-large']],
  ])('with %s are refused with the line', async (_, bad, problems) => {
    const { problems: found } = await compiled('cases: c.jsonl\n', {
      'c.jsonl': `${line({ id: 'first' })}\n\n${bad}\n`,
    })
    expect(found).toEqual(problems)
  })

  test('that are not there, or lie outside the project, are refused', async () => {
    expect((await compiled('cases: none.jsonl\n')).problems).toHaveLength(1)
    expect((await compiled('cases: ../c.jsonl\n')).problems).toEqual(['s.yaml:5 suite/invalid'])
  })
})

describe('a module', () => {
  const CASE = `({ id: 'g-' + at, turns: ['Hi ' + seed], expect: [{ scorer: 'refused' }] })`

  test.each([
    ['a generator', `export function* cases({ seed }) { for (let at = 0; at < 3; at++) yield ${CASE} }`],
    ['an asynchronous one', `export async function* cases({ seed }) { for (let at = 0; at < 3; at++) yield ${CASE} }`],
    ['a list', `export const cases = ({ seed }) => [0, 1, 2].map((at) => ${CASE})`],
    ['a promise of one', `export const cases = async ({ seed }) => [0, 1, 2].map((at) => ${CASE})`],
  ])('yields cases from the seed: %s', async (_, module) => {
    const { cases } = await compiled('cases: g.mjs\nseed: 42\n', { 'g.mjs': module })
    expect(cases.map(({ id, turns, line }) => [id, turns[0], line])).toEqual([
      ['g-0', 'Hi 42', 1],
      ['g-1', 'Hi 42', 2],
      ['g-2', 'Hi 42', 3],
    ])
  })

  test('may be TypeScript', async () => {
    const { cases } = await compiled('cases: g.ts\n', {
      'g.ts': `interface Given { readonly seed: number }\nexport function* cases({ seed }: Given): Generator<object> { const at: number = 7; yield ${CASE} }`,
    })
    expect(cases.map(({ id }) => id)).toEqual(['g-7'])
  })

  test.each([
    [
      'throws in its third case',
      `export function* cases() { const seed = 1; for (const at of [0, 1]) yield ${CASE}; throw new Error('no') }`,
      ['g.mjs:1 suite/generator-failed'],
    ],
    [
      'yields a bad case',
      `export function* cases() { const [at, seed] = [0, 1]; yield ${CASE}; yield { id: 'x' } }`,
      ['g.mjs:2 suite/bad-case'],
    ],
    ['yields what is no value', 'export function* cases() { yield undefined }', ['g.mjs:1 suite/bad-case']],
    ['yields nothing', 'export function* cases() {}', ['g.mjs:1 suite/no-cases']],
    ['yields what is no list', 'export const cases = () => 7', ['g.mjs:1 suite/generator-failed']],
    ['exports something else', 'export const other = 1', ['g.mjs:1 target/incomplete']],
    ['has a mistake', 'export const = 1', ['g.mjs:1 target/failed']],
  ])('that %s is refused', async (_, module, problems) => {
    expect((await compiled('cases: g.mjs\n', { 'g.mjs': module })).problems).toEqual(problems)
  })

  test('that never ends is cut off by what it yields', async () => {
    const { problems } = await compiled('cases: g.mjs\n', {
      'g.mjs': 'export function* cases() { for (;;) yield { id: "bad id" } }',
    })
    expect(problems).toHaveLength(50)
  })
})

describe('scenarios and wordings', () => {
  test('are variants of their case, with variables of their own', async () => {
    const { cases } = await compiled(
      `cases: [{ id: a, turns: ['Hi {{name}} in {{place}}'], variables: { name: Ana }, expect: [{ scorer: contains, any: ['{{place}}'] }] }]
variables: { place: nowhere }
scenarios: [{ id: north, variables: { place: Oslo } }, { id: south, system: 'Be kind.' }]
perturb: [lower-case]
`,
    )
    const [one] = cases
    const all = [one, ...(one?.variants ?? [])]
    expect(all.map((entry) => [entry?.id, entry?.turns[0], entry?.variant, entry?.system])).toEqual([
      ['a.north', 'Hi Ana in Oslo', 'north', undefined],
      ['a.north~lower-case', 'hi ana in oslo', 'north~lower-case', undefined],
      ['a.south', 'Hi Ana in nowhere', 'south', 'Be kind.'],
      ['a.south~lower-case', 'hi ana in nowhere', 'south~lower-case', 'Be kind.'],
    ])
    expect(one?.expect).toEqual([{ scorer: 'contains', any: ['Oslo'] }])
  })

  test('are 64 at most', async () => {
    const scenarios = Array.from({ length: 20 }, (_, at) => `{ id: s${at} }`).join(', ')
    const { problems } = await compiled(
      `cases: [{ id: a, turns: [Hi], expect: [{ scorer: refused }] }]\nscenarios: [${scenarios}]\nperturb: [typos, polite, terse, indirect]\n`,
    )
    expect(problems).toEqual(['s.yaml:5 suite/too-many-variants'])
  })

  test('are the same for the same seed, and others for another', async () => {
    const head = (seed: number): string =>
      `cases: [{ id: a, turns: ['Please compare the delivery conditions of several bicycle manufacturers carefully'], expect: [{ scorer: refused }] }]\nperturb: [typos]\nseed: ${seed}\n`
    const wordings = await Promise.all(
      [1, 1, 2].map(async (seed) => (await compiled(head(seed))).cases[0]?.variants?.[0]?.turns[0]),
    )
    expect(wordings[0]).toBe(wordings[1])
    expect(wordings[0]).not.toBe(wordings[2])
  })
})

describe('the digest of a suite', () => {
  const CASES = '{"id":"a","turns":["Hi"],"expect":[{"scorer":"refused"}]}\n'
  const CSV = 'id,turn,expect refused\na,Hi,x\n'
  const GENERATOR = `export const cases = ({ seed }) => [{ id: 'a', turns: ['Hi ' + seed], expect: [{ scorer: 'refused' }] }]\n`

  test.each([
    ['its head', 'cases: c.jsonl\n', 'cases: c.jsonl\n# x\n', CASES, CASES, true],
    ['a byte of its cases', 'cases: c.jsonl\n', 'cases: c.jsonl\n', CASES, `${CASES}\n`, true],
    ['a byte of its table', 'cases: c.csv\n', 'cases: c.csv\n', CSV, CSV.replace('Hi', 'Ho'), true],
    ['what its module yields', 'cases: g.mjs\n', 'cases: g.mjs\n', GENERATOR, GENERATOR.replace('Hi', 'Ho'), true],
    ['how its module is written', 'cases: g.mjs\n', 'cases: g.mjs\n', GENERATOR, `// x\n${GENERATOR}`, false],
    ['nothing', 'cases: c.jsonl\n', 'cases: c.jsonl\n', CASES, CASES, false],
  ])('after a change of %s', async (_, head, otherHead, text, otherText, isOther) => {
    const name = /cases: (\S+)/.exec(head)?.[1] ?? ''
    const one = digestOf(await compiled(head, { [name]: text }))
    const other = digestOf(await compiled(otherHead, { [name]: otherText }))
    expect(one).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(one !== other).toBe(isOther)
  })
})
