import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { loadCatalogue } from '../../../adapters/catalogue/load-catalogue.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { digestOfBytes } from '../../../base/digest.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import type { Json } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { ControlStatus, RequirementResult } from '../../../domain/controls/assess-control.ts'
import { evidenceKinds, RELATIONS, type Control } from '../../../domain/controls/control.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession, type SessionOptions } from '../session.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printTable, type TableFormat } from '../print-table.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { exitCodeOfProblem, withSession } from './with-session.ts'

type ListedControl = Control & {
  readonly status?: ControlStatus
  readonly requirements?: readonly RequirementResult[]
}

interface Reading extends SessionOptions {
  readonly system?: string | undefined
  readonly json: boolean
}

/** From the state if a system is named, else from the shipped catalogue. */
async function readControls(
  terminal: Terminal,
  options: Reading,
): Promise<Result<readonly ListedControl[], readonly Problem[]>> {
  if (options.system === undefined) {
    const catalogue = await loadCatalogue()
    return catalogue.ok ? ok(catalogue.value.controls) : catalogue
  }
  const opened = await openSession(terminal, options)
  if (!opened.ok) return fail([opened.failure])
  await using session = opened.value
  const listed = await session.call('listControls', { system: options.system })
  return listed.ok ? ok(listed.value.items as unknown as readonly ListedControl[]) : fail([listed.failure])
}

function refused(terminal: Terminal, problems: readonly Problem[]): number {
  reportProblems(terminal, problems)
  return problems[0] === undefined ? EXIT_CODE.usage : exitCodeOfProblem(problems[0])
}

export async function controlsListCommand(
  terminal: Terminal,
  options: Reading & {
    readonly framework?: string | undefined
    readonly tier?: string | undefined
    readonly format: TableFormat
  },
): Promise<number> {
  const read = await readControls(terminal, options)
  if (!read.ok) return refused(terminal, read.failure)
  const controls = read.value.filter(
    ({ crosswalks, tiers }) =>
      (options.framework === undefined || crosswalks.some(({ framework }) => framework === options.framework)) &&
      (options.tier === undefined || tiers.some((tier) => tier === options.tier)),
  )
  if (controls.length === 0)
    return refused(terminal, [
      { code: 'controls/none', message: 'no control fits', next: 'see `gatehouse controls list` without filters' },
    ])
  if (options.json || options.format === 'json') {
    printLine(terminal, inertJson({ schemaVersion: 1, controls }, 2))
    return EXIT_CODE.pass
  }
  const hasStatus = options.system !== undefined
  printTable(terminal, options.format, {
    head: ['control', ...(hasStatus ? ['status'] : []), 'title', 'tiers', 'shown by', 'cadence', 'owner'],
    rows: controls.map((control) => [
      control.id,
      ...(hasStatus ? [statusWords(control.status ?? 'not-evidenced')] : []),
      control.title,
      control.tiers.join(' '),
      evidenceKinds(control).join(', '),
      control.cadence,
      control.owner,
    ]),
  })
  if (options.format === 'human') {
    const counted = hasStatus ? `; ${controls.filter(({ status }) => status === 'evidenced').length} evidenced` : ''
    printLine(terminal, `${controls.length} controls${counted}`)
  }
  return EXIT_CODE.pass
}

/** Status in the reader's words. */
export const statusWords = (status: string): string => status.replaceAll('-', ' ')

export async function controlsShowCommand(
  terminal: Terminal,
  options: Reading & { readonly id: string },
): Promise<number> {
  const read = await readControls(terminal, options)
  if (!read.ok) return refused(terminal, read.failure)
  const control = read.value.find(({ id }) => id === options.id)
  if (control === undefined)
    return refused(terminal, [
      {
        code: 'controls/unknown',
        message: `no control \`${options.id}\` is in the catalogue`,
        next: 'see `gatehouse controls list`',
      },
    ])
  if (options.json) {
    printLine(terminal, inertJson({ schemaVersion: 1, control: control as unknown as Json }, 2))
    return EXIT_CODE.pass
  }
  printControl(terminal, control)
  return EXIT_CODE.pass
}

function printControl(terminal: Terminal, control: ListedControl): void {
  const style = styleFor(terminal.hasColor)
  const line = (label: string, text: string): void => printLine(terminal, `${label.padEnd(13)} ${inert(text)}`)
  printLine(terminal, style.bold(`${control.id} ${inert(control.title)}`))
  line('risk', control.risk)
  line('statement', control.statement)
  line('implemented', control.implementedIn.join(', '))
  line('owner', control.owner)
  line('tiers', control.tiers.join(', '))
  line('cadence', control.cadence)
  for (const check of control.checks) line('check', `${check} (a rule of a policy pack; automated)`)
  for (const { kind, what, maxAgeDays } of control.records)
    line('record', `${kind}: ${what} (${maxAgeDays} days at most; kept by the running system)`)
  for (const { id, what, maxAgeDays } of control.attestations)
    line('document', `${id}: ${what} (${maxAgeDays} days at most; attested by a person, not checked by a machine)`)
  for (const relation of RELATIONS) {
    const own = control.crosswalks.filter((crosswalk) => crosswalk.relation === relation)
    if (own.length > 0) line(relation, own.map(({ framework, entry }) => `${framework} ${entry}`).join(' · '))
  }
  if (control.status === undefined) return
  line('status', statusWords(control.status))
  for (const { kind, id, status, detail, at } of control.requirements ?? [])
    printLine(
      terminal,
      `  ${status.padEnd(10)} ${kind} ${id}: ${inert(detail)}${at === null ? '' : ` (${toRfc3339(epochMs(at)).slice(0, 10)})`}`,
    )
}

const DOCUMENT_BYTES_MAX = 256 * 1_048_576

export async function controlsAttestCommand(
  terminal: Terminal,
  options: SessionOptions & {
    readonly id: string
    readonly requirement: string
    readonly system: string
    readonly document: string
    readonly days?: string | undefined
    readonly json: boolean
  },
): Promise<number> {
  const document = await readDocument(resolve(terminal.workingFolder, options.document), options.document)
  if (!document.ok) return refused(terminal, [document.failure])
  const days = options.days === undefined ? undefined : Number(options.days)
  return withSession(
    terminal,
    options,
    (session) =>
      session.call('attestControl', {
        system: options.system,
        control: options.id,
        requirement: options.requirement,
        document: digestOfBytes(nodeSha256, document.value),
        name: basename(options.document),
        ...(days === undefined ? {} : { validDays: days }),
      }),
    (attestation) => {
      if (options.json) printLine(terminal, inertJson(attestation))
      else
        printLine(
          terminal,
          `${options.id} ${options.requirement}: ${inert(String(attestation['attestedBy']))} vouches for \`${inert(basename(options.document))}\` (${String(attestation['document'])}) until ${toRfc3339(epochMs(Number(attestation['validUntil']))).slice(0, 10)}`,
        )
    },
  )
}

async function readDocument(path: string, shown: string): Promise<Result<Uint8Array, Problem>> {
  try {
    const bytes = await readFile(path)
    if (bytes.length > 0 && bytes.length <= DOCUMENT_BYTES_MAX) return ok(bytes)
    return fail({
      code: 'controls/document',
      message: `\`${shown}\` is empty or larger than ${DOCUMENT_BYTES_MAX} bytes`,
      next: 'attest a document that somebody can read',
    })
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'files/unreadable',
      message: `\`${shown}\` cannot be read (${errnoOf(error) ?? ''})`,
      next: 'check the path',
    })
  }
}
