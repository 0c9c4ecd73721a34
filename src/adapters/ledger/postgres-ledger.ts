import { sql, type Kysely } from 'kysely'
import type { EntryDraft, Ledger, LedgerEntry } from '../../application/ledger/ledger.ts'
import { equalBytes } from '../../base/bytes.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { leafBytes } from '../../domain/ledger/leaf.ts'
import { leafHash, MerkleTree } from '../../domain/ledger/merkle.ts'
import { parseNote } from '../../domain/ledger/signed-note.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { lockOf } from '../storage/advisory-lock.ts'
import { inOrganization } from '../storage/row-security.ts'
import type { Database } from '../storage/schema.ts'
import { makeEntry, ownCheckpoint, refuseDraft, signCheckpoint, type LedgerIdentity } from './entry-maker.ts'
import {
  inboxDrafts,
  isPassed,
  knownIds,
  leaveInInbox,
  LedgerTablesDamaged,
  lockedEpoch,
  newestCheckpoint,
  readEntries,
  takeEpoch,
  takeFromInbox,
  writeGroup,
  type IdentifiedDraft,
} from './ledger-tables.ts'
import { LastingFault } from './lasting-fault.ts'

export interface PostgresLedgerOptions extends LedgerIdentity {
  readonly db: Kysely<Database>
  /** Names this server to people who look at the tables. */
  readonly holder: string
  /** Calls back when another server has changed the inbox or the ledger; hints, some may be lost. */
  readonly listen: (onSignal: () => void) => { close(): Promise<void> }
  /** The turn that the caller of `append` runs in. */
  readonly turn?: () => number | undefined
  /** What keeps it from the database, or from its tables, and goes on doing so. */
  readonly onFailure?: (error: unknown) => void
  /** How long an entry may wait for a sequencer and its database. */
  readonly waitMsMax?: number
}

const GROUP_MAX = 1_024
const GROUP_CHARACTERS_MAX = 32 * 1_048_576
const WAITING_MAX = 20_000
const WAIT_MS_MAX = 20_000
/** How often a server looks by itself, should a signal be lost; also how soon it notices that the sequencer died. */
const LOOK_MS = 250

interface Waiting extends IdentifiedDraft {
  readonly resolve: (result: Result<LedgerEntry, Problem>) => void
  readonly deadline: number
  /** It lies in the inbox. */
  isLeft: boolean
  /** A transaction that held it ended without saying how. */
  isUncertain: boolean
}

const TURN_PASSED: Problem = {
  code: 'ledger/not-kept',
  message: 'the connection that held the turn of this work was lost, and another server has had its turn since',
  next: 'try again',
}

/** Another server took the next epoch: this one may not sequence any more. */
class Fenced extends Error {}

/**
 * The ledger in PostgreSQL, for any number of servers. One of them is the sequencer: it holds an advisory lock, and each
 * of its transactions checks that its epoch is still the newest. The others leave their entries in an inbox for it.
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Result<Ledger, Problem>> {
  const ledger = new PostgresLedger(options)
  const damaged = await ledger.start()
  return damaged === undefined ? ok(ledger) : fail(damaged)
}

class PostgresLedger implements Ledger {
  readonly #options: PostgresLedgerOptions
  readonly #isOwn: (note: string) => Promise<boolean>
  readonly #tree = new MerkleTree(nodeSha256)
  readonly #waiting = new Map<string, Waiting>()
  readonly #listeners = new Set<() => void>()
  /** Entries that are committed; during a transaction the tree already holds the next group. */
  #size = 0
  #checkpoint = ''
  #isSequencer = false
  #isClosing = false
  #broken: Problem | undefined
  readonly #fault: LastingFault
  /** The tree has one writer at a time: the sequencer's transaction or a refresh. */
  #turn: Promise<unknown> = Promise.resolve()
  #wake: () => void = () => undefined
  #isAwake = false
  #signals: { close(): Promise<void> } | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: PostgresLedgerOptions) {
    this.#options = options
    this.#isOwn = ownCheckpoint(options)
    this.#fault = new LastingFault(options.onFailure ?? (() => undefined))
  }

  async start(): Promise<Problem | undefined> {
    await this.refresh()
    if (this.#broken !== undefined) return this.#broken
    // An empty ledger has a signed checkpoint of size 0, so that there is something to pin from the first day.
    if (this.#checkpoint === '') this.#checkpoint = await signCheckpoint(this.#options, this.#tree)
    this.#signals = this.#options.listen(() => this.#rouse())
    this.#running = this.#run()
    return undefined
  }

  get size(): number {
    return this.#size
  }

  get checkpoint(): string {
    return this.#checkpoint
  }

  append(draft: EntryDraft): Promise<Result<LedgerEntry, Problem>> {
    if (this.#broken !== undefined) return Promise.resolve(fail(this.#broken))
    if (this.#isClosing)
      return Promise.resolve(fail({ code: 'ledger/not-kept', message: 'the ledger is closed', next: 'start again' }))
    const refused = refuseDraft(draft)
    if (refused !== undefined) return Promise.resolve(fail(refused))
    if (this.#waiting.size >= WAITING_MAX)
      return Promise.resolve(
        fail({ code: 'ledger/busy', message: `${WAITING_MAX} entries wait for the database`, next: 'try again' }),
      )
    const { newId, waitMsMax = WAIT_MS_MAX, turn } = this.#options
    return new Promise((resolve) => {
      const id = newId()
      const deadline = monotonicMs() + waitMsMax
      this.#waiting.set(id, { id, draft, turn: turn?.(), resolve, deadline, isLeft: false, isUncertain: false })
      this.#rouse()
    })
  }

  read(from: number, to: number): AsyncIterable<LedgerEntry> {
    return readEntries(this.#options.db, this.#options.organization, from, Math.min(to, this.#size))
  }

  inclusionProof(index: number, size: number): readonly Uint8Array[] {
    return this.#tree.inclusionProof(index, size)
  }

  consistencyProof(from: number, to: number): readonly Uint8Array[] {
    return this.#tree.consistencyProof(from, to)
  }

  onGrowth(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  refresh(): Promise<void> {
    return this.#inTurn(() => this.#takeIn())
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#rouse()
    await this.#running
    await this.#signals?.close()
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Reads and verifies what was committed since; entries that somebody here waits for are acknowledged. */
  async #takeIn(): Promise<void> {
    if (this.#broken !== undefined) return
    const { db, organization } = this.#options
    const before = this.#size
    try {
      const newest = await newestCheckpoint(db, organization)
      if (newest.size < before || newest.entries !== newest.size)
        throw new LedgerTablesDamaged(`${newest.entries} entries stand behind a checkpoint of ${newest.size}`)
      if (newest.note === null || newest.size === before) return
      const own: LedgerEntry[] = []
      for await (const entry of readEntries(db, organization, before, newest.size)) {
        this.#tree.append(leafHash(nodeSha256, leafBytes(entry.leaf)))
        if (this.#waiting.has(entry.leaf.id)) own.push(entry)
      }
      const body = parseCheckpoint(parseNote(newest.note)?.text ?? '')
      if (!(await this.#isOwn(newest.note)))
        throw new LedgerTablesDamaged('its newest checkpoint is not signed by the key of this state folder')
      if (body?.size !== newest.size || !equalBytes(body.root, this.#tree.root()))
        throw new LedgerTablesDamaged('its newest checkpoint does not match the entries')
      this.#size = newest.size
      this.#checkpoint = newest.note
      for (const entry of own) this.#settle(entry.leaf.id, ok(entry))
    } catch (error) {
      this.#tree.truncate(before)
      if (!(error instanceof LedgerTablesDamaged)) throw error
      this.#broken = {
        code: 'ledger/damaged',
        message: `the ledger in the database: ${error.message}`,
        next: 'use the keys that it was made with, or restore the database from your backup; nothing was written',
      }
    }
    if (this.#size > before) for (const listener of this.#listeners) listener()
  }

  #settle(id: string, result: Result<LedgerEntry, Problem>): void {
    this.#waiting.get(id)?.resolve(result)
    this.#waiting.delete(id)
  }

  #rouse(): void {
    this.#isAwake = true
    this.#wake()
  }

  /** Until roused, or for a short while. */
  async #rest(): Promise<void> {
    if (!this.#isAwake)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    this.#wake = () => undefined
    this.#isAwake = false
  }

  /** The life of this server: sequencer when it can be, else one that leaves entries for the sequencer. */
  async #run(): Promise<void> {
    while (!this.#isOver()) {
      try {
        await this.#sequenceWhileHeld()
        await this.#handOver()
        await this.refresh()
        this.#fault.passed()
      } catch (error) {
        // The database is away, or this server was fenced: both are looked at again, and waiting entries have an end.
        if (!(error instanceof Error)) throw error
        if (!(error instanceof Fenced)) this.#fault.failed(error)
      }
      await this.#giveUpLate()
      if (this.#broken !== undefined)
        for (const { id } of this.#waiting.values().toArray()) this.#settle(id, fail(this.#broken))
      // Having held the role it was roused already: a close would wait out the look.
      if (!this.#isOver()) await this.#rest()
    }
  }

  /** It is to be closed, and nobody waits for an entry any more. */
  #isOver(): boolean {
    return this.#isClosing && this.#waiting.size === 0
  }

  /** Returns when another server holds the lock, and after having held it. */
  async #sequenceWhileHeld(): Promise<void> {
    const { db, organization, holder } = this.#options
    if (this.#broken !== undefined) return
    const lock = lockOf('sequencer', organization)
    await db.connection().execute(async (connection) => {
      const { rows } = await sql<{ held: boolean }>`select pg_try_advisory_lock(${lock}) as held`.execute(connection)
      if (rows[0]?.held !== true) return
      try {
        const epoch = await takeEpoch(connection, organization, holder)
        await this.refresh()
        this.#isSequencer = true
        // Whatever the transactions of an earlier epoch left open is settled: they are over.
        while (this.#broken === undefined && !this.#isOver()) {
          const isMore = await this.#inTurn(() => this.#writeGroup(connection, epoch))
          await this.#giveUpLate()
          if (!isMore) await this.#rest()
        }
      } finally {
        this.#isSequencer = false
        await sql`select pg_advisory_unlock(${lock})`.execute(connection)
      }
    })
  }

  /** One transaction: own entries and those of the inbox. True when there may be more to write. */
  async #writeGroup(connection: Kysely<Database>, epoch: number): Promise<boolean> {
    const { organization } = this.#options
    const mine = this.#nextOwn()
    const before = this.#size
    try {
      const written = await inOrganization(connection, organization, async (transaction) => {
        const inForce = await lockedEpoch(transaction, organization)
        if (inForce.epoch !== epoch) throw new Fenced(`epoch ${inForce.epoch} is in force, not ${epoch}`)
        const inbox = await inboxDrafts(transaction, organization, {
          limit: GROUP_MAX - mine.length,
          bytesMax: GROUP_CHARACTERS_MAX,
        })
        const drafts = new Map([...mine, ...inbox.drafts].map((one) => [one.id, one]))
        if (drafts.size === 0 && inbox.ids.length === 0) return undefined
        const known = await knownIds(transaction, organization, [...drafts.keys()])
        const unknown = [...drafts.values()].filter(({ id }) => !known.has(id))
        const passed = unknown.filter((one) => isPassed(one, inForce.turn))
        const fresh = unknown.filter((one) => !isPassed(one, inForce.turn))
        const entries = fresh.map(({ id, draft }, position) => makeEntry(this.#options, before + position, id, draft))
        for (const { leaf } of entries) this.#tree.append(leafHash(nodeSha256, leafBytes(leaf)))
        const checkpoint = await signCheckpoint(this.#options, this.#tree)
        await writeGroup(transaction, organization, { epoch, entries, checkpoint, inbox: inbox.ids })
        return { entries, checkpoint, passed }
      })
      if (written === undefined) return false
      this.#fault.passed()
      this.#size = this.#tree.size
      this.#checkpoint = written.checkpoint
      for (const entry of written.entries) this.#settle(entry.leaf.id, ok(entry))
      for (const { id } of written.passed) this.#settle(id, fail(TURN_PASSED))
      for (const listener of this.#listeners) listener()
      return true
    } catch (error) {
      this.#tree.truncate(before)
      for (const one of mine) one.isUncertain = true
      throw error
    }
  }

  /** The oldest waiting entries that fit into one transaction. */
  #nextOwn(): readonly Waiting[] {
    const group: Waiting[] = []
    let characters = 0
    for (const one of this.#waiting.values()) {
      characters += JSON.stringify(one.draft.payload).length
      if (group.length > 0 && (group.length >= GROUP_MAX || characters > GROUP_CHARACTERS_MAX)) break
      group.push(one)
    }
    return group
  }

  /** Leaves waiting entries in the inbox. One whose transaction had no known end goes too: its id tells it from a new one. */
  async #handOver(): Promise<void> {
    const { db, organization } = this.#options
    if (this.#isSequencer || this.#waiting.size === 0) return
    const group = this.#nextOwn()
    for (const one of group) one.isLeft = true
    for (const id of await leaveInInbox(db, organization, group)) this.#settle(id, fail(TURN_PASSED))
  }

  /** Kept, not kept, or unknown: an entry that waited too long gets one of the last two. */
  async #giveUpLate(): Promise<void> {
    const { db, organization } = this.#options
    const now = monotonicMs()
    for (const { id, deadline, isLeft, isUncertain } of this.#waiting.values().toArray()) {
      if (deadline > now) continue
      const isTaken = (!isLeft || (await takeBack(db, organization, id))) && !isUncertain
      if (!this.#waiting.has(id)) continue
      this.#settle(
        id,
        fail(
          isTaken
            ? { code: 'ledger/not-kept', message: 'no server sequenced the entry in time', next: 'try again' }
            : {
                code: 'ledger/state-unknown',
                message: 'the database did not say in time whether the entry was kept',
                next: 'check the database, then look for the entry before trying again',
              },
        ),
      )
    }
  }
}

/** False also when the database does not answer: then the entry may still be sequenced. */
async function takeBack(db: Kysely<Database>, organization: string, id: string): Promise<boolean> {
  try {
    return await takeFromInbox(db, organization, id)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return false
  }
}
