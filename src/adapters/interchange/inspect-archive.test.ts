import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readResults } from '../../contract/interchange/read-results.ts'
import { inspectArchiveText } from './inspect-archive.ts'

interface Part {
  readonly name: string
  readonly method: number
  readonly raw: Buffer
  readonly plain: Buffer
}

/** A ZIP by hand (APPNOTE 6.3.10): local headers, central directory, end record. */
function zip(parts: readonly Part[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, method, raw, plain } of parts) {
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt32LE(crc32(plain), 10)
    fields.writeUInt32LE(raw.length, 14)
    fields.writeUInt32LE(plain.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const head = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), fields, Buffer.from(name)])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    central.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002', 'latin1'), Buffer.from([20, 0]), fields, place, Buffer.from(name)]),
    )
    local.push(head, raw)
    offset += head.length + raw.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(parts.length, 4)
  end.writeUInt16LE(parts.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...local, directory, Buffer.from('PK\u0005\u0006', 'latin1'), end])
}

const HEADER = { version: 2, status: 'success', eval: { task: 'qa' } }
const sample = (id: number, value: string): object => ({
  id,
  epoch: 1,
  input: 'x'.repeat(500),
  scores: { match: { value } },
})

function part(name: string, value: object, method: 0 | 8 | 93): Part {
  const plain = Buffer.from(JSON.stringify(value))
  const half = Math.floor(plain.length / 2)
  const frames = (): Buffer =>
    Buffer.concat([zstdCompressSync(plain.subarray(0, half)), zstdCompressSync(plain.subarray(half))])
  return { name, method, plain, raw: method === 0 ? plain : method === 8 ? deflateRawSync(plain) : frames() }
}

describe('an Inspect archive', () => {
  test('is read whole whether stored, deflated or in several zstd frames', async () => {
    const archive = zip([
      part('header.json', HEADER, 93),
      part('samples/1_epoch_1.json', sample(1, 'C'), 93),
      part('samples/2_epoch_1.json', sample(2, 'I'), 8),
      part('samples/3_epoch_1.json', sample(3, 'C'), 0),
      part('summaries.json', {}, 93),
    ])
    const text = await inspectArchiveText('run.eval', archive)
    const read = readResults('run.eval', text.ok ? text.value : JSON.stringify(text.failure))
    expect(read.ok && read.value.rows.map(({ outcome }) => outcome)).toEqual(['passed', 'failed', 'passed'])
  })

  test.each([
    ['no header, for the run did not finish', zip([part('samples/1_epoch_1.json', sample(1, 'C'), 93)])],
    ['an unknown method', zip([{ ...part('header.json', HEADER, 0), method: 12 }])],
    ['a broken frame', zip([{ ...part('header.json', HEADER, 93), raw: Buffer.from('nonsense') }])],
    ['no JSON', zip([{ name: 'header.json', method: 0, raw: Buffer.from('{'), plain: Buffer.from('{') }])],
    ['a name that leaves the archive', zip([part('../header.json', HEADER, 0)])],
    ['no archive at all', Buffer.from('PK but no more')],
  ])('with %s is refused', async (_, archive) => {
    expect(await inspectArchiveText('run.eval', archive)).toMatchObject({
      ok: false,
      failure: { code: 'interchange/unreadable' },
    })
  })

  test('that says it is small and grows is refused', async () => {
    const huge = Buffer.alloc(65 * 1_048_576, 32)
    const bomb = { name: 'header.json', method: 93, raw: zstdCompressSync(huge), plain: Buffer.from('{}') }
    expect(await inspectArchiveText('run.eval', zip([bomb]))).toMatchObject({ ok: false })
  })

  test('cut off anywhere is refused, and does not throw', async () => {
    const archive = zip([part('header.json', HEADER, 93), part('samples/1_epoch_1.json', sample(1, 'C'), 8)])
    for (let length = 0; length < archive.length; length += 7)
      expect(await inspectArchiveText('run.eval', archive.subarray(0, length))).toMatchObject({ ok: false })
  })
})
