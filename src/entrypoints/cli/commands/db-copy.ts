import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { backupState } from '../../node/storage/backup-state.ts'
import type { CopyOptions } from '../../node/storage/copy-options.ts'
import { moveState } from '../../node/storage/move-state.ts'
import { rebuildState } from '../../node/storage/rebuild-state.ts'
import { restoreState } from '../../node/storage/restore-state.ts'
import type { StatePlace } from '../../node/open-state.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { terminalProgress } from '../gate/progress.ts'
import { answeringOwner, openSession, ORGANIZATION } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { localPlace, refuse, type DbOptions } from './db-place.ts'

/** Runs a copy with its progress, prints its problem or its outcome. */
// oxlint-disable-next-line max-params -- where to print, what was asked, the copy and its outcome
async function copy<Value extends object>(
  terminal: Terminal,
  options: DbOptions & { readonly what: string },
  work: (place: StatePlace, how: CopyOptions) => Promise<Result<Value, Problem>>,
  print: (value: Value, place: StatePlace) => void,
): Promise<number> {
  const place = await localPlace(terminal, options)
  if (!place.ok) return refuse(terminal, place.failure)
  const progress = terminalProgress(terminal)
  let done: Result<Value, Problem>
  try {
    done = await work(place.value, {
      organization: ORGANIZATION,
      signal: terminal.interrupted,
      onStart: (entries) => progress.start(entries, options.what),
      onEntry: () => progress.advance(),
    })
  } finally {
    progress.stop()
  }
  if (!done.ok) return refuse(terminal, done.failure)
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...done.value }, 2))
  else print(done.value, place.value)
  return EXIT_CODE.pass
}

/** `gatehouse db backup`: a running owner goes on; the copy ends at what it has acknowledged. */
export async function dbBackupCommand(
  terminal: Terminal,
  options: DbOptions & { readonly output: string; readonly withKeys: boolean },
): Promise<number> {
  if (options.withKeys)
    terminal.error('the archive will hold private keys: whoever has it can forge verdicts, kill switches and entries\n')
  const output = resolve(terminal.workingFolder, options.output)
  return copy(
    terminal,
    { ...options, what: 'entries written' },
    async (place, how) => {
      const acknowledged = await acknowledgedBy(terminal, place)
      if (!acknowledged.ok) return acknowledged
      const made = await backupState(place, {
        ...how,
        output,
        withKeys: options.withKeys,
        acknowledged: acknowledged.value,
      })
      return made.ok ? ok({ path: output, ...made.value }) : made
    },
    ({ entries, files, holdsKeys }, place) => {
      printLine(terminal, `${inert(options.output)}: ${entries} entries, ${files.length} files`)
      if (!holdsKeys)
        printLine(
          terminal,
          `  without keys: keep a copy of \`${inert(place.stateFolder)}/keys\` elsewhere, it needs them`,
        )
      printLine(terminal, `  next: gatehouse db restore ${inert(options.output)} --dry-run`)
    },
  )
}

/** How far a running owner's ledger is on disk; undefined when none answers. */
async function acknowledgedBy(
  terminal: Terminal,
  { stateFolder }: StatePlace,
): Promise<Result<number | undefined, Problem>> {
  if ((await answeringOwner(stateFolder)) === undefined) return ok(undefined)
  const opened = await openSession(terminal, { state: stateFolder })
  if (!opened.ok) return opened
  await using session = opened.value
  const ledger = await session.call('getLedger', {})
  return ledger.ok ? ok(ledger.value.size) : ledger
}

export async function dbRestoreCommand(
  terminal: Terminal,
  options: DbOptions & {
    readonly archive: string
    readonly trust?: string | undefined
    readonly dryRun: boolean
  },
): Promise<number> {
  const trust = options.trust === undefined ? ok(undefined) : await readTrust(terminal, options.trust)
  if (!trust.ok) return refuse(terminal, trust.failure)
  return copy(
    terminal,
    { ...options, what: 'entries verified or written' },
    async (place, how) => {
      const archive = resolve(terminal.workingFolder, options.archive)
      const done = await restoreState(place, { ...how, archive, trustText: trust.value, isDryRun: options.dryRun })
      return done.ok ? ok({ restored: !options.dryRun, ...done.value }) : done
    },
    ({ entries, madeAt, restored }) => {
      printLine(terminal, `verified: ${entries} entries, backed up at ${madeAt}`)
      if (trust.value === undefined)
        printLine(terminal, '  against the trust file inside: whoever made the archive vouches for it; see --trust')
      printLine(
        terminal,
        restored ? '  put in place; records are read from it at the next start' : '  nothing was written',
      )
      if (restored) printLine(terminal, '  next: gatehouse db status')
    },
  )
}

async function readTrust(terminal: Terminal, file: string): Promise<Result<string, Problem>> {
  try {
    return ok(await readFile(resolve(terminal.workingFolder, file), 'utf8'))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'files/unreadable',
      message: `\`${file}\` cannot be read (${errnoOf(error) ?? ''})`,
      next: 'check the path',
    })
  }
}

export function dbRebuildCommand(terminal: Terminal, options: DbOptions): Promise<number> {
  return copy(
    terminal,
    { ...options, what: 'entries read' },
    (place, how) => rebuildState(place, how),
    ({ entries }) => printLine(terminal, `the records were made anew from ${entries} entries`),
  )
}

export function dbMoveCommand(
  terminal: Terminal,
  options: DbOptions & { readonly to: 'postgresql' | 'folder' },
): Promise<number> {
  return copy(
    terminal,
    { ...options, what: 'entries moved' },
    (place, how) => moveState(place, options.to, how),
    ({ entries, keptJournal, droppedJobs }, place) => {
      printLine(
        terminal,
        `${entries} entries moved to ${options.to === 'folder' ? inert(place.stateFolder) : 'PostgreSQL'}`,
      )
      if (keptJournal !== null)
        printLine(terminal, `  the old journal is kept as \`${inert(keptJournal)}\` and not used`)
      if (droppedJobs > 0)
        printLine(terminal, `  dropped: ${droppedJobs} ${droppedJobs === 1 ? 'job that' : 'jobs that'} waited or ran`)
      printLine(
        terminal,
        options.to === 'folder'
          ? '  next: unset GATEHOUSE_DATABASE_URL, then gatehouse serve'
          : '  next: gatehouse serve, with GATEHOUSE_DATABASE_URL set',
      )
    },
  )
}
