import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { assert, asyncProperty, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../../../test/vectors/transparency-log.json' with { type: 'json' }
import { ed25519Signer, ed25519Verifier } from '../../adapters/crypto/ed25519.ts'
import { base64Of, equalBytes, textOf, utf8 } from '../../base/bytes.ts'
import { parseJson, type Json } from '../../base/json.ts'
import { IN_TOTO_PAYLOAD, parseEnvelope, preAuthEncoding, signEnvelope, verifyEnvelope, type Envelope } from './dsse.ts'

const signer = ed25519Signer(generateKeyPairSync('ed25519').privateKey)
const stranger = ed25519Signer(generateKeyPairSync('ed25519').privateKey)
const TRUSTED = [ed25519Verifier(signer.publicKey)]
const BOTH = [...TRUSTED, ed25519Verifier(stranger.publicKey)]
const BODY = utf8('{"_type":"https://in-toto.io/Statement/v1","ü":1}')

/** Reads an envelope as an auditor does: from the text, with nothing but the trusted keys. */
async function read(text: string, trusted = TRUSTED, payloadType = IN_TOTO_PAYLOAD): Promise<Uint8Array | undefined> {
  const json = parseJson(text, 100_000)
  const envelope = json.ok ? parseEnvelope(json.value) : undefined
  return envelope === undefined ? undefined : verifyEnvelope(envelope, payloadType, trusted)
}

describe('the example of the DSSE protocol', () => {
  const { payloadType, payload, pae, public_jwk, sig_b64_p1363_sha256 } = vectors.dsse_pae

  test('its pre-authentication encoding is the published one', () => {
    expect(textOf(preAuthEncoding(payloadType, utf8(payload)))).toBe(pae)
  })

  test('its published signature covers that encoding', () => {
    const key = createPublicKey({ key: public_jwk, format: 'jwk' })
    const signature = Buffer.from(sig_b64_p1363_sha256, 'base64')
    expect(
      verify('sha256', preAuthEncoding(payloadType, utf8(payload)), { key, dsaEncoding: 'ieee-p1363' }, signature),
    ).toBe(true)
  })

  test('lengths are counted in bytes', () => {
    expect(textOf(preAuthEncoding('ü', utf8('€')))).toBe('DSSEv1 2 ü 3 €')
    expect(textOf(preAuthEncoding('', utf8('')))).toBe('DSSEv1 0  0 ')
  })
})

test('a signed body comes back through the text of its envelope', async () => {
  await assert(
    asyncProperty(uint8Array({ maxLength: 300 }), async (body) => {
      const text = JSON.stringify(await signEnvelope(signer, IN_TOTO_PAYLOAD, body))
      const verified = await read(text)
      return verified !== undefined && equalBytes(verified, body)
    }),
  )
})

test('no single byte of an envelope is free: every change of every byte is refused', async () => {
  const text = JSON.stringify(await signEnvelope(signer, IN_TOTO_PAYLOAD, BODY))
  const bytes = utf8(text)
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [bytes[at]! ^ 1, bytes[at]! ^ 0x20, bytes[at]! ^ 0x80, 0x20, 0x30, 0x3d, 0x00]) {
      if (value === bytes[at]) continue
      const changed = Buffer.from(bytes)
      changed[at] = value
      expect(await read(changed.toString('utf8')), `byte ${at} of ${text} as ${value}`).toBeUndefined()
    }
  }
})

test('leaving out any one byte is refused', async () => {
  const text = JSON.stringify(await signEnvelope(signer, IN_TOTO_PAYLOAD, BODY))
  for (let at = 0; at < text.length; at++)
    expect(await read(text.slice(0, at) + text.slice(at + 1)), `byte ${at}`).toBeUndefined()
})

describe('an envelope is refused', () => {
  const sign = (by = signer, type = IN_TOTO_PAYLOAD): Promise<Envelope> => signEnvelope(by, type, BODY)
  const cases: readonly {
    readonly when: string
    readonly make: () => Promise<unknown>
    readonly trusted?: typeof TRUSTED
  }[] = [
    { when: 'its payload type is another one', make: () => sign(signer, 'application/json') },
    {
      when: 'its payload type was changed after signing',
      make: async () => ({ ...(await sign(signer, 'application/json')), payloadType: IN_TOTO_PAYLOAD }),
    },
    { when: 'its key is not trusted', make: () => sign(stranger) },
    { when: 'nobody is trusted', make: () => sign(), trusted: [] },
    {
      when: 'its key id names a trusted key that did not sign',
      make: async () => relabelled(await sign(stranger), signer.keyId),
    },
    {
      when: 'its key id names another trusted key',
      make: async () => relabelled(await sign(), stranger.keyId),
      trusted: BOTH,
    },
    { when: 'its key id is empty', make: async () => relabelled(await sign(), '') },
    { when: 'it has no signature', make: async () => ({ ...(await sign()), signatures: [] }) },
    { when: 'a stranger signed as well', make: async () => joined(await sign(), await sign(stranger)) },
    { when: 'its signature is repeated', make: async () => joined(await sign(), await sign()) },
    {
      when: 'it has seventeen signatures',
      make: async () => joined(...(await Promise.all(Array.from({ length: 17 }, () => sign())))),
    },
    {
      when: 'its signature is cut',
      make: async () => withSignature(await sign(), (signature) => signature.subarray(0, 63)),
    },
    {
      when: 'its signature has a byte too many',
      make: async () => withSignature(await sign(), (signature) => Buffer.concat([signature, Buffer.of(0)])),
    },
    {
      when: 'its signature is the malleable twin of the true one',
      make: async () => withSignature(await sign(), malleated),
    },
    { when: 'its signature is empty', make: async () => withSignature(await sign(), () => Buffer.alloc(0)) },
    { when: 'its payload is another body', make: async () => ({ ...(await sign()), payload: base64Of(utf8('{}')) }) },
    {
      when: 'its payload is unpadded',
      make: async () => ({ ...(await sign()), payload: (await sign()).payload.replace(/=+$/, '') + ' ' }),
    },
    { when: 'it has one more member', make: async () => ({ ...(await sign()), note: 'x' }) },
    {
      when: 'its signature has one more member',
      make: async () => ({ ...(await sign()), signatures: [{ ...(await sign()).signatures[0], cert: 'x' }] }),
    },
    {
      when: 'a member is missing',
      make: async () => ({ payload: (await sign()).payload, signatures: (await sign()).signatures }),
    },
    {
      when: 'a member name hides two',
      make: async () => ({ 'payload,payloadType': 'x', signatures: (await sign()).signatures }),
    },
    {
      when: 'its signatures are no list',
      make: async () => ({ ...(await sign()), signatures: { 0: (await sign()).signatures[0] } }),
    },
    { when: 'its payload is no text', make: async () => ({ ...(await sign()), payload: 1 }) },
    { when: 'a signature is no object', make: async () => ({ ...(await sign()), signatures: [null] }) },
    { when: 'it is a list', make: async () => [await sign()] },
    { when: 'it is null', make: () => Promise.resolve(null) },
  ]
  test.each(cases)('when $when', async ({ make, trusted = TRUSTED }) => {
    expect(await read(JSON.stringify(await make()), trusted)).toBeUndefined()
  })
})

test('two trusted keys may both sign', async () => {
  const text = JSON.stringify(
    joined(await signEnvelope(signer, IN_TOTO_PAYLOAD, BODY), await signEnvelope(stranger, IN_TOTO_PAYLOAD, BODY)),
  )
  expect(await read(text, BOTH)).toEqual(BODY)
})

test('what is no envelope is none, whatever JSON it is', () => {
  for (const value of [undefined, null, 1, 'x', true, [], {}, { payload: '', payloadType: '' }] as (Json | undefined)[])
    expect(parseEnvelope(value)).toBeUndefined()
})

function joined(...envelopes: readonly Envelope[]): Envelope {
  return { ...envelopes[0]!, signatures: envelopes.flatMap(({ signatures }) => signatures) }
}

function relabelled(envelope: Envelope, keyid: string): Envelope {
  return { ...envelope, signatures: envelope.signatures.map(({ sig }) => ({ keyid, sig })) }
}

function withSignature(envelope: Envelope, change: (signature: Buffer) => Uint8Array): Envelope {
  return {
    ...envelope,
    signatures: envelope.signatures.map(({ keyid, sig }) => ({
      keyid,
      sig: base64Of(change(Buffer.from(sig, 'base64'))),
    })),
  }
}

/** The same signature with the group order added to S: equal modulo the order, and not canonical (RFC 8032 section 5.1.7). */
function malleated(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()])
}
