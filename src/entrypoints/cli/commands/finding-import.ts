import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import type { ImportedFindings } from '../../../application/governance/findings.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import {
  readSarifFindings,
  SARIF_CHARS_MAX,
  type SarifFindings,
} from '../../../contract/findings/read-sarif-findings.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import { FINDING_SOURCES } from '../../../domain/finding/finding.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { isOneOf } from './findings.ts'
import { withSession } from './with-session.ts'

/** What one call takes. */
const BATCH = 250

interface Options extends SessionOptions {
  readonly file: string
  readonly system: string
  readonly source: string
  readonly owner?: string | undefined
  readonly release?: string | undefined
  readonly json: boolean
}

/** `gatehouse finding import`: the results of another tool, each once. */
export async function importFindingsCommand(terminal: Terminal, options: Options): Promise<number> {
  if (!isOneOf(terminal, '--source', options.source, FINDING_SOURCES)) return EXIT_CODE.usage
  const read = await readLog(terminal, options.file)
  if (!read.ok) {
    reportProblems(terminal, [read.failure])
    return EXIT_CODE.usage
  }
  const { findings, left } = read.value
  return withSession(
    terminal,
    options,
    (session) => importAll(session, options, findings),
    ({ items, opened, reopened, known }) => {
      if (options.json)
        return printLine(terminal, inertJson({ schemaVersion: 1, opened, reopened, known, left, items }, 2))
      printLine(
        terminal,
        `${opened} opened, ${reopened} opened again, ${known} known already, ${left} results left out`,
      )
      for (const { id, state, severity, title } of items)
        printLine(terminal, `${id}  ${state}  ${severity}  ${inert(title)}`)
    },
  )
}

async function readLog({ workingFolder }: Terminal, file: string): Promise<Result<SarifFindings, Problem>> {
  const path = resolve(workingFolder, file)
  try {
    const { size } = await stat(path)
    if (size > SARIF_CHARS_MAX)
      return fail({ code: 'files/too-large', message: `\`${file}\` is larger than ${SARIF_CHARS_MAX} bytes` })
    return readSarifFindings(nodeSha256, file, await readFile(path, 'utf8'))
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return fail({ code: 'files/unreadable', message: `\`${file}\` cannot be read (${errno})`, next: 'check the path' })
  }
}

async function importAll(
  session: Session,
  { system, source, owner, release }: Options,
  findings: SarifFindings['findings'],
): Promise<Result<ImportedFindings, Problem>> {
  let all: ImportedFindings = { items: [], opened: 0, reopened: 0, known: 0 }
  for (let start = 0; start < findings.length; start += BATCH) {
    const batch = findings.slice(start, start + BATCH)
    const input = { system, source, owner, releaseDigest: release, findings: batch }
    const taken = await session.call('importFindings', input as unknown as InputOf<'importFindings'>)
    if (!taken.ok) return taken
    const next = taken.value as unknown as ImportedFindings
    all = {
      items: [...all.items, ...next.items],
      opened: all.opened + next.opened,
      reopened: all.reopened + next.reopened,
      known: all.known + next.known,
    }
  }
  return ok(all)
}
