import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { rawPublicKey } from '../../../adapters/crypto/ed25519.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf, OperationName } from '../../../contract/http/operations.ts'
import { PERSON_ROLES, type PersonRole } from '../../../domain/access/access-table.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import type { PagedCall, PagedOperation } from '../listing/list-pages.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import { withSession } from './with-session.ts'

export type Common = SessionOptions & { readonly json: boolean }
type Fields = Readonly<Record<string, unknown>>

const when = (value: unknown): string => (typeof value === 'number' ? toRfc3339(epochMs(value)) : '–')
const word = (value: unknown): string => inert(Array.isArray(value) ? value.join(',') : String(value ?? '–'))

/** Runs an operation that answers with one record, and prints it as JSON or as the given lines. */
export function oneCommand<Name extends OperationName>(
  terminal: Terminal,
  options: Common,
  call: { readonly operation: Name; readonly input: InputOf<Name> },
  lines: (record: Fields) => readonly string[],
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call(call.operation, call.input),
    (value) => {
      const record = value as Fields
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...record }))
      else for (const line of lines(record)) printLine(terminal, line)
    },
  )
}

/** The same for an operation that answers with a list that is always whole. */
export function listedCommand<Name extends OperationName>(
  terminal: Terminal,
  options: Common,
  call: { readonly operation: Name; readonly input: InputOf<Name> },
  line: (item: Fields) => string,
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call(call.operation, call.input),
    (value) => {
      const { items } = value as unknown as { readonly items: readonly Fields[] }
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items }, 2))
      if (items.length === 0) printLine(terminal, 'none')
      for (const item of items) printLine(terminal, line(item))
    },
  )
}

/** The same for a list that comes in pages. */
export function pagedCommand<Name extends PagedOperation>(
  terminal: Terminal,
  options: ListOptions,
  call: PagedCall<Name>,
  line: (item: Fields) => string,
): Promise<number> {
  return printList(terminal, options, call, {
    print: (items) => items.forEach((item) => printLine(terminal, line(item))),
  })
}

const split = (text: string | undefined): string[] | null =>
  text === undefined ? null : text.split(',').map((part) => part.trim())

export function createKeyCommand(
  terminal: Terminal,
  options: Common & {
    readonly name: string
    readonly roles?: string
    readonly operations?: string
    readonly systems?: string
    readonly env?: string
    readonly days?: number
  },
): Promise<number> {
  const roles = split(options.roles) ?? []
  const foreign = roles.find((role) => !PERSON_ROLES.some((known) => known === role))
  if (foreign !== undefined) {
    reportProblems(terminal, [
      { code: 'usage/value', message: `\`${foreign}\` is no role`, next: `use some of: ${PERSON_ROLES.join(', ')}` },
    ])
    return Promise.resolve(EXIT_CODE.usage)
  }
  const input = {
    name: options.name,
    roles: roles as PersonRole[],
    operations: split(options.operations),
    systems: split(options.systems),
    environment: options.env ?? null,
    days: options.days,
  }
  return oneCommand(terminal, options, { operation: 'createKey', input }, keyWithSecret)
}

export function rotateKeyCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly overlapHours: number },
): Promise<number> {
  const input = { id: options.id, overlapHours: options.overlapHours }
  return oneCommand(terminal, options, { operation: 'rotateKey', input }, keyWithSecret)
}

const keyWithSecret = (key: Fields): readonly string[] => [
  `${word(key['id'])} ${word(key['name'])} · ends ${when(key['expiresAt'])} · secrets in force: ${word(key['secretsInForce'])}`,
  `  ${word(key['token'])}`,
  '  this is the only time that the secret is shown',
]

export function listKeysCommand(terminal: Terminal, options: ListOptions): Promise<number> {
  return pagedCommand(terminal, options, { operation: 'listKeys', input: {} }, (key) =>
    [
      word(key['id']),
      key['revokedAt'] === null ? 'active' : 'revoked',
      word(key['name']),
      `of ${word(key['owner'])}`,
      `roles ${word(key['roles'])}`,
      `ends ${when(key['expiresAt'])}`,
      `last used ${when(key['lastUsedAt'])}`,
    ].join('  '),
  )
}

export function listSessionsCommand(terminal: Terminal, options: Common): Promise<number> {
  return listedCommand(terminal, options, { operation: 'listSessions', input: {} }, (session) =>
    [
      word(session['id']),
      word(session['name']),
      word(session['method']),
      `since ${when(session['createdAt'])}`,
      `used ${when(session['usedAt'])}`,
      `ends ${when(session['endsAt'])}`,
      session['isCurrent'] === true ? '(this one)' : '',
    ]
      .join('  ')
      .trimEnd(),
  )
}

export async function addWorkloadKeyCommand(
  terminal: Terminal,
  options: Common & {
    readonly system: string
    readonly name: string
    readonly file: string
    readonly overlapHours?: number
  },
): Promise<number> {
  const key = await publicKeyIn(resolve(terminal.workingFolder, options.file))
  if (!key.ok) {
    reportProblems(terminal, [key.failure])
    return EXIT_CODE.usage
  }
  const { system, name, overlapHours } = options
  const input = { system, name, publicKey: key.value, overlapHours }
  return oneCommand(terminal, options, { operation: 'addWorkloadKey', input }, (added) => [
    `${word(added['id'])} ${word(added['name'])} signs subjects for ${word(added['system'])}; gateways take it with their next bundle`,
  ])
}

/** The public half of an Ed25519 key in PEM; of a private key only its public half is read on. */
async function publicKeyIn(path: string): Promise<Result<string, Problem>> {
  const next = 'for example: openssl genpkey -algorithm ed25519 -out KEY.pem'
  try {
    const key = createPublicKey(await readFile(path, 'utf8'))
    return key.asymmetricKeyType === 'ed25519'
      ? ok(Buffer.from(rawPublicKey(key)).toString('base64'))
      : fail({ code: 'workload-key/not-ed25519', message: `\`${path}\` holds no Ed25519 key`, next })
  } catch (error) {
    const code = errnoOf(error)
    return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR'
      ? fail({ code: 'files/unreadable', message: `\`${path}\` cannot be read (${code})`, next: 'check the path' })
      : fail({ code: 'workload-key/not-ed25519', message: `\`${path}\` holds no key in PEM`, next })
  }
}

export function listWorkloadKeysCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system: string },
): Promise<number> {
  const call = { operation: 'listWorkloadKeys', input: { system: options.system } } as const
  return pagedCommand(terminal, options, call, (key) =>
    [
      word(key['id']),
      key['isInForce'] === true ? 'in force' : 'ended',
      word(key['name']),
      word(key['publicKey']),
      `until ${when(key['validUntil'])}`,
    ].join('  '),
  )
}

export function createShareCommand(
  terminal: Terminal,
  options: Common & {
    readonly system: string
    readonly frameworks: string
    readonly for: string
    readonly days: number
  },
): Promise<number> {
  const input = {
    system: options.system,
    frameworks: split(options.frameworks) ?? [],
    audience: options.for,
    days: options.days,
  }
  return oneCommand(terminal, options, { operation: 'createShare', input }, (share) => [
    `${word(share['id'])} shows ${word(share['system'])} (${word(share['frameworks'])}) to ${word(share['audience'])} until ${when(share['expiresAt'])}`,
    `  ${word(share['token'])}`,
    '  this is the only time that the token is shown; it is sent as `Authorization: Bearer` to GET /api/v1/share?section=verdicts',
  ])
}

export function listSharesCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string },
): Promise<number> {
  return pagedCommand(terminal, options, { operation: 'listShares', input: { system: options.system } }, (share) =>
    [
      word(share['id']),
      share['isOpen'] === true ? 'open' : 'ended',
      word(share['system']),
      word(share['frameworks']),
      `for ${word(share['audience'])}`,
      `until ${when(share['expiresAt'])}`,
      `last viewed ${when(share['lastViewedAt'])}`,
    ].join('  '),
  )
}
