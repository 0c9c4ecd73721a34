import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { Catalogue } from '../../domain/controls/control.ts'
import { gapsOf, roadmapOf, type ControlGap, type GapSeverity } from '../../domain/controls/find-gaps.ts'
import { answersOfManifest, assessIntake, type IntakeContext } from '../../domain/intake/assess-intake.ts'
import { rankPortfolio } from '../../domain/controls/rank-portfolio.ts'
import type { Manifest, Tier } from '../../domain/manifest/manifest.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { commitmentGaps, type CommitmentGap } from '../governance/commitments.ts'
import { assessSystem } from './assess-system.ts'

/** What gaps are judged by, besides the state. */
export interface GapContext {
  readonly severityOf: ReadonlyMap<string, GapSeverity>
  readonly intake: IntakeContext
}

export interface PortfolioGaps {
  readonly asOf: string
  /** What the roadmap is about, ranked by tier and risk. */
  readonly systems: readonly object[]
  readonly items: readonly object[]
  /** Promises to customers that nothing shows to be kept, or that nobody has agreed to yet. */
  readonly commitments: readonly CommitmentGap[]
}

/**
 * Gaps of one system or of every system that the state knows, as a dated roadmap: of the controls that the intake of the
 * newest release asks for, so that nobody is asked for what does not concern them.
 */
export async function portfolioGaps(
  node: OwnerNode,
  catalogue: Catalogue,
  { severityOf, intake }: GapContext,
  { system }: { readonly system?: string | undefined },
): Promise<Result<PortfolioGaps, Problem>> {
  const now = node.clock()
  const systems =
    system === undefined
      ? [...new Set((await listAll(node.store, 'releases', {})).map(({ system: name }) => name))].toSorted()
      : [system]
  const gaps: ControlGap[] = []
  const assessedSystems: { readonly name: string; readonly tier: Tier }[] = []
  for (const name of systems) {
    const assessed = await assessSystem(node, catalogue, name)
    if (!assessed.ok) return assessed
    const { evidence, assessments } = assessed.value
    const [newest] = await node.store.list('releases', { system: name, limit: 1 })
    const required = new Set(
      assessIntake(answersOfManifest(newest?.document['manifest'] as unknown as Manifest), intake).controls.map(
        ({ id }) => id,
      ),
    )
    const asked = assessments.filter(({ control }) => required.has(control.id))
    assessedSystems.push({ name, tier: evidence.tier })
    gaps.push(...gapsOf({ name, tier: evidence.tier }, asked, { severityOf, now }))
  }
  return ok({
    asOf: day(now),
    systems: rankPortfolio(assessedSystems, gaps).map((line) => ({
      ...line,
      nextDue: line.nextDueAt === null ? null : day(line.nextDueAt),
    })),
    items: roadmapOf(gaps).map((gap) => ({ ...gap, due: day(gap.dueAt) })),
    commitments: await commitmentGaps(node, system),
  })
}

const day = (at: EpochMs): string => toRfc3339(at).slice(0, 10)
