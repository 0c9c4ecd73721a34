import type { CommitmentGap } from '../../../application/governance/commitments.ts'
import type { ControlGap } from '../../../domain/controls/find-gaps.ts'
import { printTable, type TableFormat } from '../print-table.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { statusWords } from './controls.ts'
import { withSession } from './with-session.ts'

/** `gatehouse gaps`: what is missing or unproven over the portfolio, by the day it is due. */
export async function gapsCommand(
  terminal: Terminal,
  options: SessionOptions & {
    readonly system?: string | undefined
    readonly format: TableFormat
    readonly json: boolean
  },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('listGaps', { system: options.system }),
    ({ asOf, items, commitments }) => {
      const promises = commitments as unknown as readonly CommitmentGap[]
      const gaps = items as unknown as readonly (ControlGap & { readonly due: string })[]
      if (options.json || options.format === 'json') {
        printLine(terminal, inertJson({ schemaVersion: 1, asOf, gaps, commitments: promises }, 2))
        return
      }
      if (options.format === 'markdown') printLine(terminal, `## Gaps as of ${String(asOf)}\n`)
      printTable(terminal, options.format, {
        head: ['due', 'rank', 'system', 'tier', 'control', 'status', 'severity', 'owner', 'missing'],
        rows: gaps.map((gap) => [
          gap.due,
          String(gap.rank),
          gap.system,
          gap.tier,
          `${gap.control} ${gap.title}`,
          statusWords(gap.status),
          gap.severity,
          gap.owner,
          gap.missing.join('; '),
        ]),
      })
      if (options.format === 'human')
        for (const { commitment, system, customer, text, missing } of promises)
          printLine(
            terminal,
            `${commitment} ${inert(system)}, promised to ${inert(customer)}: ${inert(text)} (${missing.join('; ')})`,
          )
      if (options.format === 'markdown' && promises.length > 0) {
        printLine(terminal, '\n## Promises to customers that nothing shows\n')
        for (const { commitment, system, customer, text, missing } of promises)
          printLine(
            terminal,
            `- ${commitment} ${inert(system)}, ${inert(customer)}: ${inert(text)} (${missing.join('; ')})`,
          )
      }
      if (options.format === 'human')
        printLine(
          terminal,
          `${gaps.length} gaps as of ${inert(String(asOf))}; what each asks: gatehouse controls show CTL-… --system NAME`,
        )
    },
  )
}
