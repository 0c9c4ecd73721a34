import type { StorageReport } from '../../../application/state/storage-report.ts'
import type { Problem, Result } from '../../../base/result.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { describeClosed } from '../../node/storage/describe-storage.ts'
import { migrateState } from '../../node/storage/migrate-state.ts'
import { printTable } from '../print-table.ts'
import { answeringOwner, databaseOf, openSession, ORGANIZATION } from '../session.ts'
import { readServerCredentials } from '../server-credentials.ts'
import { stateFolderOf } from '../state-folder.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { localPlace, refuse, type DbOptions } from './db-place.ts'

/** `gatehouse db status`: asks whoever has the state open; else looks, and changes nothing. */
export async function dbStatusCommand(terminal: Terminal, options: DbOptions): Promise<number> {
  const report = await describe(terminal, options)
  if (!report.ok) return refuse(terminal, report.failure)
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, storage: report.value }, 2))
  else printReport(terminal, report.value)
  return EXIT_CODE.pass
}

async function describe(terminal: Terminal, { state }: DbOptions): Promise<Result<StorageReport, Problem>> {
  const stateFolder = stateFolderOf(terminal, state)
  const isNamed = state !== undefined || terminal.environment['GATEHOUSE_STATE'] !== undefined
  const server = isNamed ? undefined : await readServerCredentials(terminal)
  if (server?.ok === false) return server
  if (server?.value === undefined && (await answeringOwner(stateFolder)) === undefined)
    return describeClosed({ stateFolder, ...databaseOf(terminal) }, ORGANIZATION)
  const opened = await openSession(terminal, { state })
  if (!opened.ok) return opened
  await using session = opened.value
  return session.call('getStorage', {})
}

function printReport(terminal: Terminal, report: StorageReport): void {
  const { rowSecurity, pendingMigrations, lag } = report
  const lines: readonly (readonly [string, string])[] = [
    ['place', `${report.place}, ${report.where}`],
    [
      'schema',
      `${report.schemaVersion ?? 'none yet'}${pendingMigrations.length === 0 ? '' : `; missing: ${pendingMigrations.join(', ')}`}`,
    ],
    ['ledger', `${report.entries} entries${report.journalBytes === null ? '' : `, ${sizeOf(report.journalBytes)}`}`],
    ['records', lag === 0 ? 'show all of them' : `show ${report.projected}: ${lag} to be read at the next start`],
    [
      'row security',
      rowSecurity.isOn
        ? 'on for every table'
        : rowSecurity.openTables.length === 0
          ? 'no tables yet'
          : `OFF for ${rowSecurity.openTables.join(', ')}`,
    ],
    [
      'size',
      report.databaseBytes === null ? 'shared' : `${sizeOf(report.databaseBytes)} in ${report.tables.length} tables`,
    ],
  ]
  for (const [name, value] of lines) printLine(terminal, `${name.padEnd(13)} ${inert(value)}`)
  const largest = report.tables.toSorted((left, right) => right.bytes - left.bytes).slice(0, 5)
  if (largest.length > 0) {
    printLine(terminal)
    printTable(terminal, 'human', {
      head: ['largest table', 'size', 'rows (estimate)'],
      rows: largest.map(({ name, bytes, rows }) => [name, sizeOf(bytes), String(rows)]),
    })
  }
  if (pendingMigrations.length > 0) printLine(terminal, 'next: gatehouse db migrate --dry-run')
}

function sizeOf(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1_024 ** power).toFixed(1)} ${units[power - 1] ?? ''}`
}

/** `gatehouse db migrate`. A start does the same by itself; this is for who wants to see it first, or run it apart. */
export async function dbMigrateCommand(
  terminal: Terminal,
  options: DbOptions & { readonly dryRun: boolean },
): Promise<number> {
  const place = await localPlace(terminal, options)
  if (!place.ok) return refuse(terminal, place.failure)
  const done = await migrateState(place.value, options.dryRun)
  if (!done.ok) return refuse(terminal, done.failure)
  const { plan, applied } = done.value
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, dryRun: options.dryRun, plan, applied }, 2))
  else if (plan.length === 0) printLine(terminal, 'the schema is up to date')
  else {
    for (const name of plan) printLine(terminal, `${applied.includes(name) ? 'applied ' : 'missing '} ${name}`)
    if (options.dryRun) printLine(terminal, 'nothing was changed; without --dry-run each is one transaction')
  }
  return EXIT_CODE.pass
}
