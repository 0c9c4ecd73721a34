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

describe('a member that says nothing of its value', () => {
  const PASSWORD = 'hunter2-Zulu90!xQ'
  test.each<[string, unknown]>([
    ['outputs of Terraform', { db_password: { sensitive: true, type: 'string', value: PASSWORD } }],
    ['settings of an application on Azure', [{ name: 'DB_PASSWORD', slotSetting: false, value: PASSWORD }]],
    ['parameters of AWS', { Parameters: [{ Name: '/prod/db_password', Type: 'SecureString', Value: PASSWORD }] }],
    ['parameters of a stack', { ParameterKey: 'DbPassword', ParameterValue: PASSWORD }],
    ['outputs of a stack', { OutputKey: 'DbPassword', Description: 'of the database', OutputValue: PASSWORD }],
    ['a switch between', { key: 'db_password', enabled: true, value: PASSWORD }],
    ['the value first', { value: PASSWORD, name: 'password' }],
    [
      'the value first and far',
      { value: PASSWORD, tags: [{ name: 'env', value: 'prod' }], n: 12_345, name: 'password' },
    ],
    ['a default', { variable: 'db_password', default: PASSWORD }],
    ['what is and what was', { password: { current: PASSWORD, changed: '2026-01-01' } }],
    ['data', { credentials: { password: { data: [PASSWORD] } } }],
    ['values within values', { password: { value: { value: { plain: PASSWORD } } } }],
    ['a name and a value of objects', { name: 'password', value: { value: PASSWORD } }],
    ['a name of its own', { x: { password_value: PASSWORD } }],
    ['another name beside', { displayName: 'Database', name: 'DB_PASSWORD', id: 'a1', type: 'x', value: PASSWORD }],
    ['a name that says nothing', { db_password: { name: 'main', value: PASSWORD } }],
    ['the text before', { field: { type: 'password', value: PASSWORD } }],
    ['escapes', JSON.parse('{"n\\u0061me":"password","x":1,"v\\u0061lue":"hunter2-Zulu90!xQ"}')],
  ])('is called what stands beside or above it: %s', (_, document) => {
    for (const spacing of [undefined, 1]) {
      const judged = guardDocument(JSON.stringify([document, document], null, spacing), policy)
      expect(judged.findings.map(({ category }) => category)).toEqual(['secret', 'secret'])
      expect(judged.text).not.toContain(PASSWORD)
    }
  })

  test.each([
    { ssn: { value: 536_904_399 } },
    { name: 'ssn', type: 'x', value: 536_904_399 },
    { value: '536904399', note: 'fine', key: 'ssn' },
  ])('is so for personal data, and numbers: %j', (document) => {
    expect(guardDocument(JSON.stringify(document), policy).findings).toMatchObject([{ detector: 'pii/us-ssn' }])
  })

  test('whatever stands between, and in which order', () => {
    const others = fc.dictionary(
      fc.constantFrom('type', 'on', 'note', 'tags', 'n'),
      fc.constantFrom('string', 'fine', true, null, 7, 12_345, [], ['a'], { name: 'env', value: 'prod' }),
    )
    fc.assert(
      fc.property(others, others, others, fc.boolean(), (first, second, third, isNameFirst) => {
        const members = [['name', 'DB_PASSWORD'] as const, ['value', PASSWORD] as const]
        const [a, b] = isNameFirst ? members : members.toReversed()
        const object = [...Object.entries(first), a!, ...Object.entries(second), b!, ...Object.entries(third)]
        const source = `{${object.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
        expect(guardDocument(source, policy).text).toBe(source.replace(PASSWORD, '[DATABASE-PASSWORD]'))
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    { key: 'feature_dark_mode', enabled: true, value: 'variant-B2-rollout' },
    { name: 'theme', type: 'string', value: '#ff00aa-blue99' },
    { name: 'API_BASE_URL', slotSetting: false, value: 'shop-api-v2-eu1x' },
    { name: 'WEBSITE_NODE_DEFAULT_VERSION', slotSetting: false, value: '~20.11.1-lts' },
    { Parameters: [{ Name: '/prod/log_level', Type: 'String', Value: 'debug-verbose2' }] },
    { ParameterKey: 'InstanceType', ParameterValue: 't3.large-2024x' },
    { OutputKey: 'BucketName', OutputValue: 'shop-assets-9f3b1c7e' },
    { password: { type: 'string', minLength: 12, description: 'Has-12-letters!' } },
    { passwordPolicy: { default: 'Min12-Chars!x', current: 'Min14-Chars!x' } },
    { next_page_token: { value: 'k3x9q7m2w8z5t1r6' } },
    { primary_key: { current: 'order_id_2024x1' } },
    { public_key: { data: 'k3x9q7m2w8z5t1r6k3x9q7m2w8z5t1r6' } },
    { secretName: { value: 'tls-wildcard-cert-2024' } },
    { tokens: [{ text: 'Hello-World99', pos: 'NOUN', start: 12_345 }] },
    { name: 'password', value: '${DB_PASSWORD}' },
    { name: 'password', type: 'string', default: 'changeme' },
    {
      db_password: { sensitive: true, type: 'string', value: null },
      version: { type: 'string', value: 'v4.2-Beta77x' },
    },
    { parameters: [{ name: 'api_key', in: 'query', schema: { type: 'string', default: 'Zulu90-alpha7x' } }] },
    [{ name: 'password', label: 'Password' }, { value: 'hunter2-Zulu90!xQ' }],
    { order: { id: { value: 536_904_399 }, total: { value: 98_765, currency: 'EUR' } } },
  ])('and tells nothing where neither names anything: %j', (document) => {
    expect(guardDocument(JSON.stringify(document), policy).findings).toEqual([])
  })

  test('and however many lie within each other, each is named by few', () => {
    let nested: unknown = PASSWORD
    for (let level = 0; level < 60; level++) nested = { key: `level ${level}`, value: nested, name: 'x' }
    expect(guardDocument(JSON.stringify({ password: nested }), policy).action).toBe('allow')
    for (let level = 0; level < 3; level++) nested = level === 0 ? PASSWORD : { value: nested }
    expect(guardDocument(JSON.stringify({ password: nested }), policy).action).toBe('redact')
  })
})
