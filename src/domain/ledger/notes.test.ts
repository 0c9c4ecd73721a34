import { createHash, createPublicKey, verify } from 'node:crypto'
import {
  array,
  assert,
  constantFrom,
  integer,
  maxSafeNat,
  nat,
  oneof,
  property,
  record,
  string,
  stringMatching,
  uint8Array,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../../../test/vectors/transparency-log.json' with { type: 'json' }
import { base64Of, hexOf, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { formatNote, noteKeyId, parseNote } from './signed-note.ts'
import { formatTlogProof, parseTlogProof } from './tlog-proof.ts'

const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest())
const hash = uint8Array({ minLength: 32, maxLength: 32 })

describe('the signed note of the Go documentation', () => {
  const { vkey, text, signature_line } = vectors.signed_note
  const note = `${text}\n${signature_line}\n`
  const [name, keyIdHex, ...rest] = vkey.split('+')
  const publicKey = new Uint8Array(Buffer.from(rest.join('+'), 'base64')).subarray(1)

  test('its key id is that of the verifier key', () => {
    expect(hexOf(noteKeyId(sha256, name!, publicKey))).toBe(keyIdHex)
    expect(hexOf(noteKeyId(sha256, `${name}x`, publicKey))).not.toBe(keyIdHex)
  })

  test('it parses into its text and a signature that verifies', () => {
    const parsed = parseNote(note)!
    expect(parsed.text).toBe(text)
    expect(parsed.signatures.map((signature) => [signature.name, hexOf(signature.keyId)])).toEqual([[name, keyIdHex]])
    const key = createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]),
      type: 'spki',
      format: 'der',
    })
    expect(verify(null, utf8(parsed.text), key, parsed.signatures[0]!.signature)).toBe(true)
    expect(formatNote(parsed.text, parsed.signatures)).toBe(note)
  })

  test('after a change of any one byte it is refused or its parts are others', () => {
    const bytes = utf8(note)
    for (let at = 0; at < bytes.length; at++)
      for (const bit of [0, 5]) {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= 1 << bit
        const again = Buffer.from(changed).toString('utf8')
        const parsed = parseNote(again)
        if (parsed !== undefined) {
          expect(formatNote(parsed.text, parsed.signatures), `byte ${at}`).toBe(again)
          expect(again).not.toBe(note)
        }
      }
  })
})

const line = stringMatching(/^[a-z0-9 .—/-]{1,20}$/)
const noteText = array(oneof(line, constantFrom('', '— x AAAAAAA=')), { minLength: 1, maxLength: 6 }).map(
  (lines) => `${lines.join('\n')}\n`,
)
const signature = record({
  name: stringMatching(/^[a-z0-9./-]{1,20}$/),
  keyId: uint8Array({ minLength: 4, maxLength: 4 }),
  signature: uint8Array({ minLength: 1, maxLength: 80 }),
})
const signatures = array(signature, { minLength: 1, maxLength: 16 })

describe('signed notes', () => {
  test('what was formatted parses back, even when the text itself holds blank and signature-like lines', () => {
    assert(
      property(noteText, signatures, (text, signed) => {
        expect(parseNote(formatNote(text, signed))).toEqual({ text, signatures: signed })
      }),
    )
  })

  test('what parses is formatted back to the very same text', () => {
    const pieces = array(
      constantFrom(
        '\n',
        '\n\n',
        '— ',
        'name',
        ' ',
        'AAAAAAA=',
        'AAAAAAAAAA==',
        'AAAAAAAAAAAAAAAA',
        '=',
        'x',
        '+',
        '\r',
        '\u00a0',
      ),
      { maxLength: 14 },
    )
    assert(
      property(
        oneof(
          string({ unit: 'binary' }),
          pieces.map((parts) => parts.join('')),
          pieces.map((parts) => `t\n\n— n AAAAAAA=\n${parts.join('')}`),
        ),
        (text) => {
          const parsed = parseNote(text)
          return parsed === undefined || formatNote(parsed.text, parsed.signatures) === text
        },
      ),
      { numRuns: 5_000 },
    )
  })

  test.each([
    { note: '', because: 'it is empty' },
    { note: 'text\n', because: 'no signature follows' },
    { note: 'text\n\n', because: 'no signature follows the blank line' },
    { note: 'text\n— n AAAAAAA=\n', because: 'the blank line is missing' },
    { note: 'text\n\n— n AAAAAAA=', because: 'the last line has no end' },
    { note: 'text\n\n- n AAAAAAA=\n', because: 'a hyphen is no em dash' },
    { note: 'text\n\n— AAAAAAA=\n', because: 'the name is missing' },
    { note: 'text\n\n— a b AAAAAAA=\n', because: 'a name has no space' },
    { note: 'text\n\n— a+b AAAAAAA=\n', because: 'a name has no plus' },
    { note: 'text\n\n— n AAAAAA==\n', because: 'a key id without signature signs nothing' },
    { note: 'text\n\n— n AAAAAAB=\n', because: 'the base64 is not canonical' },
    { note: 'text\n\n— n AAAAAAA=\nmore\n', because: 'something else follows' },
    { note: 'text\n\n— n AAAAAAA=\r\n', because: 'a carriage return is no part of a line' },
    { note: `text\n\n${'— n AAAAAAA=\n'.repeat(17)}`, because: 'seventeen signatures are too many' },
  ])('`$note` is refused because $because', ({ note }) => {
    expect(parseNote(note)).toBeUndefined()
  })
})

describe('checkpoints', () => {
  const checkpoint = record({
    origin: stringMatching(/^[a-z0-9. /-]{1,30}$/),
    size: oneof(nat(), maxSafeNat()),
    root: hash,
  })

  test('what was formatted parses back', () => {
    assert(
      property(checkpoint, (value) => {
        expect(parseCheckpoint(formatCheckpoint(value))).toEqual(value)
      }),
    )
  })

  test('after a change of any one character it is refused or says something else', () => {
    assert(
      property(checkpoint, nat(), string({ unit: 'binary', maxLength: 1 }), (value, at, character) => {
        const text = formatCheckpoint(value)
        const changed = text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1)
        const parsed = parseCheckpoint(changed)
        return parsed === undefined || formatCheckpoint(parsed) === changed
      }),
      { numRuns: 2_000 },
    )
  })

  test('any text is a checkpoint or not, never an exception', () => {
    assert(property(string({ unit: 'binary' }), (text) => parseCheckpoint(text) === undefined))
  })

  const ROOT = base64Of(new Uint8Array(32))
  test.each([
    { text: `o\n1\n${ROOT}`, because: 'the last line has no end' },
    { text: `o\n1\n${ROOT}\n\n`, because: 'a line follows' },
    { text: `o\n1\n${ROOT}\nextension\n`, because: 'no extension is known here' },
    { text: `\n1\n${ROOT}\n`, because: 'the origin is empty' },
    { text: `o\n01\n${ROOT}\n`, because: 'a size has no leading zero' },
    { text: `o\n+1\n${ROOT}\n`, because: 'a size has no sign' },
    { text: `o\n-1\n${ROOT}\n`, because: 'a size is not negative' },
    { text: `o\n1.0\n${ROOT}\n`, because: 'a size has no fraction' },
    { text: `o\n1e3\n${ROOT}\n`, because: 'a size has no exponent' },
    { text: `o\n9007199254740993\n${ROOT}\n`, because: 'the size cannot be counted exactly' },
    { text: `o\n1\n${base64Of(new Uint8Array(31))}\n`, because: 'the root is too short' },
    { text: `o\n1\n${base64Of(new Uint8Array(33))}\n`, because: 'the root is too long' },
    { text: `o\r\n1\r\n${ROOT}\r\n`, because: 'carriage returns are no part of it' },
  ])('`$text` is refused because $because', ({ text }) => {
    expect(parseCheckpoint(text)).toBeUndefined()
  })
})

describe('inclusion proofs as text', () => {
  const proof = record({
    index: oneof(nat(), maxSafeNat()),
    hashes: array(hash, { maxLength: 64 }),
    checkpoint: string({ unit: 'binary' }),
  })

  test('what was formatted parses back, whatever the checkpoint holds', () => {
    assert(
      property(proof, (value) => {
        expect(parseTlogProof(formatTlogProof(value))).toEqual(value)
      }),
    )
  })

  test('what parses is formatted back to the very same text', () => {
    assert(
      property(proof, nat(), integer({ min: 0, max: 255 }), (value, at, byte) => {
        const bytes = utf8(formatTlogProof(value))
        bytes[at % bytes.length] = byte
        const text = Buffer.from(bytes).toString('utf8')
        const parsed = parseTlogProof(text)
        return parsed === undefined || formatTlogProof(parsed) === text
      }),
      { numRuns: 2_000 },
    )
  })

  const HASH = base64Of(new Uint8Array(32))
  test.each([
    { text: '', because: 'it is empty' },
    { text: 'c2sp.org/tlog-proof@v1\nindex 1\n', because: 'the checkpoint is missing' },
    { text: 'c2sp.org/tlog-proof@v2\nindex 1\n\nnote', because: 'the version is another one' },
    { text: 'c2sp.org/tlog-proof@v1\n\nnote', because: 'the index is missing' },
    { text: 'c2sp.org/tlog-proof@v1\nindex 01\n\nnote', because: 'an index has no leading zero' },
    { text: 'c2sp.org/tlog-proof@v1\nindex -1\n\nnote', because: 'an index is not negative' },
    { text: 'c2sp.org/tlog-proof@v1\nindex 9007199254740993\n\nnote', because: 'the index cannot be counted exactly' },
    { text: 'c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nnote', because: 'a hash is too short' },
    { text: `c2sp.org/tlog-proof@v1\nindex 1\n${HASH} \n\nnote`, because: 'a space follows a hash' },
    { text: `c2sp.org/tlog-proof@v1\nindex 1\n${`${HASH}\n`.repeat(65)}\nnote`, because: '65 hashes are too many' },
  ])('`$text` is refused because $because', ({ text }) => {
    expect(parseTlogProof(text)).toBeUndefined()
  })

  test('any text is a proof or not, never an exception', () => {
    assert(property(string({ unit: 'binary' }), (text) => parseTlogProof(text) === undefined))
  })
})
