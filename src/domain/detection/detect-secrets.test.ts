import { assert, integer, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectSecrets } from './detect-secrets.ts'
import { SECRET_RULES } from './secret-rules.ts'

const found = (raw: string): readonly string[] =>
  detectSecrets(raw).map(({ detector, start, end }) => `${detector}=${raw.slice(start, end)}`)

const VALID = SECRET_RULES.flatMap(({ id, valid }) => valid.map((value) => ({ id, value })))
const INVALID = SECRET_RULES.flatMap(({ id, invalid }) => invalid.map((value) => ({ id, value })))
/** A private key runs on to its end marker, so it has its own tests. */
const TOKENS = VALID.filter(({ id }) => id !== 'secret/private-key')

describe('the rules', () => {
  test('have ids of their own, and examples on both sides', () => {
    expect(new Set(SECRET_RULES.map(({ id }) => id)).size).toBe(SECRET_RULES.length)
    for (const { id, valid, invalid } of SECRET_RULES) {
      expect(id).toMatch(/^secret\/[a-z-]+$/)
      expect(valid.length, id).toBeGreaterThan(0)
      expect(invalid.length, id).toBeGreaterThan(0)
    }
  })

  test('are matched within the span that they state, from an anchor on', () => {
    for (const { id, anchors, span, pattern, valid } of SECRET_RULES)
      for (const value of valid) {
        expect(pattern.exec(value)?.[0], id).toBe(id === 'secret/private-key' ? value.slice(0, -5) : value)
        expect(value.length, id).toBeLessThanOrEqual(span)
        expect(
          anchors.some((anchor) => value.startsWith(anchor)),
          id,
        ).toBe(true)
      }
  })

  test('have bounded counts only, so that no pattern looks further than its span', () => {
    for (const { id, pattern } of SECRET_RULES) {
      const outsideClasses = pattern.source.replace(/\[(?:\\.|[^\]])*\]/g, 'C')
      expect(outsideClasses, id).not.toMatch(/[*+]|\{\d+,\}/)
      expect(pattern.source.startsWith('^'), id).toBe(true)
    }
  })
})

describe('a secret', () => {
  test.each(TOKENS)('of $id is found wherever it stands', ({ id, value }) => {
    for (const place of [
      'S',
      'S is the key',
      'the key is S',
      'key=S',
      '"S",',
      'KEY: S\nnext',
      '(S)',
      '\u{1f511}S\u{1f511}',
    ])
      expect(found(place.replace('S', () => value)), place).toEqual([`${id}=${value}`])
  })

  test.each(TOKENS)('of $id is found twice, side by side', ({ id, value }) => {
    expect(found(`${value} ${value}`)).toEqual([`${id}=${value}`, `${id}=${value}`])
  })

  test.each(TOKENS)('of $id is none inside a longer word', ({ value }) => {
    if (!/^\w/.test(value)) return
    expect(found(`x${value}`).filter((match) => match.endsWith(`=${value}`))).toEqual([])
  })

  test.each(INVALID)('of $id needs its whole form: `$value` is none', ({ value }) => {
    for (const raw of [value, `see ${value} for more`]) expect(found(raw)).toEqual([])
  })

  test('of every rule is found in one text', () => {
    const raw = VALID.map(({ value }) => value).join('\n')
    expect(detectSecrets(raw).map(({ detector }) => detector)).toEqual(VALID.map(({ id }) => id))
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
    const raw = `-----BEGIN ${kind}PRIVATE KEY${kind === 'PGP ' ? ' BLOCK' : ''}-----\n${body}-----END ${kind}PRIVATE KEY${kind === 'PGP ' ? ' BLOCK' : ''}-----`
    expect(found(raw)).toEqual([`secret/private-key=${raw}`])
  })

  test('without its end marker goes to the end of the text, or to its bound', () => {
    expect(found(`${begin}\n${body}`)).toEqual([`secret/private-key=${begin}\n${body}`])
    const long = detectSecrets(begin + 'A'.repeat(100_000))
    expect(long).toHaveLength(1)
    expect(long[0]!.end).toBeLessThan(17_000)
  })

  test('does not hide a token that follows it', () => {
    const { value } = TOKENS[0]!
    expect(detectSecrets(`${begin}\n${body}${end}\n${value}`).map(({ detector }) => detector)).toEqual([
      'secret/private-key',
      TOKENS[0]!.id,
    ])
  })

  test('of the public kind is none', () => {
    expect(found('-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----')).toEqual([])
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
      property(integer({ min: 0 }), integer({ min: 0 }), string({ maxLength: 3 }), (one, two, glue) => {
        const raw = VALID[one % VALID.length]!.value + glue + VALID[two % VALID.length]!.value
        const matches = detectSecrets(raw)
        expect(matches.length).toBeGreaterThan(0)
        for (const [at, match] of matches.entries()) {
          expect(match.start).toBeLessThan(match.end)
          expect(match.end).toBeLessThanOrEqual(raw.length)
          if (at > 0) expect(match.start).toBeGreaterThanOrEqual(matches[at - 1]!.end)
        }
      }),
    )
  })

  test.each(SECRET_RULES.flatMap(({ anchors }) => anchors))('`%s` over and over ends in few findings', (anchor) => {
    for (const unit of [anchor, `${anchor} `, `${anchor}.`, `${anchor}a-`]) {
      const raw = unit.repeat(2_000)
      const matches = detectSecrets(raw)
      // The shortest secret has 20 characters: findings that do not overlap cannot be more.
      expect(matches.length).toBeLessThanOrEqual(raw.length / 20)
    }
  })
})
