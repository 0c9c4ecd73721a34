import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MANIFEST_TEXT } from '../../../test/support/manifest-text.ts'
import { canonicalJson } from '../../base/json.ts'
import type { Problem } from '../../base/result.ts'
import { parseManifest } from './parse-manifest.ts'

const FILE = 'gatehouse.yaml'
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'reference', 'manifest.yaml')

function problemsOf(text: string): readonly Problem[] {
  const parsed = parseManifest(FILE, text)
  return parsed.ok ? [] : parsed.failure
}

/** The manifest with one text replaced; a text that is not there once is a mistake in the test. */
function changed(from: string, to: string): string {
  expect(MANIFEST_TEXT.split(from).length, `\`${from}\` stands in the fixture once`).toBe(2)
  return MANIFEST_TEXT.replace(from, () => to)
}

/** The 1-based line on which a text of the manifest stands. */
function lineOf(text: string, of = MANIFEST_TEXT): number {
  const offset = of.indexOf(text)
  expect(offset, `\`${text}\` stands in the text`).toBeGreaterThanOrEqual(0)
  return of.slice(0, offset).split('\n').length
}

describe('a manifest that is accepted', () => {
  test.skipIf(!existsSync(EXAMPLE))(
    `the annotated example validates${existsSync(EXAMPLE) ? '' : ' (skipped: the example is not beside this checkout)'}`,
    () => {
      expect(problemsOf(readFileSync(EXAMPLE, 'utf8'))).toEqual([])
    },
  )

  test('comes with its raw value, without defaults, in canonical form', () => {
    const parsed = parseManifest(FILE, MANIFEST_TEXT)
    expect(problemsOf(MANIFEST_TEXT)).toEqual([])
    if (!parsed.ok) return
    expect(parsed.value.raw).toEqual(parsed.value.manifest)
    expect(canonicalJson(parsed.value.raw).ok).toBe(true)
    expect(parsed.value.source.positionOf(['components', 'tools', 1, 'effect'])).toEqual({
      file: FILE,
      line: lineOf('effect: irreversible'),
      column: 7,
    })
  })

  test.each([
    { how: 'with a byte order mark', text: `\ufeff${MANIFEST_TEXT}` },
    { how: 'with CRLF line ends', text: MANIFEST_TEXT.replaceAll('\n', '\r\n') },
    { how: 'without a last line end', text: MANIFEST_TEXT.trimEnd() },
    { how: 'between document markers', text: `---\n${MANIFEST_TEXT}...\n` },
    { how: 'with tabs between a value and its comment', text: changed('            # unique', '\t\t# unique') },
    {
      how: 'with a few aliases',
      text: changed('regions: [eu]\n', 'regions: &regions [eu]\n').replace('residency: [eu]', 'residency: *regions'),
    },
  ])('$how means the same', ({ text }) => {
    const [plain, other] = [parseManifest(FILE, MANIFEST_TEXT), parseManifest(FILE, text)]
    expect(problemsOf(text)).toEqual([])
    if (plain.ok && other.ok) expect(other.value.raw).toEqual(plain.value.raw)
  })

  test('in CRLF, problems keep their lines', () => {
    const text = changed('kind: AISystem', 'kind: Robot').replaceAll('\n', '\r\n')
    expect(problemsOf(text)).toMatchObject([{ code: 'manifest/invalid-value', at: { line: 2 } }])
  })
})

interface Broken {
  readonly what: string
  readonly from: string
  readonly to: string
  readonly code: string
  /** A text on the line of the problem; the replacement itself when left out. */
  readonly at?: string
}

const BROKEN: readonly Broken[] = [
  { what: 'another API version', from: 'gatehouse.dev/v1', to: 'gatehouse.dev/v2', code: 'manifest/invalid-value' },
  { what: 'another kind', from: 'kind: AISystem', to: 'kind: Robot', code: 'manifest/invalid-value' },
  { what: 'a name with capitals', from: 'name: support-assistant', to: 'name: Support', code: 'manifest/invalid' },
  { what: 'a name of one letter', from: 'name: support-assistant', to: 'name: a', code: 'manifest/invalid' },
  {
    what: 'a version that YAML reads as a number',
    from: 'version: 1.1.0',
    to: 'version: 1.1',
    code: 'manifest/invalid-type',
  },
  {
    what: 'a version that is no semantic one',
    from: 'version: 1.1.0',
    to: 'version: v1.1.0',
    code: 'manifest/invalid',
  },
  { what: 'no owner', from: '  owner: team-support\n', to: '', code: 'manifest/invalid-type', at: 'metadata:' },
  { what: 'an empty owner', from: 'owner: team-support', to: "owner: ''", code: 'manifest/invalid' },
  {
    what: 'a contact that is no address',
    from: 'security: sec@example.com',
    to: 'security: nobody',
    code: 'manifest/invalid',
  },
  {
    what: 'a misspelt key',
    from: '  autonomy: acts',
    to: '  autonomie: x\n  autonomy: acts',
    code: 'manifest/unknown-key',
    at: 'autonomie',
  },
  { what: 'an unknown section', from: 'guard:', to: 'guards: {}\nguard:', code: 'manifest/unknown-key', at: 'guards' },
  {
    what: 'an unknown audience',
    from: 'audience: customers',
    to: 'audience: everybody',
    code: 'manifest/invalid-value',
  },
  {
    what: 'an unknown data class',
    from: '[pii, customer-confidential]',
    to: '[pii, gossip]',
    code: 'manifest/invalid-value',
  },
  { what: 'no data class at all', from: '[pii, customer-confidential]', to: '[]', code: 'manifest/invalid' },
  {
    what: 'a truth value in quotes',
    from: 'multiTenant: true',
    to: "multiTenant: 'true'",
    code: 'manifest/invalid-type',
  },
  { what: 'a YAML 1.1 truth value', from: 'multiTenant: true', to: 'multiTenant: yes', code: 'manifest/invalid-type' },
  { what: 'a risk that does not exist', from: 'risk: medium', to: 'risk: mild', code: 'manifest/invalid-value' },
  {
    what: 'a path out of the project',
    from: 'path: prompts/system.md',
    to: 'path: ../system.md',
    code: 'manifest/invalid',
  },
  { what: 'an absolute path', from: 'path: prompts/system.md', to: 'path: /etc/passwd', code: 'manifest/invalid' },
  {
    what: 'a path of another system',
    from: 'path: prompts/system.md',
    to: 'path: prompts\\system.md',
    code: 'manifest/invalid',
  },
  { what: 'a slot of no known type', from: '{ type: date }', to: '{ type: moment }', code: 'manifest/invalid' },
  {
    what: 'a tool without effect',
    from: '      effect: read\n',
    to: '',
    code: 'manifest/invalid-value',
    at: 'id: lookup_order',
  },
  {
    what: 'a tool with an unknown effect',
    from: 'effect: irreversible',
    to: 'effect: destroy',
    code: 'manifest/invalid-value',
  },
  { what: 'an approval by nobody', from: 'roles: [support-lead]', to: 'roles: []', code: 'manifest/invalid' },
  { what: 'a guard threshold above one', from: 'at: 0.9', to: 'at: 9', code: 'manifest/invalid' },
  {
    what: 'a guard action that does not exist',
    from: 'action: redact }, links',
    to: 'action: hide }, links',
    code: 'manifest/invalid-value',
  },
  { what: 'a link that is no host', from: 'allow: [example.com]', to: 'allow: ["a://b"]', code: 'manifest/invalid' },
  {
    what: 'a retention that is no whole number',
    from: 'retentionDays: 30',
    to: 'retentionDays: 30.5',
    code: 'manifest/invalid-type',
  },
  { what: 'a negative retention', from: 'retentionDays: 30', to: 'retentionDays: -1', code: 'manifest/invalid' },
  { what: 'a gateway that is no URL', from: 'http://127.0.0.1:4181', to: 'somewhere', code: 'manifest/invalid' },
  {
    what: 'an environment with a capital',
    from: '  production:',
    to: '  Production:',
    code: 'manifest/invalid',
    at: 'Production',
  },
  {
    what: 'a list where an object belongs',
    from: 'data: { capture: redacted, retentionDays: 30, residency: [eu], subjectErasure: true }',
    to: 'data: []',
    code: 'manifest/invalid-type',
  },
  {
    what: 'a fallback that is not declared',
    from: 'fallbacks: [small]',
    to: 'fallbacks: [tiny]',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'a fallback to itself',
    from: 'fallbacks: [small]',
    to: 'fallbacks: [main]',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'an agent on an unknown model',
    from: 'model: main, prompts',
    to: 'model: big, prompts',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'an agent with an unknown prompt',
    from: 'prompts: [system]',
    to: 'prompts: [other]',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'an agent with an unknown tool',
    from: 'tools: [lookup_order, issue_refund]',
    to: 'tools: [wipe]',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'an agent with an unknown retriever',
    from: 'retrievers: [kb]',
    to: 'retrievers: [web]',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'a tool that requires itself',
    from: 'requires: [lookup_order]',
    to: 'requires: [issue_refund]',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'a destination from no known source',
    from: '[user-message, tool:',
    to: '[weather, tool:',
    code: 'manifest/unknown-source',
  },
  {
    what: 'a destination from an unknown tool',
    from: 'tool:lookup_order.order_id',
    to: 'tool:guess.order_id',
    code: 'manifest/unknown-reference',
  },
  {
    what: 'an id that is taken',
    from: '    - { id: small,',
    to: '    - { id: main,',
    code: 'manifest/duplicate-id',
    at: 'gpt-4.1-nano',
  },
  {
    what: 'a topic that nobody knows',
    from: '  preset: T1\n',
    to: '  preset: T1\n  topics: { deny: [politics, astrology] }\n',
    code: 'manifest/unknown-topic',
    at: 'astrology',
  },
  {
    what: 'no environment',
    from: '  local: { gateway: http://127.0.0.1:4181 }\n  production: { approvals: default }\n',
    to: '  {}\n',
    code: 'manifest/no-environment',
    at: 'environments:',
  },
  {
    what: 'a key twice',
    from: 'audience: customers',
    to: 'audience: customers\n  audience: employees',
    code: 'yaml/syntax',
    at: 'audience: employees',
  },
  { what: 'a tab as indentation', from: '  domain: general', to: '\tdomain: general', code: 'yaml/syntax' },
  {
    what: 'an open bracket',
    from: 'policies: [baseline, rag, agent]',
    to: 'policies: [baseline, rag',
    code: 'yaml/syntax',
    at: '',
  },
  { what: 'an open quote', from: 'title: Customer', to: 'title: "Customer', code: 'yaml/syntax', at: '' },
  { what: 'a second document', from: 'policies: [', to: '---\npolicies: [', code: 'yaml/syntax', at: '---' },
  { what: 'an alias without anchor', from: 'owner: team-support', to: 'owner: *team', code: 'yaml/unknown-alias' },
  { what: 'a value inside itself', from: '{ temperature: 0.2 }', to: '&p { temperature: *p }', code: 'yaml/not-json' },
  { what: 'a number that is none', from: 'temperature: 0.2', to: 'temperature: .nan', code: 'yaml/not-json' },
  {
    what: 'half a surrogate pair',
    from: 'title: Customer support assistant',
    to: 'title: "\\ud83d"',
    code: 'yaml/not-json',
  },
  { what: 'a binary value', from: 'temperature: 0.2', to: 'seed: !!binary aGVsbG8=', code: 'yaml/not-json' },
  { what: 'a set', from: '{ temperature: 0.2 }', to: '!!set { a, b }', code: 'yaml/not-json' },
  {
    what: 'a `__proto__` key at the top',
    from: 'guard:\n',
    to: '__proto__: { preset: none }\nguard:\n',
    code: 'yaml/not-json',
    at: '__proto__',
  },
  {
    what: 'a `__proto__` key among parameters',
    from: 'temperature: 0.2',
    to: '__proto__: { a: 1 }',
    code: 'yaml/not-json',
  },
  {
    what: 'a `__proto__` environment',
    from: '  production:',
    to: '  __proto__:',
    code: 'yaml/not-json',
    at: '__proto__',
  },
  {
    what: 'a `constructor` key',
    from: 'guard:\n',
    to: 'constructor: {}\nguard:\n',
    code: 'manifest/unknown-key',
    at: 'constructor',
  },
]

test.each(BROKEN)('a manifest with $what is refused as $code on its line', ({ from, to, code, at }) => {
  const text = changed(from, to)
  const problems = problemsOf(text)
  expect(problems.map((problem) => problem.code)).toContain(code)
  const problem = problems.find((candidate) => candidate.code === code)
  expect(problem).toMatchObject({
    message: expect.stringMatching(/./),
    next: expect.stringMatching(/./),
    at: { file: FILE },
  })
  if (at !== '') expect(problem?.at?.line).toBe(lineOf(at ?? to, text))
})

test('every problem of a manifest is reported at once, each on its line', () => {
  const text = changed('kind: AISystem', 'kind: Robot')
    .replace('risk: medium', 'risk: mild')
    .replace('effect: read\n', 'effect: reed\n')
  expect(problemsOf(text).map(({ code, at }) => [code, at?.line])).toEqual([
    ['manifest/invalid-value', 2],
    ['manifest/invalid-value', lineOf('risk: mild', text)],
    ['manifest/invalid-value', lineOf('effect: reed', text)],
  ])
})

describe('hostile text', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghij'
      .split('')
      .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]`),
  ].join('\n')
  const blockDepth = (levels: number): string =>
    Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n')
  test.each([
    { what: 'an alias bomb', text: bomb, code: 'yaml/too-many-aliases' },
    { what: '1 MiB and one character', text: ' '.repeat(1_048_577), code: 'yaml/too-large' },
    { what: 'a hundred lists in one another', text: '['.repeat(100) + ']'.repeat(100), code: 'yaml/too-deep' },
    { what: 'a hundred objects in one another', text: '{a: '.repeat(100) + '}'.repeat(100), code: 'yaml/too-deep' },
    { what: 'a hundred indented levels', text: blockDepth(100), code: 'yaml/too-deep' },
    { what: 'a hundred dashes', text: '- '.repeat(100), code: 'yaml/too-deep' },
    { what: 'a hundred explicit keys', text: '? '.repeat(100), code: 'yaml/too-deep' },
    { what: 'half a million open lists', text: '['.repeat(500_000), code: 'yaml/too-deep' },
    { what: 'nesting hidden by brackets in quotes', text: '["]",'.repeat(20_000), code: 'yaml/too-deep' },
    { what: 'nesting hidden by brackets in comments', text: '[ # ]\n'.repeat(20_000), code: 'yaml/too-deep' },
  ])('$what is refused as $code', ({ text, code }) => {
    const [problem, ...more] = problemsOf(text)
    expect([problem?.code, more]).toEqual([code, []])
    expect(problem?.at?.line).toBeGreaterThanOrEqual(1)
  })

  test('nesting is refused on the line where it passes the bound, and accepted as YAML before', () => {
    expect(problemsOf(blockDepth(100))[0]?.at?.line).toBe(61)
    expect(problemsOf(blockDepth(60)).map(({ code }) => code)).not.toContain('yaml/too-deep')
  })

  test.each(['', '\n', '# only a comment\n', '---\n', 'null', '[]', 'text', '42', '\ufeff'])(
    '`%s` is a manifest that lacks everything, on line 1',
    (text) => {
      expect(problemsOf(text)).toMatchObject([{ code: 'manifest/invalid-type', at: { line: 1, column: 1 } }])
    },
  )

  test('nothing that a manifest says changes the prototype of objects', () => {
    problemsOf('__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\n')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('any text gives a manifest or problems, never an exception', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), (text) => problemsOf(text).length > 0),
      { numRuns: 1_000 },
    )
  })
})
