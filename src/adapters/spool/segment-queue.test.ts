import { readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestOfBytes } from '../../base/digest.ts'
import { segmentSchema, type Segment } from '../../contract/decision/decision-record.ts'
import { intent, lineOf, outcome, SpoolFixture, told, until } from '../../../test/support/spool-fixture.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import type { ShipOutcome, ShipSegment } from './segment-queue.ts'
import type { Spool } from './spool.ts'

const spooling = SpoolFixture.forEachTest()
const KEPT: ShipOutcome = { kind: 'kept' }
const REFUSED: ShipOutcome = { kind: 'refused', reason: '400 http/invalid-input: no' }

/** A control plane that answers nothing until it is told to, however long it is waited for. */
class HangingPlane {
  readonly asked: { readonly segment: Segment; readonly answer: (outcome: ShipOutcome) => void }[] = []
  #isTaking = false
  readonly ship: ShipSegment = (document) =>
    new Promise((answer) => {
      this.asked.push({ segment: JSON.parse(document.toString()) as Segment, answer })
      if (this.#isTaking) answer(KEPT)
    })

  /** Takes everything from now on. */
  take(): void {
    this.#isTaking = true
    for (const { answer } of this.asked) answer(KEPT)
  }
}

async function record(spool: Spool, id: string): Promise<void> {
  await spool.intent(intent(id))
  await spool.outcome(outcome(id))
}

const left = (name: string, text: string): Promise<void> => writeFile(join(spooling.folder, name), text)
const parsed = (document: Buffer): Segment => JSON.parse(document.toString()) as Segment
const idsOf = (segments: readonly Segment[]): string[] => segments.flatMap(({ lines }) => lines.map(({ id }) => id))

describe('while the control plane hangs with a segment', () => {
  test('the next ones are sealed by age', async () => {
    const plane = new HangingPlane()
    const spool = await spooling.start({ ship: plane.ship })
    for (const [at, id] of ['r1', 'r2', 'r3'].entries()) {
      await record(spool, id)
      spooling.now += 500
      await until(async () => (await spooling.names('.sealed')).length === at + 1)
    }
    expect([plane.asked.length, spool.unshipped]).toEqual([1, 3])
    plane.take()
    await until(() => spool.unshipped === 0)
    expect(idsOf(plane.asked.map(({ segment }) => segment))).toEqual(['r1', 'r1', 'r2', 'r2', 'r3', 'r3'])
  })

  test.each([
    ['2,000 lines', 1_000, ''],
    ['a mebibyte', 110, 'x'.repeat(10_000)],
  ])('the next ones are sealed by %s, without waiting for a tick', async (_, records, text) => {
    const plane = new HangingPlane()
    const spool = await spooling.start({ ship: plane.ship })
    await record(spool, 'first')
    spooling.now += 500
    await until(() => plane.asked.length === 1)
    const captured = text === '' ? null : [{ role: 'user', text }]
    for (let at = 0; at < records; at++) {
      await spool.intent({ ...intent(`r${at}`), captured })
      await spool.outcome(outcome(`r${at}`))
    }
    await until(() => spool.unshipped === 2, false)
    plane.take()
  })

  test('it is given up when its time is over, and the segment is offered again', async () => {
    const plane = new HangingPlane()
    const deadlines: (() => void)[] = []
    const spool = await spooling.start({
      ship: plane.ship,
      deadline: (ms) => {
        expect(ms).toBe(30_000)
        const controller = new AbortController()
        deadlines.push(() => controller.abort())
        return { signal: controller.signal, release: () => undefined }
      },
    })
    await record(spool, 'r1')
    spooling.now += 500
    await until(() => plane.asked.length === 1)
    deadlines[0]?.()
    await until(() => plane.asked.length === 2)
    expect(plane.asked[1]?.segment).toEqual(plane.asked[0]?.segment)
    plane.take()
    await until(() => spool.unshipped === 0)
  })

  test('a full spool still notices that there is room again', async () => {
    const plane = new HangingPlane()
    const spool = await spooling.start({ ship: plane.ship, bytesMax: 4_000 })
    await record(spool, 'r1')
    spooling.now += 500
    await until(() => plane.asked.length === 1)
    plane.asked[0]?.answer(REFUSED)
    await until(() => spool.refused === 1)
    await record(spool, 'r2')
    spooling.now += 500
    await until(() => plane.asked.length === 2)
    for (let at = 0; spool.problem === undefined; at++) await spool.outcome(outcome(`x${at}`))
    expect(spool.problem).toBe('the spool is full')
    const [aside = ''] = await spooling.names('.refused')
    await rm(join(spooling.folder, aside))
    await until(() => spool.problem === undefined)
    expect(spool.refused).toBe(0)
    plane.take()
  })
})

describe('a segment that is refused for good', () => {
  const refusing = (bad: string): Partial<Parameters<SpoolFixture['start']>[0]> => ({
    ship: (document) => {
      const segment = parsed(document)
      spooling.offered.push(segment)
      return Promise.resolve(segment.lines.some(({ id }) => id === bad) ? REFUSED : KEPT)
    },
  })

  test('is set aside as it is, counted and told of, and those behind it go on', async () => {
    const spool = await spooling.start(refusing('bad'))
    await record(spool, 'bad')
    const { bytes } = spool
    spooling.now += 500
    await until(() => spool.refused === 1)
    await record(spool, 'good')
    spooling.now += 500
    await until(() => spool.unshipped === 0 && idsOf(spooling.offered).includes('good'))
    const [aside = ''] = await spooling.names('.refused')
    expect(await spooling.onDisk('.refused')).toBe(lineOf(intent('bad')) + lineOf(outcome('bad')))
    expect([spool.refused, spool.bytes, spool.unshipped]).toEqual([1, bytes, 0])
    expect(spooling.logged).toEqual([
      `records set aside: the control plane does not take ${join(spooling.folder, aside)}: 400 http/invalid-input: no`,
    ])
    // Each was offered once: nobody asks again what is refused for good.
    expect(idsOf(spooling.offered)).toEqual(['bad', 'bad', 'good', 'good'])
  })

  test('takes room of the spool', async () => {
    const spool = await spooling.start({ ship: () => Promise.resolve(REFUSED), bytesMax: 1_000 })
    await record(spool, 'bad')
    spooling.now += 500
    await until(() => spool.refused === 1)
    for (let at = 0; at < 3; at++) await spool.intent(intent(`r${at}`))
    expect(spool.problem).toBe('the spool is full')
  })

  test('is offered again at the next start', async () => {
    const first = await spooling.start(refusing('bad'))
    await record(first, 'bad')
    await first.close()
    expect([first.refused, (await spooling.names('.refused')).length]).toEqual([1, 1])
    const next = await spooling.start(refusing('none'))
    expect([next.unshipped, next.refused]).toEqual([1, 0])
    await until(() => next.unshipped === 0)
    expect([idsOf(spooling.offered), await spooling.names('.refused')]).toEqual([['bad', 'bad', 'bad', 'bad'], []])
  })

  test('with its file taken away meanwhile is told of, and stops none behind it', async () => {
    spooling.isTaken = false
    const spool = await spooling.start()
    await record(spool, 'gone')
    spooling.now += 500
    await until(() => spooling.offered.length > 0)
    const [name = ''] = await spooling.names('.sealed')
    await rename(join(spooling.folder, name), join(spooling.folder, 'elsewhere'))
    await until(() => spool.unshipped === 0)
    expect(spooling.logged).toEqual([
      `records are gone: nobody but the gateway may touch ${join(spooling.folder, name)}`,
    ])
  })
})

describe('a segment from before that is too large for one request', () => {
  const NAME = `01J${'0'.repeat(23)}`
  /** Takes what the contract takes; every third answer is lost on its way. */
  function plane(): { readonly taken: Map<string, Segment>; readonly requests: Segment[]; readonly ship: ShipSegment } {
    const taken = new Map<string, Segment>()
    const requests: Segment[] = []
    const ship: ShipSegment = (document) => {
      const segment = parsed(document)
      requests.push(segment)
      if (!segmentSchema.safeParse(segment).success || document.length > 16 * 1_048_576) return Promise.resolve(REFUSED)
      taken.set(segment.segmentId, segment)
      return Promise.resolve({ kind: requests.length % 3 === 2 ? 'later' : 'kept' })
    }
    return { taken, requests, ship }
  }

  test.each([
    ['60,000 lines', 60_000, null],
    [
      '20 MiB',
      420,
      [
        { role: 'user', text: 'é'.repeat(20_000) },
        { role: 'user', text: 'x'.repeat(10_000) },
      ],
    ],
  ])('goes on in parts that the control plane takes, each record once: %s', async (_, count, captured) => {
    const ids = Array.from({ length: count }, (__, at) => `r${at}`)
    const text = ids.map((id) => lineOf(captured === null ? outcome(id) : { ...intent(id), captured })).join('')
    await left(`${NAME}.sealed`, text)
    const { taken, requests, ship } = plane()
    const spool = await spooling.start({ ship })
    await until(() => spool.unshipped === 0)
    expect(idsOf([...taken.values()])).toEqual(ids)
    expect(taken.size).toBeGreaterThan(2)
    // An answer that was lost is asked for again under the same name; what was kept is not sent again.
    expect(requests.length).toBe(taken.size + Math.floor((requests.length + 1) / 3))
    const again = plane()
    await left(`${NAME}.sealed`, text)
    const other = await spooling.start({ ship: again.ship })
    await until(() => other.unshipped === 0)
    expect([...again.taken.keys()]).toEqual([...taken.keys()])
  })

  test('is set aside where one record alone is', async () => {
    await left(`${NAME}.sealed`, `${lineOf(outcome('r1'))}${'x'.repeat(9 * 1_048_576)}\n`)
    await left(`02J${'0'.repeat(23)}.sealed`, lineOf(outcome('r2')))
    const spool = await spooling.start()
    await until(() => spool.unshipped === 0)
    expect([told(spooling.offered), spool.refused]).toEqual([['outcome r1 completed', 'outcome r2 completed'], 1])
    expect((await stat(join(spooling.folder, `${NAME}.refused`))).size).toBeGreaterThan(9 * 1_048_576)
  })

  test('that fits keeps its name and the digest of its bytes', async () => {
    await left(`${NAME}.sealed`, lineOf(outcome('r1')))
    const bytes = await readFile(join(spooling.folder, `${NAME}.sealed`))
    const spool = await spooling.start()
    await until(() => spool.unshipped === 0)
    expect(spooling.offered).toMatchObject([{ segmentId: NAME, digest: digestOfBytes(nodeSha256, bytes) }])
  })

  test('and that somebody cut off meanwhile ends there', async () => {
    const { ship } = plane()
    await left(`${NAME}.sealed`, Array.from({ length: 30_000 }, (_, at) => lineOf(outcome(`r${at}`))).join(''))
    const spool = await spooling.start({
      ship: async (document, signal) => {
        await truncate(join(spooling.folder, `${NAME}.sealed`), 10)
        return ship(document, signal)
      },
    })
    await until(() => spool.unshipped === 0)
    expect(spool.bytes).toBe(0)
  })
})
