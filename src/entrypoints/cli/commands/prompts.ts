import type { PromptVersion } from '../../../application/prompt/prompt-registry.ts'
import { shortDigest } from '../../../base/digest.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import type { PromptLabel } from '../../../domain/prompt/prompt-label.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import { tablePrinter } from '../print-table.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly system: string; readonly json: boolean }

/** `gatehouse prompt list`. */
export function promptListCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system: string },
): Promise<number> {
  const printRows = tablePrinter(terminal, ['prompt', 'version', 'first seen', 'releases', 'labels'])
  return printList(
    terminal,
    options,
    { operation: 'listPrompts', input: { system: options.system } },
    {
      member: 'prompts',
      print: (items) =>
        printRows(
          (items as unknown as readonly PromptVersion[]).map(({ promptId, digest, firstSeenAt, releases, labels }) => [
            promptId,
            shortDigest(digest),
            toRfc3339(epochMs(firstSeenAt)).slice(0, 10),
            releases.map(({ version }) => version).join(', '),
            labels.join(', '),
          ]),
        ),
      printNone: () => printLine(terminal, 'no version is known: `gatehouse gate` registers the prompts of a release'),
    },
  )
}

/** `gatehouse prompt show`. */
export function promptShowCommand(
  terminal: Terminal,
  options: Common & { readonly prompt: string; readonly reference: string },
): Promise<number> {
  const { system, prompt, reference } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('getPrompt', { system, prompt, reference }),
    (found) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, ...found }, 2))
      const version = found as unknown as PromptVersion
      printLine(terminal, `${inert(version.promptId)} ${version.digest}`)
      printLine(terminal, `  releases: ${version.releases.map((release) => inert(release.version)).join(', ')}`)
      if (version.labels.length > 0) printLine(terminal, `  labels: ${version.labels.join(', ')}`)
      for (const [name, slot] of Object.entries(version.slots))
        printLine(terminal, `  slot ${inert(name)}: ${inert(JSON.stringify(slot))}`)
      printLine(terminal)
      printLine(terminal, inert(version.text.trimEnd()))
    },
  )
}

/** `gatehouse prompt promote`. */
export function promptPromoteCommand(
  terminal: Terminal,
  options: Common & {
    readonly prompt: string
    readonly reference: string
    readonly label: string
    readonly env: string
    readonly note: string
  },
): Promise<number> {
  const { system, prompt, reference, label, env: environment, note } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('promotePrompt', { system, prompt, reference, label, environment, note }),
    printLabel(terminal, options.json),
  )
}

/** `gatehouse prompt rollback`. */
export function promptRollbackCommand(
  terminal: Terminal,
  options: Common & { readonly prompt: string; readonly label: string; readonly note: string },
): Promise<number> {
  const { system, prompt, label, note } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('rollBackPrompt', { system, prompt, label, note }),
    printLabel(terminal, options.json),
  )
}

function printLabel(terminal: Terminal, isJson: boolean): (value: object) => void {
  return (value) => {
    if (isJson) return printLine(terminal, inertJson({ schemaVersion: 1, ...value }, 2))
    const { label, promptId, current, previous } = value as PromptLabel
    const before = previous[0] === undefined ? '' : `, before ${shortDigest(previous[0].prompt)}`
    printLine(
      terminal,
      `${inert(promptId)} ${inert(label)} → ${shortDigest(current.prompt)}${before} (verdict ${inert(current.verdict)}, ${inert(current.environment)}, by ${inert(current.by)})`,
    )
  }
}
