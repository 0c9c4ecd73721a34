import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCodes, type DecodedCodes } from './character-codes.ts'
import { printable } from './printable.ts'

/** The same by expressions. */
function naive(text: string): DecodedCodes | undefined {
  const values = (text.match(/[0-9a-zA-Z]{2,8}/g) ?? []).map((word) => word.replace(/^0x/i, ''))
  const read = (radix: number): string | undefined =>
    printable(Uint8Array.from(values, (value) => Math.min(255, Number.parseInt(value, radix))))
  const readable = (decoded = ''): boolean =>
    (decoded.match(/[A-Za-z0-9 ]/g)?.length ?? 0) * 10 >= decoded.length * 7 && /[A-Za-z]{3}|[0-9]{4}|@/.test(decoded)
  if (values.every((value) => /^[01]{8}$/.test(value))) {
    const binary = read(2)
    return binary === undefined ? undefined : { encoding: 'binary', text: binary }
  }
  for (const [encoding, form, radix] of [
    ['character-codes', /^[0-9]{2,3}$/, 10],
    ['hex', /^[0-9a-fA-F]{2}$/, 16],
  ] as const) {
    const decoded = values.every((value) => form.test(value)) ? read(radix) : undefined
    if (decoded !== undefined && readable(decoded)) return { encoding, text: decoded }
  }
  return undefined
}

const radixes = fc.constantFrom(2, 10, 16)
const sentences = fc.string({ unit: fc.constantFrom(...'abc XYZ 019 @é'), minLength: 5, maxLength: 20 })
const written = fc
  .tuple(sentences, radixes, fc.constantFrom(' ', ', ', '-', ' 0x', '%', '\n'))
  .map(([text, radix, gap]) =>
    Array.from(Buffer.from(text), (byte) => byte.toString(radix).padStart(radix === 2 ? 8 : 2, '0')).join(gap),
  )
const words = fc.stringMatching(/^(?:0x|0X)?[0-9a-fA-F]{0,9}$/)
const rows = fc.oneof(
  written,
  fc.tuple(written, words).map(([row, word]) => `${row} ${word}`),
  fc.array(words, { maxLength: 12 }).map((row) => row.join(' ')),
)

test('codes are read as expressions read them', () => {
  fc.assert(
    fc.property(rows, (row) => {
      expect(decodeCodes(`9${row}9`, 1, row.length + 1)).toEqual(naive(row))
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['72 101 108 108 111 32 119 111 114 108 100', 'character-codes'],
  ['0x48 0x65 0x6c 0x6c 0x6f 0x20 0x77', 'hex'],
  ['01001000 01100101 01101100 01101100 01101111 00100000', 'binary'],
])('%s is read', (row, encoding) => {
  expect(decodeCodes(row, 0, row.length)).toMatchObject({ encoding, text: expect.stringMatching(/^Hello/) })
})
