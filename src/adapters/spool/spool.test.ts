import { mkdtemp, open as openFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { digestOfBytes } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import {
  segmentSchema,
  type DecisionIntent,
  type DecisionOutcome,
  type Segment,
} from '../../contract/decision/decision-record.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { openSpool, type Spool, type SpoolOptions } from './spool.ts'

const START = 1_700_000_000_000
/** Real time, also where the test has the clock in its hand: a slow disk takes as many turns as it takes. */
const realNow = performance.now.bind(performance)
const PATIENCE_MS = 30_000

let folder: string
let now: number
let ids: number
let isTaken: boolean
let offered: Segment[]
let open: Spool[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-spool-'))
  now = START
  ids = 0
  isTaken = true
  offered = []
  open = []
  // The spool's own tick is turned by hand; nothing else is faked.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(async () => {
  for (const spool of open) await spool.close()
  vi.useRealTimers()
  await rm(folder, { recursive: true, force: true })
})

async function start(overrides: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({
    folder,
    gateway: 'gateway-1',
    clock: () => epochMs(now),
    newId: () => `01J${String(ids++).padStart(23, '0')}`,
    ship: (document) => {
      offered.push(JSON.parse(document.toString()) as Segment)
      return Promise.resolve(isTaken)
    },
    ...overrides,
  })
  open.push(spool)
  return spool
}

/** Turns the event loop, and the spool's tick with it, until the condition holds. */
async function until(condition: () => boolean | Promise<boolean>, isTicking = true): Promise<void> {
  for (const end = realNow() + PATIENCE_MS; realNow() < end;) {
    if (await condition()) return
    if (isTicking) vi.advanceTimersByTime(100)
    await new Promise((resolve) => void setImmediate(resolve))
  }
  throw new Error('never happened')
}

const intent = (id: string): DecisionIntent => ({
  kind: 'intent',
  id,
  at: START,
  system: 's',
  environment: 'local',
  releaseDigest: null,
  tenant: null,
  principal: null,
  session: null,
  model: 'm',
  isStream: false,
  action: 'allow',
  score: 0,
  findings: [],
  captured: null,
})
const outcome = (id: string): DecisionOutcome => ({
  kind: 'outcome',
  id,
  at: START,
  outcome: 'completed',
  code: null,
  rule: null,
  action: 'allow',
  findings: [],
  tools: [],
  guardMs: 1,
  totalMs: 2,
  inputTokens: 3,
  outputTokens: 4,
  modelAnswered: 'm',
})
const names = async (end: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(end)).toSorted()
const onDisk = async (end: string): Promise<string> =>
  (await Promise.all((await names(end)).map((name) => readFile(join(folder, name), 'utf8')))).join('')
const told = (segments: readonly Segment[]): readonly string[] =>
  segments.flatMap(({ lines }) =>
    lines.map((line) => `${line.kind} ${line.id}${line.kind === 'outcome' ? ` ${line.outcome}` : ''}`),
  )
const lineOf = (record: DecisionIntent | DecisionOutcome): string => `${JSON.stringify(record)}\n`

describe('a record', () => {
  test('is on disk when it is acknowledged, readable by its owner alone', async () => {
    const spool = await start()
    expect(await spool.intent(intent('r1'))).toEqual({ kept: true })
    expect(await onDisk('.open')).toBe(lineOf(intent('r1')))
    expect(await spool.outcome(outcome('r1'))).toEqual({ kept: true })
    expect(await onDisk('.open')).toBe(lineOf(intent('r1')) + lineOf(outcome('r1')))
    expect((await stat(join(folder, (await names('.open'))[0]!))).mode & 0o777).toBe(0o600)
  })

  test('is kept among many at once, in the order they came', async () => {
    const spool = await start()
    const records = Array.from({ length: 500 }, (_, at) => intent(`r${at}`))
    expect(await Promise.all(records.map((record) => spool.intent(record)))).toEqual(
      records.map(() => ({ kept: true })),
    )
    expect(await onDisk('.open')).toBe(records.map(lineOf).join(''))
    for (const { id } of records) await spool.outcome(outcome(id))
  })

  test('is refused when the disk cannot take it, never lost in silence', async () => {
    const spool = await start()
    await spool.close()
    expect(await spool.intent(intent('r1'))).toMatchObject({ kept: false, reason: expect.stringContaining('spool') })
  })
})

test('a file that takes nothing more is replaced, also with no record in it', async () => {
  const spool = await start({ bytesMax: 100 })
  const [first = ''] = await names('.open')
  expect(await spool.intent(intent('r1'))).toMatchObject({ kept: false })
  await using probe = await openFile(join(folder, first))
  // A disk that takes a byte and does not give it back; Node has one prototype for all files.
  const held = vi
    .spyOn(Object.getPrototypeOf(probe) as typeof probe, 'truncate')
    .mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }))
  await until(() => held.mock.calls.length > 0)
  held.mockRestore()
  now += 500
  await until(() => spool.problem === undefined)
  expect([(await names('.open')).includes(first), spool.unshipped]).toEqual([false, 0])
})

describe('a segment', () => {
  test('is sealed by age, shipped with the digest of its bytes, and then deleted', async () => {
    const spool = await start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    const bytes = await readFile(join(folder, (await names('.open'))[0]!))
    now += 500
    await until(() => offered.length > 0)
    await until(async () => (await names('.sealed')).length === 0)
    expect(told(offered)).toEqual(['intent r1', 'outcome r1 completed'])
    expect(offered[0]).toMatchObject({ gateway: 'gateway-1', digest: digestOfBytes(nodeSha256, bytes) })
    expect(segmentSchema.safeParse(offered[0]).success).toBe(true)
    await until(() => spool.unshipped === 0)
  })

  test('that the disk has changed goes on without what is no JSON any more, under the digest of what is there', async () => {
    isTaken = false
    const spool = await start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    now += 500
    await until(() => offered.length > 0)
    const file = join(folder, (await names('.sealed'))[0]!)
    const changed = (await readFile(file, 'utf8')).replace('{"kind":"intent"', '?"kind":"intent"')
    await writeFile(file, changed)
    isTaken = true
    await until(() => spool.unshipped === 0)
    expect(told(offered.slice(-1))).toEqual(['outcome r1 completed'])
    expect(offered.at(-1)?.digest).toBe(digestOfBytes(nodeSha256, Buffer.from(changed)))
  })

  test('is not sealed before its age, nor while nothing is in it', async () => {
    const spool = await start()
    for (let tick = 0; tick < 20; tick++) {
      now += 60_000
      vi.advanceTimersByTime(100)
      await new Promise((resolve) => void setImmediate(resolve))
    }
    expect([offered, spool.unshipped, (await names('.open')).length]).toEqual([[], 0, 1])
  })

  test('that is not taken is offered again until it is, in order, and nothing is deleted before', async () => {
    isTaken = false
    const spool = await start()
    for (const id of ['r1', 'r2']) {
      await spool.intent(intent(id))
      await spool.outcome(outcome(id))
      now += 500
      await until(async () => (await onDisk('.sealed')).includes(`"${id}"`))
    }
    await until(() => offered.length >= 4)
    expect(new Set(offered.map(({ segmentId }) => segmentId)).size).toBe(1)
    expect(await names('.sealed')).toHaveLength(2)
    isTaken = true
    offered.length = 0
    await until(() => spool.unshipped === 0)
    await until(async () => (await names('.sealed')).length === 0)
    expect(told(offered)).toEqual(['intent r1', 'outcome r1 completed', 'intent r2', 'outcome r2 completed'])
  })

  test('counts for the room that it takes, also while it is being sealed', async () => {
    isTaken = false
    const spool = await start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    const { bytes } = spool
    const seen: number[] = []
    now += 500
    await until(() => {
      seen.push(spool.bytes)
      return spool.unshipped === 1
    })
    expect(new Set(seen)).toEqual(new Set([bytes]))
  })

  test('carries requests that still wait into the next one, so that the newest knows them all', async () => {
    const spool = await start()
    await spool.intent(intent('slow'))
    for (const id of ['a', 'b']) {
      await spool.intent(intent(id))
      await spool.outcome(outcome(id))
      const before = offered.length
      now += 500
      await until(() => offered.length > before && spool.unshipped === 0)
      expect(await onDisk('.open')).toBe(lineOf(intent('slow')))
    }
    await spool.outcome(outcome('slow'))
  })

  test('carries also a request whose intent is written while segments change', async () => {
    const spool = await start()
    for (let round = 0; round < 20; round++) {
      await spool.intent(intent(`x${round}`))
      now += 500
      vi.advanceTimersByTime(100)
      // Not awaited: the append and the change of segments run side by side.
      const kept = [spool.intent(intent(`y${round}`)), spool.outcome(outcome(`x${round}`))]
      expect(await Promise.all(kept)).toEqual([{ kept: true }, { kept: true }])
      const before = now
      await until(() => spool.unshipped === 0)
      now = before + 500
      await until(async () => (await onDisk('.open')).includes(`"y${round}"`))
    }
    for (let round = 0; round < 20; round++) await spool.outcome(outcome(`y${round}`))
  })

  test('is not made again and again while one request waits', async () => {
    const spool = await start()
    await spool.intent(intent('slow'))
    now += 500
    await until(() => offered.length === 1 && spool.unshipped === 0)
    for (let tick = 0; tick < 50; tick++) {
      now += 60_000
      vi.advanceTimersByTime(100)
      await new Promise((resolve) => void setImmediate(resolve))
    }
    expect(offered).toHaveLength(1)
    expect(await names('.open')).toHaveLength(1)
    await spool.outcome(outcome('slow'))
  })
})

describe('after a crash', () => {
  const left = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

  test('requests without an outcome become unknown, the others stay as they are', async () => {
    await left(`${'0'.repeat(26)}.open`, [intent('done'), intent('lost'), outcome('done')].map(lineOf).join(''))
    const spool = await start()
    await until(() => offered.length === 1 && spool.unshipped === 0)
    expect(told(offered)).toEqual(['intent done', 'intent lost', 'outcome done completed', 'outcome lost unknown'])
  })

  test('a torn last line is dropped: it was never acknowledged', async () => {
    await left(`${'0'.repeat(26)}.open`, lineOf(intent('r1')) + lineOf(outcome('r1')).slice(0, 40))
    const spool = await start()
    await until(() => offered.length === 1 && spool.unshipped === 0)
    expect(told(offered)).toEqual(['intent r1', 'outcome r1 unknown'])
  })

  test('a file with nothing whole in it is deleted and not shipped', async () => {
    await left(`${'0'.repeat(26)}.open`, '{"kind":"int')
    const spool = await start()
    expect([spool.unshipped, await names('.sealed'), (await names('.open')).length]).toEqual([0, [], 1])
  })

  test('between two segments, an outcome in the newer one counts and a carried copy is settled once', async () => {
    await left(`${'0'.repeat(26)}.open`, [intent('done'), intent('lost')].map(lineOf).join(''))
    await left(`${'1'.repeat(26)}.open`, [intent('lost'), outcome('done')].map(lineOf).join(''))
    const spool = await start()
    await until(() => offered.length === 2 && spool.unshipped === 0)
    expect(
      told(offered)
        .filter((line) => line.startsWith('outcome'))
        .toSorted(),
    ).toEqual(['outcome done completed', 'outcome lost unknown'])
  })

  test('sealed segments are shipped first, in order', async () => {
    await left(`${'0'.repeat(26)}.sealed`, lineOf(intent('a')) + lineOf(outcome('a')))
    await left(`${'1'.repeat(26)}.open`, lineOf(intent('b')))
    const spool = await start()
    expect(spool.unshipped).toBe(2)
    await until(() => spool.unshipped === 0)
    expect(offered.map(({ segmentId }) => segmentId)).toEqual(['0'.repeat(26), '1'.repeat(26)])
  })

  test('a second start finds nothing more to settle', async () => {
    isTaken = false
    await left(`${'0'.repeat(26)}.open`, lineOf(intent('lost')))
    const first = await start()
    await first.close()
    const text = await onDisk('.sealed')
    const second = await start()
    expect(second.unshipped).toBe(1)
    expect(await onDisk('.sealed')).toBe(text)
  })
})

describe('closing', () => {
  test('ships what is left and leaves an empty folder', async () => {
    const spool = await start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    await spool.close()
    await spool.close()
    expect(told(offered)).toEqual(['intent r1', 'outcome r1 completed'])
    expect(await readdir(folder)).toEqual([])
  })

  test('keeps what the control plane does not take', async () => {
    isTaken = false
    const spool = await start()
    await spool.intent(intent('r1'))
    await spool.outcome(outcome('r1'))
    await spool.close()
    expect(await names('.sealed')).toHaveLength(1)
  })

  test('with a request that never ended leaves it to the next start, which calls it unknown', async () => {
    const spool = await start()
    await spool.intent(intent('endless'))
    await spool.close()
    expect(told(offered)).toEqual(['intent endless'])
    const next = await start()
    await until(() => offered.length === 2 && next.unshipped === 0)
    expect(told(offered.slice(1))).toEqual(['intent endless', 'outcome endless unknown'])
  })
})
