import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { openSpool, type Spool, type SpoolOptions } from '../../src/adapters/spool/spool.ts'
import { epochMs } from '../../src/base/instant.ts'
import type { DecisionIntent, DecisionOutcome, Segment } from '../../src/contract/decision/decision-record.ts'
import { intentLine, outcomeLine } from './decision-lines.ts'

const START = 1_700_000_000_000
/** Real time, also where the test has the clock in its hand: a slow disk takes as many turns as it takes. */
const realNow = performance.now.bind(performance)
const PATIENCE_MS = 30_000

/** A folder for each test, and spools in it whose clock, tick and control plane the test has in its hand. */
export class SpoolFixture {
  folder = ''
  now = START
  isTaken = true
  offered: Segment[] = []
  logged: string[] = []
  #ids = 0
  #open: Spool[] = []

  /** For a whole test file. */
  static forEachTest(): SpoolFixture {
    const fixture = new SpoolFixture()
    beforeEach(() => fixture.#begin())
    afterEach(() => fixture.#end())
    return fixture
  }

  async #begin(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'gatehouse-spool-'))
    this.now = START
    this.isTaken = true
    this.offered = []
    this.logged = []
    this.#ids = 0
    this.#open = []
    // The spool's own tick is turned by hand; nothing else is faked.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  }

  async #end(): Promise<void> {
    for (const spool of this.#open) await spool.close()
    vi.useRealTimers()
    await rm(this.folder, { recursive: true, force: true })
  }

  async start(overrides: Partial<SpoolOptions> = {}): Promise<Spool> {
    const spool = await openSpool({
      folder: this.folder,
      gateway: 'gateway-1',
      clock: () => epochMs(this.now),
      newId: () => `01J${String(this.#ids++).padStart(23, '0')}`,
      log: (line) => void this.logged.push(line),
      ship: (document) => {
        this.offered.push(JSON.parse(document.toString()) as Segment)
        return Promise.resolve({ kind: this.isTaken ? 'kept' : 'later' })
      },
      ...overrides,
    })
    this.#open.push(spool)
    return spool
  }

  async names(end: string): Promise<string[]> {
    return (await readdir(this.folder)).filter((name) => name.endsWith(end)).toSorted()
  }

  async onDisk(end: string): Promise<string> {
    const names = await this.names(end)
    return (await Promise.all(names.map((name) => readFile(join(this.folder, name), 'utf8')))).join('')
  }
}

/** Turns the event loop, and the spool's tick with it, until the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, isTicking = true): Promise<void> {
  for (const end = realNow() + PATIENCE_MS; realNow() < end;) {
    if (await condition()) return
    if (isTicking) vi.advanceTimersByTime(100)
    await new Promise((resolve) => void setImmediate(resolve))
  }
  throw new Error('never happened')
}

export const intent = (id: string): DecisionIntent => intentLine({ id, at: START })

export const outcome = (id: string): DecisionOutcome =>
  outcomeLine({ id, at: START, guardMs: 1, totalMs: 2, inputTokens: 3, outputTokens: 4, modelAnswered: 'm' })

export const told = (segments: readonly Segment[]): readonly string[] =>
  segments.flatMap(({ lines }) =>
    lines.map((line) => `${line.kind} ${line.id}${line.kind === 'outcome' ? ` ${line.outcome}` : ''}`),
  )

export const lineOf = (record: DecisionIntent | DecisionOutcome): string => `${JSON.stringify(record)}\n`
