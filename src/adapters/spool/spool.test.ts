import { mkdir, open as openFile, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { digestOfBytes } from '../../base/digest.ts'
import { segmentSchema } from '../../contract/decision/decision-record.ts'
import { intent, lineOf, outcome, SpoolFixture, told, until } from '../../../test/support/spool-fixture.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'

const spooling = SpoolFixture.forEachTest()

describe('a record', () => {
  test('is on disk when it is acknowledged, readable by its owner alone', async () => {
    const spool = await spooling.start()
    expect(await spool.intent(intent('r1'))).toEqual({ kept: true })
    expect(await spooling.onDisk('.open')).toBe(lineOf(intent('r1')))
    expect(await spool.outcome(outcome('r1'))).toEqual({ kept: true })
    expect(await spooling.onDisk('.open')).toBe(lineOf(intent('r1')) + lineOf(outcome('r1')))
    expect((await stat(join(spooling.folder, (await spooling.names('.open'))[0]!))).mode & 0o777).toBe(0o600)
  })

  test('is kept among many at once, in the order they came', async () => {
    const spool = await spooling.start()
    const records = Array.from({ length: 500 }, (_, at) => intent(`r${at}`))
    expect(await Promise.all(records.map((record) => spool.intent(record)))).toEqual(
      records.map(() => ({ kept: true })),
    )
    expect(await spooling.onDisk('.open')).toBe(records.map(lineOf).join(''))
    for (const { id } of records) await spool.outcome(outcome(id))
  })

  test('is refused when the disk cannot take it, never lost in silence', async () => {
    const spool = await spooling.start()
    await spool.close()
    expect(await spool.intent(intent('r1'))).toMatchObject({ kept: false, reason: expect.stringContaining('spool') })
  })
})

test('a file that takes nothing more is replaced, also with no record in it', async () => {
  const spool = await spooling.start({ bytesMax: 100 })
  const [first = ''] = await spooling.names('.open')
  expect(await spool.intent(intent('r1'))).toMatchObject({ kept: false })
  await using probe = await openFile(join(spooling.folder, first))
  // A disk that takes a byte and does not give it back; Node has one prototype for all files.
  const held = vi
    .spyOn(Object.getPrototypeOf(probe) as typeof probe, 'truncate')
    .mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }))
  await until(() => held.mock.calls.length > 0)
  held.mockRestore()
  spooling.now += 500
  await until(() => spool.problem === undefined)
  expect([(await spooling.names('.open')).includes(first), spool.unshipped]).toEqual([false, 0])
})

describe('a segment', () => {
  test('is sealed by age, shipped with the digest of its bytes, and then deleted', async () => {
    const spool = await spooling.start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    const bytes = await readFile(join(spooling.folder, (await spooling.names('.open'))[0]!))
    spooling.now += 500
    await until(() => spooling.offered.length > 0)
    await until(async () => (await spooling.names('.sealed')).length === 0)
    expect(told(spooling.offered)).toEqual(['intent r1', 'outcome r1 completed'])
    expect(spooling.offered[0]).toMatchObject({ gateway: 'gateway-1', digest: digestOfBytes(nodeSha256, bytes) })
    expect(segmentSchema.safeParse(spooling.offered[0]).success).toBe(true)
    await until(() => spool.unshipped === 0)
  })

  test('that the disk has changed goes on without what is no JSON any more, under the digest of what is there', async () => {
    spooling.isTaken = false
    const spool = await spooling.start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    spooling.now += 500
    await until(() => spooling.offered.length > 0)
    const file = join(spooling.folder, (await spooling.names('.sealed'))[0]!)
    const changed = (await readFile(file, 'utf8')).replace('{"kind":"intent"', '?"kind":"intent"')
    await writeFile(file, changed)
    spooling.isTaken = true
    await until(() => spool.unshipped === 0)
    expect(told(spooling.offered.slice(-1))).toEqual(['outcome r1 completed'])
    expect(spooling.offered.at(-1)?.digest).toBe(digestOfBytes(nodeSha256, Buffer.from(changed)))
  })

  test('is not sealed before its age, nor while nothing is in it', async () => {
    const spool = await spooling.start()
    for (let tick = 0; tick < 20; tick++) {
      spooling.now += 60_000
      vi.advanceTimersByTime(100)
      await new Promise((resolve) => void setImmediate(resolve))
    }
    expect([spooling.offered, spool.unshipped, (await spooling.names('.open')).length]).toEqual([[], 0, 1])
  })

  test('that is not taken is offered again until it is, in order, and nothing is deleted before', async () => {
    spooling.isTaken = false
    const spool = await spooling.start()
    for (const id of ['r1', 'r2']) {
      await spool.intent(intent(id))
      await spool.outcome(outcome(id))
      spooling.now += 500
      await until(async () => (await spooling.onDisk('.sealed')).includes(`"${id}"`))
    }
    await until(() => spooling.offered.length >= 4)
    expect(new Set(spooling.offered.map(({ segmentId }) => segmentId)).size).toBe(1)
    expect(await spooling.names('.sealed')).toHaveLength(2)
    spooling.isTaken = true
    spooling.offered.length = 0
    await until(() => spool.unshipped === 0)
    await until(async () => (await spooling.names('.sealed')).length === 0)
    expect(told(spooling.offered)).toEqual(['intent r1', 'outcome r1 completed', 'intent r2', 'outcome r2 completed'])
  })

  test('counts for the room that it takes, also while it is being sealed', async () => {
    spooling.isTaken = false
    const spool = await spooling.start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    const { bytes } = spool
    const seen: number[] = []
    spooling.now += 500
    await until(() => {
      seen.push(spool.bytes)
      return spool.unshipped === 1
    })
    expect(new Set(seen)).toEqual(new Set([bytes]))
  })

  test('that the disk does not let be sealed counts, and is tried again until it does', async () => {
    const spool = await spooling.start()
    const [name = ''] = await spooling.names('.open')
    const inTheWay = join(spooling.folder, name.replace('.open', '.sealed'))
    await mkdir(inTheWay)
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    const { bytes } = spool
    spooling.now += 500
    await until(async () => (await spooling.names('.open')).length === 2)
    await spool.intent(intent('r2'))
    await spool.outcome(outcome('r2'))
    spooling.now += 500
    await until(async () => (await spooling.names('.open')).length === 3 && spool.unshipped === 2)
    expect([spool.unshipped, spool.bytes, spooling.offered]).toEqual([2, 2 * bytes, []])
    await rmdir(inTheWay)
    await until(() => spool.unshipped === 0)
    expect(told(spooling.offered)).toEqual(['intent r1', 'outcome r1 completed', 'intent r2', 'outcome r2 completed'])
    expect([spool.bytes, spooling.logged]).toEqual([0, []])
  })

  test('that somebody took away is told of, and stops none behind it', async () => {
    const spool = await spooling.start()
    const [name = ''] = await spooling.names('.open')
    await spool.outcome(outcome('gone'))
    await rm(join(spooling.folder, name))
    spooling.now += 500
    await until(() => spooling.logged.length > 0)
    expect(spooling.logged).toEqual([
      `records are gone: nobody but the gateway may touch ${join(spooling.folder, name)}`,
    ])
    await spool.outcome(outcome('next'))
    spooling.now += 500
    await until(() => spooling.offered.length > 0 && spool.unshipped === 0)
    expect([told(spooling.offered), spool.bytes]).toEqual([['outcome next completed'], 0])
  })

  test('carries requests that still wait into the next one, so that the newest knows them all', async () => {
    const spool = await spooling.start()
    await spool.intent(intent('slow'))
    for (const id of ['a', 'b']) {
      await spool.intent(intent(id))
      await spool.outcome(outcome(id))
      const before = spooling.offered.length
      spooling.now += 500
      await until(() => spooling.offered.length > before && spool.unshipped === 0)
      expect(await spooling.onDisk('.open')).toBe(lineOf(intent('slow')))
    }
    await spool.outcome(outcome('slow'))
  })

  test('carries also a request whose intent is written while segments change', async () => {
    const spool = await spooling.start()
    for (let round = 0; round < 20; round++) {
      await spool.intent(intent(`x${round}`))
      spooling.now += 500
      vi.advanceTimersByTime(100)
      // Not awaited: the append and the change of segments run side by side.
      const kept = [spool.intent(intent(`y${round}`)), spool.outcome(outcome(`x${round}`))]
      expect(await Promise.all(kept)).toEqual([{ kept: true }, { kept: true }])
      const before = spooling.now
      await until(() => spool.unshipped === 0)
      spooling.now = before + 500
      await until(async () => (await spooling.onDisk('.open')).includes(`"y${round}"`))
    }
    for (let round = 0; round < 20; round++) await spool.outcome(outcome(`y${round}`))
  })

  test('is not made again and again while one request waits', async () => {
    const spool = await spooling.start()
    await spool.intent(intent('slow'))
    spooling.now += 500
    await until(() => spooling.offered.length === 1 && spool.unshipped === 0)
    for (let tick = 0; tick < 50; tick++) {
      spooling.now += 60_000
      vi.advanceTimersByTime(100)
      await new Promise((resolve) => void setImmediate(resolve))
    }
    expect(spooling.offered).toHaveLength(1)
    expect(await spooling.names('.open')).toHaveLength(1)
    await spool.outcome(outcome('slow'))
  })
})

describe('after a crash', () => {
  const left = (name: string, text: string): Promise<void> => writeFile(join(spooling.folder, name), text)

  test('requests without an outcome become unknown, the others stay as they are', async () => {
    await left(`${'0'.repeat(26)}.open`, [intent('done'), intent('lost'), outcome('done')].map(lineOf).join(''))
    const spool = await spooling.start()
    await until(() => spooling.offered.length === 1 && spool.unshipped === 0)
    expect(told(spooling.offered)).toEqual([
      'intent done',
      'intent lost',
      'outcome done completed',
      'outcome lost unknown',
    ])
  })

  test('a torn last line is dropped: it was never acknowledged', async () => {
    await left(`${'0'.repeat(26)}.open`, lineOf(intent('r1')) + lineOf(outcome('r1')).slice(0, 40))
    const spool = await spooling.start()
    await until(() => spooling.offered.length === 1 && spool.unshipped === 0)
    expect(told(spooling.offered)).toEqual(['intent r1', 'outcome r1 unknown'])
  })

  test('a file with nothing whole in it is deleted and not shipped', async () => {
    await left(`${'0'.repeat(26)}.open`, '{"kind":"int')
    const spool = await spooling.start()
    expect([spool.unshipped, await spooling.names('.sealed'), (await spooling.names('.open')).length]).toEqual([
      0,
      [],
      1,
    ])
  })

  test('between two segments, an outcome in the newer one counts and a carried copy is settled once', async () => {
    await left(`${'0'.repeat(26)}.open`, [intent('done'), intent('lost')].map(lineOf).join(''))
    await left(`${'1'.repeat(26)}.open`, [intent('lost'), outcome('done')].map(lineOf).join(''))
    const spool = await spooling.start()
    await until(() => spooling.offered.length === 2 && spool.unshipped === 0)
    expect(
      told(spooling.offered)
        .filter((line) => line.startsWith('outcome'))
        .toSorted(),
    ).toEqual(['outcome done completed', 'outcome lost unknown'])
  })

  test('sealed segments are shipped first, in order', async () => {
    await left(`${'0'.repeat(26)}.sealed`, lineOf(intent('a')) + lineOf(outcome('a')))
    await left(`${'1'.repeat(26)}.open`, lineOf(intent('b')))
    const spool = await spooling.start()
    expect(spool.unshipped).toBe(2)
    await until(() => spool.unshipped === 0)
    expect(spooling.offered.map(({ segmentId }) => segmentId)).toEqual(['0'.repeat(26), '1'.repeat(26)])
  })

  test('a second start finds nothing more to settle', async () => {
    spooling.isTaken = false
    await left(`${'0'.repeat(26)}.open`, lineOf(intent('lost')))
    const first = await spooling.start()
    await first.close()
    const text = await spooling.onDisk('.sealed')
    const second = await spooling.start()
    expect(second.unshipped).toBe(1)
    expect(await spooling.onDisk('.sealed')).toBe(text)
  })
})

describe('closing', () => {
  test('ships what is left and leaves an empty folder', async () => {
    const spool = await spooling.start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    await spool.close()
    await spool.close()
    expect(told(spooling.offered)).toEqual(['intent r1', 'outcome r1 completed'])
    expect(await readdir(spooling.folder)).toEqual([])
  })

  test('keeps what the control plane does not take', async () => {
    spooling.isTaken = false
    const spool = await spooling.start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    await spool.close()
    expect(await spooling.names('.sealed')).toHaveLength(1)
  })

  test('with a request that never ended leaves it to the next start, which calls it unknown', async () => {
    const spool = await spooling.start()
    await spool.intent(intent('endless'))
    await spool.close()
    expect(told(spooling.offered)).toEqual(['intent endless'])
    const next = await spooling.start()
    await until(() => spooling.offered.length === 2 && next.unshipped === 0)
    expect(told(spooling.offered.slice(1))).toEqual(['intent endless', 'outcome endless unknown'])
  })
})
