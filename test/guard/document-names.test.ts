import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guardDocument } from '../../src/domain/guardrail/guard-document.ts'
import { resolveGuardPolicy } from '../../src/domain/guardrail/guard-policy.ts'
import { guardText } from '../../src/domain/guardrail/guard-text.ts'

interface Entry {
  readonly id: string
  readonly isContext?: boolean
  readonly context?: readonly string[]
  readonly valid: readonly string[]
}

const catalogue = (name: string): readonly Entry[] =>
  readFileSync(join(import.meta.dirname, '../../catalog/detection', name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry)

const { output: policy } = resolveGuardPolicy({ output: { pii: { action: 'redact', soft: 'redact' } } }, 'T1')

interface Named {
  readonly name: string
  readonly value: string
}

/** What is found in the value of `name: value`, as detectors at places in the value. */
function inText({ name, value }: Named): readonly string[] {
  const head = `${name}: `
  return guardText(head + value, policy)
    .findings.filter(({ start, score }) => start >= head.length && score >= 0.5)
    .map(({ detector, start, end }) => `${detector}@${start - head.length}-${end - head.length}`)
}

function inDocument(document: unknown): readonly string[] {
  return guardDocument(JSON.stringify(document), policy).findings.map(
    ({ detector, start, end }) => `${detector}@${start}-${end}`,
  )
}

/** Examples of secrets that a name tells, as name and value. */
const SECRETS: readonly Named[] = catalogue('secrets.jsonl')
  .filter(({ isContext }) => isContext === true)
  .flatMap(({ valid }) => valid)
  .flatMap((example) => {
    const [, name, value] = /^["']?([\w.-]{2,60})["']?\s*(?:=|:|=>)\s*["']?([^\s"']+)["']?[,;]?$/.exec(example) ?? []
    return name === undefined || value === undefined ? [] : [{ name, value }]
  })

const snake = (words: string): string => words.replace(/ /g, '_')
const camel = (words: string): string => words.replace(/ (\p{L})/gu, (_, letter: string) => letter.toUpperCase())
const IDENTIFIERS: readonly Named[] = catalogue('identifiers.jsonl').flatMap(({ valid, context = [] }) =>
  context.flatMap((word) => valid.slice(0, 2).map((value) => ({ name: word, value }))),
)

const FORMAT_NAMES = ['phone', 'card', 'bic', 'swift', 'ip', 'ethereum', 'date of birth', 'zip', 'age', 'x']
const FORMATS: readonly Named[] = catalogue('formats.jsonl').flatMap(({ valid }) =>
  valid.flatMap((value) => FORMAT_NAMES.map((name) => ({ name, value }))),
)

describe.each([
  ['secrets', SECRETS, 400],
  ['identifiers', IDENTIFIERS, 1_400],
  ['formats', FORMATS, 2],
] as const)('of the catalogue’s %s', (_kind, examples, least) => {
  test('each that a word before it tells is found under that name in a document as well', () => {
    let told = 0
    for (const example of examples) {
      const { name, value } = example
      const expected = inText(example)
      if (expected.length > inText({ name: 'x', value }).length) told += 1
      const found = inDocument({ [name]: value })
      for (const finding of expected) expect(found, `${name}: ${value}`).toContain(finding)
    }
    expect(told).toBeGreaterThanOrEqual(least)
  })
})

test('names part into words at underscores and humps', () => {
  for (const { name, value } of IDENTIFIERS.filter(({ name }) => /^[a-z]+(?: [a-z]+)+$/.test(name)).slice(0, 300))
    for (const written of [snake(name), camel(name)])
      expect(inDocument({ [written]: value }), written).toEqual(expect.arrayContaining([...inText({ name, value })]))
})

test('a name holds for everything below it up to the next name, whatever stands around', () => {
  const [secret] = [{ name: 'password', value: 'hunter2Secret!99' }]
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(secret.value),
      fc.array(fc.oneof(tie('value'), fc.constantFrom('fine', 7, null, { note: 'fine' })), { maxLength: 3 }),
    ),
  })).value
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1), (nested, spacing) => {
      const source = JSON.stringify(
        [{ note: 'fine', [secret.name]: nested, after: secret.value }, secret.value],
        null,
        spacing,
      )
      const count = JSON.stringify(nested).split(secret.value).length - 1
      const judged = guardDocument(source, policy)
      expect(judged.findings.filter(({ category }) => category === 'secret')).toHaveLength(count)
      // Neither the next member nor what follows the object stands under the name.
      expect(judged.text.split(secret.value).length - 1).toBe(2)
      expect(() => JSON.parse(judged.text) as unknown).not.toThrow()
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['{"db":{"password":"hunter2Secret!99"}}', '{"db":{"password":"[GENERIC-PASSWORD]"}}'],
  ['{"password":["hunter2Secret!99", "b"]}', '{"password":["[GENERIC-PASSWORD]", "b"]}'],
  ['{"p\\u0061ssword":"hunter2Secret!99"}', '{"p\\u0061ssword":"[GENERIC-PASSWORD]"}'],
  [
    '[{"name": "DB_PASSWORD", "value": "hunter2Secret!99"}]',
    '[{"name": "DB_PASSWORD", "value": "[DATABASE-PASSWORD]"}]',
  ],
  ['{"ssn":"536904399"}', '{"ssn":"[US-SSN]"}'],
  ['{"ssn":{"536904399":"Jo"}}', '{"ssn":{"[US-SSN]":"Jo"}}'],
  ['{"ssn": 536904399}', '{"ssn": "[US-SSN]"}'],
  ['{"card":4111111111111111,"n":1}', '{"card":"[CARD]","n":1}'],
  ['[4111111111111111.0]', '["[CARD]"]'],
  ['{"card":4.111111111111111e15}', '{"card":"[CARD]"}'],
])('of %s what goes on is %s', (source, expected) => {
  const judged = guardDocument(source, policy)
  expect(judged.text).toBe(expected)
  expect(judged.findings).toHaveLength(1)
})

test.each([
  '{"id":536904399,"at":1700000000123,"ratio":0.4111111111111111,"sum":-4111111111111111}',
  '[1763687917,1763687917000,98765.4321]',
  '{"value":"hunter2Secret!99","password":"hunter2"}',
])('nothing is found in %s', (source) => {
  expect(guardDocument(source, policy)).toMatchObject({ action: 'allow', findings: [], text: source })
})

test('numbers count as no texts, however many there are', () => {
  const numbers = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => 1_763_687_917 + index))
  expect(guardDocument(numbers, policy).action).toBe('allow')
})
