import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { Catalogue } from '../../domain/controls/control.ts'
import { gapsOf, roadmapOf, type ControlGap, type GapSeverity } from '../../domain/controls/find-gaps.ts'
import { answersOfManifest, assessIntake, type IntakeContext } from '../../domain/intake/assess-intake.ts'
import { rankPortfolio } from '../../domain/controls/rank-portfolio.ts'
import type { Manifest, Tier } from '../../domain/manifest/manifest.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { windowOf, type PageRequest } from '../state/records-page.ts'
import { commitmentGaps, type CommitmentGap } from '../governance/commitments.ts'
import { assessPortfolio, assessSystem, type PortfolioSystem } from './assess-system.ts'

/** What gaps are judged by, besides the state. */
export interface GapContext {
  readonly severityOf: ReadonlyMap<string, GapSeverity>
  readonly intake: IntakeContext
}

/** The roadmap, and the systems that it is about. */
export interface PortfolioGaps {
  readonly asOf: string
  readonly systems: readonly object[]
  /** One page of it. */
  readonly items: readonly object[]
  readonly nextCursor: string | null
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
  { system, ...page }: PageRequest & { readonly system?: string | undefined },
): Promise<Result<PortfolioGaps, Problem>> {
  const now = node.clock()
  const assessed =
    system === undefined ? ok(await assessPortfolio(node, catalogue)) : await oneOf(node, catalogue, system)
  if (!assessed.ok) return assessed
  const gaps: ControlGap[] = []
  const systems: { readonly name: string; readonly tier: Tier }[] = []
  for (const { evidence, assessments, manifest } of assessed.value) {
    const required = new Set(
      assessIntake(answersOfManifest(manifest as unknown as Manifest), intake).controls.map(({ id }) => id),
    )
    const asked = assessments.filter(({ control }) => required.has(control.id))
    const head = { name: evidence.system, tier: evidence.tier }
    systems.push(head)
    gaps.push(...gapsOf(head, asked, { severityOf, now }))
  }
  const window = windowOf(roadmapOf(gaps), (gap) => `${gap.system}/${gap.control}`, page)
  if (!window.ok) return window
  return ok({
    asOf: day(now),
    systems: rankPortfolio(systems, gaps).map((line) => ({
      ...line,
      nextDue: line.nextDueAt === null ? null : day(line.nextDueAt),
    })),
    items: window.value.items.map((gap) => ({ ...gap, due: day(gap.dueAt) })),
    nextCursor: window.value.nextCursor,
    commitments: await commitmentGaps(node, system),
  })
}

async function oneOf(
  node: OwnerNode,
  catalogue: Catalogue,
  system: string,
): Promise<Result<readonly PortfolioSystem[], Problem>> {
  const [assessed, [newest]] = await Promise.all([
    assessSystem(node, catalogue, system),
    node.store.list('releases', { system, limit: 1, parts: ['manifest'] }),
  ])
  return assessed.ok ? ok([{ ...assessed.value, manifest: newest?.document['manifest'] as JsonObject }]) : assessed
}

const day = (at: EpochMs): string => toRfc3339(at).slice(0, 10)
