import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { ulidIds } from '../../../adapters/ids/ulid-ids.ts'
import { ownCheckpoint, type LedgerIdentity } from '../../../adapters/ledger/entry-maker.ts'
import { readJournal, surveyJournal } from '../../../adapters/ledger/journal.ts'
import { newestCheckpoint } from '../../../adapters/ledger/ledger-tables.ts'
import { isMovedAway, markMoved, tableLines, waitingDrafts } from '../../../adapters/ledger/ledger-table-lines.ts'
import { verifiedLines } from '../../../adapters/ledger/verified-lines.ts'
import { writeJournal } from '../../../adapters/ledger/write-journal.ts'
import { readTransfer, removeTransfer, writeTransfer, type Transfer } from '../../../adapters/owner/transfer-marker.ts'
import type { PostgresOptions } from '../../../adapters/storage/open-postgres.ts'
import type { Database } from '../../../adapters/storage/schema.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { existingIdentity } from '../ledger-identity.ts'
import { journalOf, postgresOf, sizeOf, type StatePlace } from '../open-state.ts'
import type { CopyOptions } from './copy-options.ts'
import { begin, besideInFolder, besideOf, withRecords, type BesidePlace } from './move-beside.ts'
import { fillTables, withTables } from './shared-tables.ts'
import { underLock } from './under-lock.ts'

export interface MoveReport {
  readonly entries: number
  /** Where the journal that is no longer used lies. */
  readonly keptJournal: string | null
  /** Jobs that waited, or ran, where the state was: they are not in the ledger, so they do not move. */
  readonly droppedJobs: number
}

interface Move extends CopyOptions {
  readonly place: StatePlace
  readonly postgres: PostgresOptions
  readonly identity: LedgerIdentity
  readonly transfer: Transfer | undefined
}

/** Moves the ledger between a state folder and PostgreSQL. One of the two may be written to at any time, or neither. */
export async function moveState(
  place: StatePlace,
  to: 'postgresql' | 'folder',
  options: CopyOptions,
): Promise<Result<MoveReport, Problem>> {
  const postgres = postgresOf(place)
  if (postgres === undefined)
    return fail({
      code: 'db/no-url',
      message: 'no database is named',
      next: 'set GATEHOUSE_DATABASE_URL to the PostgreSQL that the state moves into or out of',
    })
  return underLock(place.stateFolder, async () => {
    const identity = await existingIdentity(place.stateFolder, options.organization)
    if (!identity.ok) return identity
    const transfer = await readTransfer(place.stateFolder)
    const kind = to === 'folder' ? 'move-to-folder' : 'move-to-postgresql'
    if (transfer === 'unreadable' || (transfer?.phase === 'begun' && transfer.kind !== kind))
      return fail({
        code: 'db/other-transfer',
        message: 'something else was begun with this state and did not end',
        next: 'any command that opens the state says what, and how to end it',
      })
    const move = { ...options, place, postgres, identity: identity.value, transfer }
    return to === 'folder' ? moveToFolder(move) : moveToPostgres(move)
  })
}

async function moveToPostgres(move: Move): Promise<Result<MoveReport, Problem>> {
  const { place, postgres, identity, organization, transfer, signal, onStart, onEntry } = move
  const { stateFolder } = place
  const path = journalOf(stateFolder)
  if ((await sizeOf(path)) === 0)
    return fail({
      code: 'db/no-state',
      message: `\`${stateFolder}\` has no journal to move`,
      next: transfer?.kind === 'move-to-postgresql' ? 'it was moved before' : 'name the state folder with --state',
    })
  const verifyCheckpoint = ownCheckpoint(identity)
  const survey = await surveyJournal(path, verifyCheckpoint)
  if (!survey.ok) return survey
  const { tree, length } = survey.value
  const beside = await besideInFolder(place, organization)
  if (!beside.ok) return beside
  const { positions, jobs } = beside.value
  const moved = await withTables(postgres, { organization, mayMigrate: true }, async (db) => {
    await writeTransfer(stateFolder, { kind: 'move-to-postgresql', phase: 'begun' })
    onStart(tree.size)
    const lines = verifiedLines(readJournal(path, length), { verifyCheckpoint, signal, onEntry })
    try {
      const filled = await fillTables(db, { organization, lines, tree, mayContinue: true })
      // Nothing was committed: the journal goes on being the ledger.
      if (!filled.ok) await removeTransfer(stateFolder)
      else await begin({ db, organization, postgres }, positions)
      return filled
    } catch (error) {
      if ((await newestCheckpoint(db, organization)).size !== tree.size) await removeTransfer(stateFolder)
      throw error
    }
  })
  if (!moved.ok) return moved
  const keptJournal = `${path}.moved-${ulidIds()}`
  await rename(path, keptJournal)
  await writeTransfer(stateFolder, { kind: 'move-to-postgresql', phase: 'done' })
  return ok({ entries: tree.size, keptJournal, droppedJobs: jobs })
}

async function moveToFolder(move: Move): Promise<Result<MoveReport, Problem>> {
  const { place, organization, transfer, postgres } = move
  const { stateFolder } = place
  const isAgain = transfer?.kind === 'move-to-folder'
  if ((await sizeOf(journalOf(stateFolder))) > 0 && !isAgain)
    return fail({
      code: 'db/not-empty',
      message: `\`${stateFolder}\` has a journal already`,
      next: 'it is the one that is used without GATEHOUSE_DATABASE_URL; nothing has to be moved',
    })
  return withTables(postgres, { organization, mayMigrate: false }, async (db) => {
    const { size } = await newestCheckpoint(db, organization)
    if (size === 0 || (!isAgain && (await isMovedAway(db, organization))))
      return fail({
        code: 'db/no-state',
        message: 'the database has no ledger to move, or it was moved out before',
        next: 'check GATEHOUSE_DATABASE_URL and GATEHOUSE_DATABASE_SCHEMA',
      })
    if ((await waitingDrafts(db, organization)) > 0)
      return fail({
        code: 'db/entries-waiting',
        message: 'entries wait in the inbox for a server that sequences them',
        next: 'start a server once, stop it, then run this again',
      })
    // Opened before anything is begun: a folder that cannot take the state says so first.
    const source = { db, organization, postgres }
    return withRecords(place, (target) => copyToFolder(move, source, { target, size, isAgain }))
  })
}

async function copyToFolder(
  { place: { stateFolder }, identity, organization, signal, onStart, onEntry }: Move,
  source: BesidePlace,
  { target, size, isAgain }: { readonly target: Kysely<Database>; readonly size: number; readonly isAgain: boolean },
): Promise<MoveReport> {
  const { db } = source
  const { positions, jobs } = await besideOf(source)
  onStart(size)
  await mkdir(join(stateFolder, 'ledger'), { recursive: true, mode: 0o700 })
  await writeTransfer(stateFolder, { kind: 'move-to-folder', phase: 'begun' })
  let isMarked = false
  try {
    const lines = verifiedLines(tableLines(db, organization, size), {
      verifyCheckpoint: ownCheckpoint(identity),
      signal,
      onEntry,
    })
    await writeJournal(journalOf(stateFolder), lines, async () => {
      isMarked = true
      await markMoved(db, organization, ulidIds())
    })
  } catch (error) {
    // Before the mark the tables go on being the ledger; behind it only the end of the move leads on.
    if (!isMarked && !isAgain) await removeTransfer(stateFolder)
    throw error
  }
  await begin({ db: target, organization, postgres: undefined }, positions)
  await removeTransfer(stateFolder)
  return { entries: size, keptJournal: null, droppedJobs: jobs }
}
