import { assert, constantFrom, integer, property, string } from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canonicalView } from '../canonical-view.ts'
import { detectSecrets } from './detect-secrets.ts'
import { SECRET_RULES } from './secret-anchors.ts'

interface Entry {
  readonly id: string
  readonly title: string
  readonly anchors: readonly string[]
  readonly pattern: string
  readonly isContext?: boolean
  readonly valid: readonly string[]
  readonly invalid: readonly string[]
  readonly source: string
}

const CATALOGUE: readonly Entry[] = readFileSync(
  join(import.meta.dirname, '../../../../catalog/detection/secrets.jsonl'),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Entry)

/** In the canonical form, as the guard has it. */
const idsIn = (raw: string): readonly string[] => detectSecrets(canonicalView(raw).text).map(({ detector }) => detector)
const found = (raw: string): readonly string[] =>
  detectSecrets(raw).map(({ detector, start, end }) => `${detector}=${raw.slice(start, end)}`)

/** Tokens that stand by themselves, so that they may be put into any document. */
const TOKENS = CATALOGUE.filter(({ isContext }) => isContext !== true).flatMap(({ id, valid }) =>
  valid.filter((value) => /^[\w.~=+-]+$/.test(value) && !value.includes('assword')).map((value) => ({ id, value })),
)
const PLACES: readonly (readonly [string, string])[] = [
  ['alone', 'S'],
  ['at the start', 'S is what I use'],
  ['at the end of prose', 'please call it with S'],
  ['before a full stop', 'please call it with S.'],
  ['JSON', '{"value":"S","n":1}'],
  ['JSON in JSON', String.raw`{"text":"line\nS\nline"}`],
  ['YAML', 'service:\n  value: S\n  port: 80\n'],
  ['an environment file', 'PORT=80\nVALUE=S\nMODE=a\n'],
  ['a query', 'https://api.example.com/v1?value=S&n=1'],
  ['code', "const client = new Client('S', 3)"],
  ['brackets', '(S)'],
  ['emoji', '\u{1f511}S\u{1f511}'],
]

describe('the catalogue', () => {
  test('has 220 kinds and more, each with an id of its own, a source, and examples on both sides', () => {
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(220)
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length)
    for (const { id, title, source, valid, invalid } of CATALOGUE) {
      expect(id).toMatch(/^secret\/[a-z\d]+(?:-[a-z\d]+)*$/)
      expect(
        [title, source, ...valid, ...invalid].every((text) => text !== ''),
        id,
      ).toBe(true)
      expect(valid.length, id).toBeGreaterThan(0)
      expect(invalid.length, id).toBeGreaterThan(0)
    }
  })

  test('is what the product holds', () => {
    expect(SECRET_RULES.map(({ id }) => id).toSorted()).toEqual(CATALOGUE.map(({ id }) => id).toSorted())
    for (const { id, anchors, span } of SECRET_RULES) {
      expect(span, id).toBeLessThanOrEqual(16_384)
      for (const anchor of anchors) {
        expect(anchor.length, id).toBeGreaterThanOrEqual(2)
        expect(anchor, id).toBe(anchor.toLowerCase())
      }
    }
  })

  test.each(SECRET_RULES)(
    '$id has bounded counts only, nothing repeated that repeats, and no reference back',
    (rule) => {
      const plain = rule.pattern.source.replace(/\\./g, 'E').replace(/\[(?:[^\]])*\]/g, 'C')
      expect(plain.replace(/\(\?:/g, '('), 'unbounded').not.toMatch(/[*+]|\{\d+,\}/)
      expect(rule.pattern.source).not.toMatch(/\\[1-9]|\\k</)
      // A counted group may hold counted parts only where a fixed character ends each turn (`:` in a fingerprint, a space between words).
      for (const [, inner = ''] of plain.matchAll(/\(((?:\?[:=])?[^()]*)\)\{/g))
        expect(inner.replace(/^\?[:=]/, ''), rule.id).toMatch(/^C(?:\{\d+(?:,\d+)?\})?[^{}C]$/)
    },
  )
})

describe('a secret', () => {
  test.each(CATALOGUE)('of $id is found in each of its examples', ({ id, valid }) => {
    for (const value of valid)
      for (const raw of [value, `see ${value}`, `first line\n${value}\nlast line`])
        expect(idsIn(raw), raw).toContain(id)
  })

  test.each(CATALOGUE)('of $id is none in its counter-examples', ({ id, invalid }) => {
    for (const value of invalid)
      for (const raw of [value, `see ${value} for more`]) expect(idsIn(raw), raw).not.toContain(id)
  })

  test.each(PLACES)('is found in %s', (_place, around) => {
    for (const { id, value } of TOKENS) expect(idsIn(around.replace('S', () => value)), id).toContain(id)
  })

  test('has its own span and no more', () => {
    for (const { id, value } of TOKENS)
      expect(found(`a ${value} b`), id).toContain(
        `${id}=${detectSecrets(value).map(({ start, end }) => value.slice(start, end))[0]}`,
      )
  })

  test('is found twice, side by side', () => {
    for (const { id, value } of TOKENS) expect(idsIn(`${value} ${value}`), id).toEqual([id, id])
  })

  test('is none inside a longer word', () => {
    // A mark of `environment-key` may begin with any word, so a longer word is another mark of it.
    const marked = TOKENS.filter(({ id }) => id !== 'secret/environment-key')
    for (const { id, value } of marked) expect(idsIn(`x${value}`), value).not.toContain(id)
  })

  test('keeps its place after characters that change their length with their case', () => {
    const { id, value } = TOKENS[0]!
    const raw = `İİİ ẞ K ${value}`
    expect(found(raw)).toEqual([`${id}=${value}`])
  })
})

describe('names without a vendor', () => {
  const hex = '9f3b1c7e5a2d4860b1e7c3f59a08d264'
  test.each([
    ['a camel-case name', `gadgetToken="${hex}"`],
    ['a name with a type', `const gadgetSecret: string = "${hex}"`],
    ['Ruby', `"gadgetToken" => "${hex}"`],
    ['Go', `gadgetToken := "${hex}"`],
    ['make', `gadget_TOKEN ?= "${hex}"`],
    ['a call', `System.setProperty("GADGET_TOKEN", "${hex}")`],
    ['an option', `gadget --api-key ${hex}`],
    ['XML', `<gadgetToken>${hex}</gadgetToken>`],
    ['a property of XML', `<add key="GadgetApiKey" value="${hex}" />`],
    ['a container', `- name: GADGET_TOKEN\n  value: "${hex}"`],
    ['a query', `https://gadget.example/v1?access_token=${hex}&n=1`],
    ['random letters', 'gadget_token = jXkQpRtWvZbNcMdLsHgF'],
    ['letters and digits', 'gadget_token: k3x9q7m2w8z5t1r6'],
    ['an identifier', 'gadget_api_key = "0f2a6c1e-93b7-4d58-a1c4-7e9b3d5f2608"'],
  ])('are read in %s', (_form, raw) => {
    expect(idsIn(raw)).toEqual(['secret/generic-token'])
  })

  test.each([
    'token = process.env.GADGET_TOKEN',
    'token = "${GADGET_TOKEN}"',
    'token: {{ gadget.token }}',
    'token = get_token(request)',
    'token: str = Depends(oauth2_scheme)',
    'next_page_token = k3x9q7m2w8z5t1r6',
    'public_key = k3x9q7m2w8z5t1r6k3x9q7m2w8z5t1r6',
    'csrf-token=k3x9q7m2w8z5t1r6k3x9q7m2w8z5t1r6',
    'token_url = "https://login.example/oauth/token"',
    'secretName: gadget-tls-2024',
    'api_key = "your-api-key-0123"',
    'api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
    'tokenizer = "gpt2-medium-355m"',
    'private_key_path = keys/server_2024.pem',
    'max_tokens: 4096',
    'apiKey = config.gadget.apiKey',
    'integrity sha512-k3x9q7m2w8z5t1r6k3x9q7m2w8z5t1r6==',
    "import { token } from '../auth/token2/session3'",
    'password: string',
    'password = getpass.getpass()',
    'PASSWORD=changeme',
    'password: ********',
    'the password is required',
    'CameraKit: 0f15a5a04b0f6dc6073e6db0296e6ef2d8b8d25',
  ])('are not taken for it in `%s`', (raw) => {
    expect(found(raw)).toEqual([])
  })

  test.each([
    ['PASSWORD=q7XvP2kLd9', 'q7XvP2kLd9'],
    ['"password": "q7X!vP2kLd9"', 'q7X!vP2kLd9'],
    ['my password is q7X!vP2kLd9.', 'q7X!vP2kLd9'],
  ])('are read as a password in `%s`', (raw, value) => {
    expect(found(raw)).toEqual([`secret/generic-password=${value}`])
  })
})

describe('a private key', () => {
  const begin = '-----BEGIN RSA PRIVATE KEY-----'
  const end = '-----END RSA PRIVATE KEY-----'
  const body = 'MIIEowIBAAKCAQEA0123456789\n'.repeat(20)

  test('is taken away with its body, to the end of its last line', () => {
    const raw = `before\n${begin}\n${body}${end}\nafter`
    expect(detectSecrets(raw)).toEqual([{ detector: 'secret/private-key', start: 7, end: raw.length - 6, score: 1 }])
  })

  test.each(['', 'EC ', 'OPENSSH ', 'DSA ', 'ENCRYPTED ', 'PGP '])('of the kind `%s` is one', (kind) => {
    const block = kind === 'PGP ' ? ' BLOCK' : ''
    const raw = `-----BEGIN ${kind}PRIVATE KEY${block}-----\n${body}-----END ${kind}PRIVATE KEY${block}-----`
    expect(found(raw)).toEqual([`secret/private-key=${raw}`])
  })

  test('without its end marker goes to the end of the text, or to its bound', () => {
    expect(found(`${begin}\n${body}`)).toEqual([`secret/private-key=${begin}\n${body}`])
    const long = detectSecrets(begin + 'A'.repeat(100_000))
    expect(long).toHaveLength(1)
    expect(long[0]!.end).toBeLessThan(17_000)
  })

  test('does not hide a token that follows it', () => {
    const { id, value } = TOKENS[0]!
    expect(idsIn(`${begin}\n${body}${end}\n${value}`)).toEqual(['secret/private-key', id])
  })

  test('of the public kind is none', () => {
    expect(found(`-----BEGIN PUBLIC KEY-----\n${body}-----END PUBLIC KEY-----`)).toEqual([])
  })
})

describe('laws', () => {
  test('random text gives nothing', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 400 }), (raw) => detectSecrets(raw).length === 0),
      { numRuns: 500 },
    )
  })

  test('findings never overlap and stand in order, whatever is joined', () => {
    assert(
      property(
        constantFrom(...CATALOGUE),
        constantFrom(...CATALOGUE),
        string({ maxLength: 3 }),
        integer({ min: 0, max: 1 }),
        (one, two, glue, side) => {
          const raw = one.valid[side % one.valid.length]! + glue + two.valid[0]!
          for (const [at, match] of detectSecrets(raw).entries()) {
            expect(match.start).toBeLessThan(match.end)
            expect(match.end).toBeLessThanOrEqual(raw.length)
            expect(match.score).toBeGreaterThan(0)
            expect(match.score).toBeLessThanOrEqual(1)
            if (at > 0) expect(match.start).toBeGreaterThanOrEqual(detectSecrets(raw)[at - 1]!.end)
          }
        },
      ),
    )
  })
})
