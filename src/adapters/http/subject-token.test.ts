import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Subject } from '../../domain/session/conversation.ts'
import { rawPublicKey } from '../crypto/ed25519.ts'
import { mintSubjectToken, subjectVerifier } from './subject-token.ts'

const NOW_MS = 1_700_000_000_000
const NOW_S = NOW_MS / 1_000
const SYSTEM = 'support-assistant'
const SUBJECT: Subject = {
  tenant: 'northwind',
  principal: 'author-a',
  roles: ['customer'],
  session: 's1',
  email: 'author-a@example.com',
}
const { privateKey } = generateKeyPairSync('ed25519')
const { privateKey: otherKey } = generateKeyPairSync('ed25519')

const verifyAt = (nowMs: number, keys: readonly KeyObject[] = [privateKey]) =>
  subjectVerifier(SYSTEM, keys.map(rawPublicKey), () => nowMs)
const verify = verifyAt(NOW_MS)
const mint = (subject = SUBJECT, lifeSeconds?: number): Promise<string> =>
  mintSubjectToken(privateKey, SYSTEM, subject, NOW_MS, lifeSeconds)

const CLAIMS = {
  sub: 'author-a',
  tenant: 'northwind',
  roles: ['customer'],
  session: 's1',
  aud: `gatehouse:${SYSTEM}`,
  iat: NOW_S,
  exp: NOW_S + 60,
}
const HEADER = { alg: 'EdDSA', typ: 'gatehouse-subject+jwt' }
const signed = (claims: Readonly<Record<string, unknown>>, header = HEADER, key = privateKey): Promise<string> =>
  new SignJWT(claims).setProtectedHeader(header).sign(key)
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a minted token', () => {
  test('says who the end user is', async () => {
    expect(await verify(await mint())).toEqual(SUBJECT)
    const { email: _, ...without } = SUBJECT
    expect(await verify(await mint(without))).toEqual({ ...without, email: undefined })
  })

  test('is taken by any of the system’s keys', async () => {
    expect(await verifyAt(NOW_MS, [otherKey, privateKey])(await mint())).toEqual(SUBJECT)
  })

  test.each([
    [0, true],
    [299_000, true],
    [304_000, true],
    [306_000, false],
    [86_400_000, false],
    [-4_000, true],
    [-60_000, false],
  ])('is valid %i ms after it was made: %s', async (later, isValid) => {
    expect((await verifyAt(NOW_MS + later)(await mint())) !== undefined).toBe(isValid)
  })

  test('lives five minutes at most, whatever was asked for', async () => {
    const token = await mint(SUBJECT, 86_400)
    const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
      exp: number
      iat: number
    }
    expect(exp - iat).toBe(300)
  })
})

describe('refused is a token', () => {
  test('of another system, also one whose name begins alike', async () => {
    for (const system of ['other', `${SYSTEM}-2`, ''])
      expect(await verify(await mintSubjectToken(privateKey, system, SUBJECT, NOW_MS))).toBeUndefined()
  })

  test('of another key, or where there is no key', async () => {
    expect(await verify(await mintSubjectToken(otherKey, SYSTEM, SUBJECT, NOW_MS))).toBeUndefined()
    expect(await verifyAt(NOW_MS, [])(await mint())).toBeUndefined()
  })

  test('that is not signed', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      const body = `${encoded({ ...HEADER, alg })}.${encoded(CLAIMS)}`
      for (const token of [`${body}.`, body, `${body}.AAAA`]) expect(await verify(token)).toBeUndefined()
    }
  })

  test('that takes the public key for a shared secret', async () => {
    const raw = rawPublicKey(privateKey)
    const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })
    for (const secret of [raw, Buffer.from(pem), Buffer.from(raw).toString('hex')]) {
      const key = typeof secret === 'string' ? Buffer.from(secret) : secret
      expect(
        await verify(await new SignJWT(CLAIMS).setProtectedHeader({ ...HEADER, alg: 'HS256' }).sign(key)),
      ).toBeUndefined()
    }
  })

  test('with any one character of its signature or claims changed', async () => {
    const token = await mint()
    for (let at = token.indexOf('.') + 1; at < token.length - 1; at += 3) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
      expect(await verify(changed), `changed at ${at}`).toBeUndefined()
    }
  })

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no principal', { sub: undefined }],
    ['no tenant', { tenant: undefined }],
    ['an empty tenant', { tenant: '' }],
    ['a tenant that is no text', { tenant: 7 }],
    ['no session', { session: undefined }],
    ['an empty session', { session: '' }],
    ['no roles', { roles: undefined }],
    ['roles as a text', { roles: 'admin' }],
    ['roles that are no texts', { roles: [1] }],
    ['no audience', { aud: undefined }],
    ['no end', { exp: undefined }],
    ['no beginning', { iat: undefined }],
    ['a life of more than five minutes', { exp: NOW_S + 301 }],
    ['a beginning in the future', { iat: NOW_S + 60, exp: NOW_S + 120 }],
    ['an end in the past', { iat: NOW_S - 120, exp: NOW_S - 60 }],
    ['an old beginning and a far end', { iat: NOW_S - 3_600, exp: NOW_S + 60 }],
    ['a start that is still to come', { nbf: NOW_S + 60 }],
  ])('with %s', async (_, change) => {
    expect(await verify(await signed({ ...CLAIMS }))).toBeDefined()
    expect(await verify(await signed({ ...CLAIMS, ...change }))).toBeUndefined()
  })

  test('of another type', async () => {
    for (const typ of ['JWT', 'at+jwt', ''])
      expect(await verify(await signed(CLAIMS, { ...HEADER, typ }))).toBeUndefined()
  })

  test.each([
    '',
    '.',
    '..',
    'a.b.c',
    'null',
    '{}',
    'x'.repeat(8_193),
    '\ud800',
    `${'a'.repeat(100)}.${'b'.repeat(100)}.${'c'.repeat(86)}`,
  ])('that is none at all (%#)', async (token) => {
    expect(await verify(token)).toBeUndefined()
  })
})
