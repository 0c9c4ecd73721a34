import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { IntakeRequest } from '../../../domain/intake/intake-request.ts'
import { intakeStanding, type IntakeStanding } from '../../../domain/intake/intake-standing.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import type { Tier } from '../../../domain/manifest/manifest.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { everyItem } from '../listing/list-pages.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Options = SessionOptions & { readonly project: string; readonly manifest: string; readonly json: boolean }

/** `gatehouse intake status`: the standing that rule GH-INT-001 reads, before the gate does. */
export async function intakeStatusCommand(terminal: Terminal, options: Options): Promise<number> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) {
    reportProblems(terminal, project.failure)
    return EXIT_CODE.usage
  }
  const { manifest } = project.value.release
  const { tier } = computeTier(manifest)
  return withSession(
    terminal,
    options,
    (session) => requestsOf(session, manifest.metadata.name),
    (requests) => {
      const standing = intakeStanding(requests, manifest, systemClock())
      const isCovered = standing.state === 'approved' && !standing.isExpired && standing.changed.length === 0
      const isAsked = tier !== 'T3'
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, tier, isAsked, isCovered, ...standing }, 2))
      else printStanding(terminal, standing, { system: manifest.metadata.name, tier, isAsked, isCovered })
      return isCovered || !isAsked ? EXIT_CODE.pass : EXIT_CODE.blocked
    },
  )
}

/** Every one: an older request must not stand in for a newer one that was not fetched. */
async function requestsOf(session: Session, system: string): Promise<Result<readonly IntakeRequest[], Problem>> {
  const all = await everyItem(session, 'listIntakes', { system })
  return all.ok ? ok(all.value as unknown as readonly IntakeRequest[]) : all
}

function printStanding(
  terminal: Terminal,
  { request, state, validUntil, isExpired, changed }: IntakeStanding,
  {
    system,
    tier,
    isAsked,
    isCovered,
  }: { readonly system: string; readonly tier: Tier; readonly isAsked: boolean; readonly isCovered: boolean },
): void {
  printLine(
    terminal,
    state === 'none'
      ? `${system}  ${tier}  no request`
      : `${system}  ${tier}  ${request} ${state}${validUntil === null ? '' : `, ${isExpired ? 'ended' : 'counts until'} ${toRfc3339(validUntil)}`}`,
  )
  if (changed.length > 0) printLine(terminal, `  the manifest goes beyond it in: ${changed.join(', ')}`)
  if (!isAsked) return printLine(terminal, '  tier T3 is asked for none')
  if (isCovered) return printLine(terminal, '  it covers the manifest as it is now')
  printLine(
    terminal,
    `Exiting 1: outside of local the gate blocks (GH-INT-001)\n  next: ${nextStep(request, { state, isStale: isExpired || changed.length > 0 })}`,
  )
}

function nextStep(
  request: string,
  { state, isStale }: { readonly state: IntakeStanding['state']; readonly isStale: boolean },
): string {
  if (state === 'none' || state === 'rejected') return 'gatehouse intake request'
  if (isStale || state === 'changes-asked') return `gatehouse intake resubmit ${request}`
  return `gatehouse intake show ${request}: reviews are missing`
}
