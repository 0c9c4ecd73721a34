import type { CommitmentGap } from '../../../application/governance/commitments.ts'
import type { ControlGap } from '../../../domain/controls/find-gaps.ts'
import type { SystemGaps } from '../../../domain/controls/rank-portfolio.ts'
import { ok } from '../../../base/result.ts'
import { everyItem } from '../listing/list-pages.ts'
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
    async (session) => {
      const [head, items] = [
        await session.call('listGaps', { system: options.system, limit: 1 }),
        await everyItem(session, 'listGaps', { system: options.system }),
      ]
      if (!head.ok) return head
      return items.ok ? ok({ ...head.value, items: items.value }) : items
    },
    ({ asOf, systems, items, commitments }) => {
      const promises = commitments as unknown as readonly CommitmentGap[]
      const gaps = items as unknown as readonly (ControlGap & { readonly due: string })[]
      if (options.json || options.format === 'json') {
        printLine(terminal, inertJson({ schemaVersion: 1, asOf, systems, gaps, commitments: promises }, 2))
        return
      }
      // A spreadsheet is one table: the roadmap.
      if (options.format !== 'csv')
        printPortfolio(terminal, options.format, String(asOf), systems as unknown as readonly SystemLine[])
      if (options.format === 'markdown') printLine(terminal, '\n## Roadmap\n')
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

type SystemLine = SystemGaps & { readonly nextDue: string | null }

/** The portfolio: the system to look at first on top. */
function printPortfolio(
  terminal: Terminal,
  format: Exclude<TableFormat, 'csv'>,
  asOf: string,
  systems: readonly SystemLine[],
): void {
  if (format === 'markdown') printLine(terminal, `## Portfolio as of ${asOf}\n`)
  printTable(terminal, format, {
    head: ['system', 'tier', 'critical', 'high', 'medium', 'low', 'heaviest', 'sum', 'next due'],
    rows: systems.map(({ system, tier, gaps, worst, risk, nextDue }) => [
      system,
      tier,
      String(gaps.critical),
      String(gaps.high),
      String(gaps.medium),
      String(gaps.low),
      String(worst),
      String(risk),
      nextDue ?? 'nothing',
    ]),
  })
  if (format === 'human') printLine(terminal)
}
