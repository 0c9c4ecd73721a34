import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBech32, isCrc32Base62 } from './checksums.ts'
import { hintsCredential, namesCredential, namesPassword } from './credential-name.ts'
import {
  decodeBase64,
  entropyOf,
  isDrawnLetters,
  isMixed,
  isReference,
  isStandIn,
  isTemplate,
  isWordy,
} from './secret-value.ts'

describe('entropy', () => {
  test.each([
    ['', 0],
    ['aaaa', 0],
    ['abab', 1],
    ['abcd', 2],
    ['0123456789abcdef', 4],
  ])('of `%s` is %d bits', (value, bits) => {
    expect(entropyOf(value)).toBeCloseTo(bits, 10)
  })

  test('is never more than the logarithm of the length, and does not change with the order', () => {
    assert(
      property(string({ minLength: 1, maxLength: 60 }), (value) => {
        expect(entropyOf(value)).toBeLessThanOrEqual(Math.log2(value.length) + 1e-9)
        expect(entropyOf([...value].toReversed().join(''))).toBeCloseTo(entropyOf(value), 9)
      }),
    )
  })
})

describe('a value', () => {
  test.each(['your-api-key', 'xxxxxxxx', 'changeme', '<token>', 'abcdefgh', '12345678', 'EXAMPLE_KEY', 'my-secret'])(
    '`%s` stands for another',
    (value) => {
      expect(isStandIn(value)).toBe(true)
    },
  )

  test.each([
    '${X}',
    '$TOKEN',
    '{{ x }}',
    '%(token)s',
    '<%= x %>',
    '$(cat x)',
    'process.env.X',
    '{token}',
    '[PASSWORD]',
  ])('`%s` is filled in elsewhere', (value) => {
    expect(isTemplate(value)).toBe(true)
  })

  test.each([
    './keys/a.pem',
    'server.key',
    'https://x.example',
    'config.api.token',
    'v1.2.3-rc1',
    'src/auth/token',
    'a::b',
  ])('`%s` points at something', (value) => {
    expect(isReference(value)).toBe(true)
  })

  test.each(['k3x9q7m2w8z5t1r6', '9f3b1c7e5a2d4860', 'aB3dE6gH9jKlMn0pQ'])('`%s` is neither', (value) => {
    expect([isStandIn(value), isTemplate(value), isReference(value), isWordy(value)]).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(isMixed(value)).toBe(true)
  })

  test.each(['session-token-2024', 'unique_access_token_48962', 'passwordResetToken1'])('`%s` is a name', (value) => {
    expect(isMixed(value)).toBe(false)
  })

  test.each([
    ['jXkQpRtWvZbNcMdLsHgF', true],
    ['internationalisation', false],
    ['getAccessTokenSilently', false],
    ['short', false],
  ])('`%s` is drawn from letters: %s', (value, expected) => {
    expect(isDrawnLetters(value)).toBe(expected)
  })
})

describe('a name', () => {
  test.each([
    'apiKey',
    'GADGET_TOKEN',
    'my_secret_string',
    'token_2',
    'client-secret',
    'signing_key',
    'userAuth',
    'x-api-key',
  ])('`%s` names a credential', (name) => {
    expect(namesCredential(name)).toBe(true)
    expect(hintsCredential(name)).toBe(true)
  })

  test.each([
    'publicKey',
    'primary_key',
    'csrf_token',
    'nextPageToken',
    'token_type',
    'secretName',
    'key_id',
    'monkey',
    'keyword',
    'author',
    'max_tokens',
    'tokenExpiry',
  ])('`%s` names none', (name) => {
    expect(namesCredential(name)).toBe(false)
  })

  test.each([
    ['DB_PASSWORD', true],
    ['userPwd', true],
    ['passwordHash', false],
    ['password_file', false],
    ['compass', false],
  ])('`%s` names a password: %s', (name, expected) => {
    expect(namesPassword(name)).toBe(expected)
  })
})

describe('checksums', () => {
  test('of bech32 agree with the examples of BIP 173', () => {
    for (const token of ['A12UEL5L', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', '?1ezyfcl'])
      expect(isBech32(token), token).toBe(true)
    for (const token of ['A12UEL5M', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxv', '1qqqqqq', 'x1b4n0q5v', ''])
      expect(isBech32(token), token).toBe(false)
  })

  test('of CRC-32 in base 62 agree with the check value of the algorithm', () => {
    // CRC-32 of "123456789" is CBF43926 = 3421780262 (the catalogue of CRC algorithms).
    let rest = 0xcbf43926
    let digits = ''
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    for (let index = 0; index < 6; index++) {
      digits = alphabet.charAt(rest % 62) + digits
      rest = Math.floor(rest / 62)
    }
    expect(isCrc32Base62(`ghp_123456789${digits}`)).toBe(true)
    expect(isCrc32Base62(`ghp_123456788${digits}`)).toBe(false)
  })
})

describe('base64', () => {
  test('is read as the platform reads it, and refused where it is none', () => {
    assert(
      property(string({ unit: 'grapheme-ascii', maxLength: 80 }), (text) => {
        expect(decodeBase64(Buffer.from(text, 'latin1').toString('base64'))).toBe(text)
        expect(decodeBase64(Buffer.from(text, 'latin1').toString('base64url'))).toBe(text)
      }),
    )
    expect(decodeBase64('a b')).toBeUndefined()
    expect(decodeBase64('QUJD'.repeat(2_000))).toHaveLength(3_000)
  })
})
