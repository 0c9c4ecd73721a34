import type { CatalogueRisk } from '../../../application/governance/catalogue-risks.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Options = SessionOptions & {
  readonly system: string
  readonly preview: boolean
  readonly owner?: string | undefined
  readonly json: boolean
}

/** `gatehouse risk import --from catalogue`: on request, and the same however often it is asked for. */
export function importRisksCommand(terminal: Terminal, options: Options): Promise<number> {
  const { system, owner } = options
  if (options.preview)
    return withSession(
      terminal,
      options,
      (session) => risksOf(session, system),
      (risks) => printPreview(terminal, risks, options.json),
    )
  return withSession(
    terminal,
    options,
    (session) => session.call('importCatalogueRisks', { system, owner }),
    ({ items, known }) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items, known }, 2))
      for (const { id, ref, title } of items)
        printLine(terminal, `${inert(String(id))}  ${inert(String(ref))}  ${inert(String(title))}`)
      printLine(terminal, `${items.length} opened, ${known} known already`)
    },
  )
}

async function risksOf(session: Session, system: string): Promise<Result<readonly CatalogueRisk[], Problem>> {
  const listed = await session.call('listCatalogueRisks', { system })
  return listed.ok ? ok(listed.value.items as unknown as readonly CatalogueRisk[]) : listed
}

/** Controls whose risk applies and nobody has answered; none for a system of which no release is known. */
export async function unansweredRisks(session: Session, system: string): Promise<Result<readonly string[], Problem>> {
  const listed = await risksOf(session, system)
  if (!listed.ok) return listed.failure.code === 'controls/unknown-system' ? ok([]) : listed
  return ok(listed.value.filter(isUnanswered).map(({ control }) => control))
}

function isUnanswered({ standing }: CatalogueRisk): boolean {
  return standing === 'missing' || standing === 'unanswered'
}

function printPreview(terminal: Terminal, risks: readonly CatalogueRisk[], isJson: boolean): void {
  if (isJson) return printLine(terminal, inertJson({ schemaVersion: 1, items: risks as unknown as object[] }, 2))
  for (const { control, standing, risk, title, reason } of risks)
    printLine(
      terminal,
      `${inert(control)}  ${standing}${risk === null ? '' : ` ${inert(risk)}`}  ${inert(title)}${reason === '' ? '' : ` (${inert(reason)})`}`,
    )
  const missing = risks.filter(({ standing }) => standing === 'missing').length
  printLine(
    terminal,
    `${risks.length} apply: ${missing} would be opened, ${risks.filter(isUnanswered).length} are neither treated nor dismissed`,
  )
}
