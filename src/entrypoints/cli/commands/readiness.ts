import { resolve } from 'node:path'
import { readTextIfPresent } from '../../../adapters/files/atomic-file.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail } from '../../../base/result.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import { parseVendor } from '../../../contract/vendor/parse-vendor.ts'
import {
  READINESS_ITEMS,
  readinessNow,
  READINESS_ROLES,
  type ReadinessWord,
} from '../../../domain/readiness/readiness.ts'
import type { VendorAssessment } from '../../../domain/vendor/vendor-assessment.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { everyItem } from '../listing/list-pages.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { printNextWord } from './print-next-word.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export async function attestReadinessCommand(
  terminal: Terminal,
  options: Common & { readonly item: string; readonly system: string; readonly link: string; readonly note: string },
): Promise<number> {
  const { item, system, link, note } = options
  return withSession(
    terminal,
    options,
    async (session) =>
      READINESS_ITEMS.some((known) => known === item)
        ? session.call('attestReadiness', { item, system, link, note } as InputOf<'attestReadiness'>)
        : fail({
            code: 'usage/value',
            message: `\`${item}\` is no item of readiness`,
            next: `use: ${READINESS_ITEMS.join(', ')}`,
          }),
    (value) =>
      printLine(
        terminal,
        options.json
          ? inertJson(value)
          : `${item} of ${inert(system)} is in place\n  next: gatehouse readiness show -s ${inert(system)}`,
      ),
  )
}

export async function showReadinessCommand(
  terminal: Terminal,
  options: Common & { readonly system: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => everyItem(session, 'listReadiness', { system: options.system }),
    (items) => {
      const now = readinessNow(items as unknown as readonly ReadinessWord[], systemClock())
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items: now }, 2))
      for (const item of READINESS_ITEMS) {
        const word = now[item]
        const text =
          word === undefined
            ? `not evidenced    ask: ${READINESS_ROLES[item].join(', ')}`
            : `since ${toRfc3339(epochMs(word.at))}  ${inert(word.by)} (${word.role})  ${inert(word.link)}`
        printLine(terminal, `  ${item.padEnd(20)} ${text}`)
      }
      const missing = READINESS_ITEMS.find((item) => now[item] === undefined)
      if (missing !== undefined)
        printLine(
          terminal,
          `next: gatehouse readiness attest ${missing} -s ${inert(options.system)} --link URL --note …`,
        )
    },
  )
}

export async function assessVendorCommand(
  terminal: Terminal,
  options: Common & { readonly file: string },
): Promise<number> {
  const text = await readTextIfPresent(resolve(terminal.workingFolder, options.file))
  const parsed =
    text === undefined
      ? fail([{ code: 'vendor/no-file', message: `\`${options.file}\` is not there`, next: 'check the path' }])
      : parseVendor(options.file, text)
  if (!parsed.ok) {
    reportProblems(terminal, parsed.failure)
    return EXIT_CODE.usage
  }
  return withSession(
    terminal,
    options,
    (session) =>
      session.call('assessVendor', {
        ...parsed.value,
        regions: [...parsed.value.regions],
        compensatingControls: [...parsed.value.compensatingControls],
      }),
    printVendorAndNext(terminal, options.json),
  )
}

export async function speakOnVendorCommand(
  terminal: Terminal,
  options: Common & {
    readonly id: string
    readonly decision: 'approve' | 'reject'
    readonly role: string
    readonly comment: string
  },
): Promise<number> {
  const { id, decision, role, comment } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('speakOnVendor', { id, decision, role, comment } as InputOf<'speakOnVendor'>),
    printVendorAndNext(terminal, options.json),
  )
}

export function listVendorsCommand(terminal: Terminal, options: ListOptions): Promise<number> {
  return printList(
    terminal,
    options,
    { operation: 'listVendors', input: {} },
    { print: (items) => items.forEach(printVendor(terminal, false)) },
  )
}

function printVendorAndNext(terminal: Terminal, json: boolean): (value: object) => void {
  return (value) => {
    printVendor(terminal, json)(value)
    if (!json) printNextWord(terminal, 'vendor approve', value as VendorAssessment)
  }
}

function printVendor(terminal: Terminal, json: boolean): (value: object) => void {
  return (value) => {
    if (json) return printLine(terminal, inertJson(value))
    const { id, vendor, state, upToTier, regions, expiresAt } = value as VendorAssessment
    const standing = state === 'approved' && expiresAt <= systemClock() ? 'expired' : state
    printLine(
      terminal,
      `${id}  ${standing}  ${inert(vendor)}  up to ${upToTier} in ${inert(regions.join(', '))} until ${toRfc3339(epochMs(expiresAt))}`,
    )
  }
}
