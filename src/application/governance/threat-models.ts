import { digestOfJson, type Digest } from '../../base/digest.ts'
import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import type { Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { rightOf } from '../../domain/approval/decision-rights.ts'
import type { Manifest, Tier } from '../../domain/manifest/manifest.ts'
import { dataFlowOf, type DataFlow } from '../../domain/threatmodel/data-flow.ts'
import { threatsOf, type Threat, type ThreatAcceptance } from '../../domain/threatmodel/threat.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { currentRights, personOf, speakerIn, tierOfRelease } from './rights.ts'

/** A word on a system's threat model: that it was reviewed, or that somebody carries one of its threats. */
export type ThreatModelEntry =
  | {
      readonly kind: 'attested'
      readonly id: string
      readonly system: string
      /** Of the graph that was reviewed: another graph needs another review. */
      readonly graph: Digest
      readonly by: string
      readonly at: EpochMs
      readonly note: string
    }
  | (ThreatAcceptance & {
      readonly kind: 'accepted'
      readonly id: string
      readonly system: string
      readonly graph: Digest
      readonly at: EpochMs
    })

/** How long a review stands where nothing changes. */
export const ATTESTED_DAYS = 180
const ACCEPTED_DAYS_MAX = 90

export interface ThreatModel {
  readonly system: string
  readonly tier: Tier
  readonly releaseDigest: Digest
  readonly graph: Digest
  readonly dataFlow: DataFlow
  readonly threats: readonly Threat[]
  /** Who reviewed exactly this graph, not too long ago; null: nobody, or it has changed since. */
  readonly attestation: { readonly by: string; readonly at: EpochMs; readonly note: string } | null
  readonly wasAttested: boolean
}

/** The threat model of a system's newest release, as its evidence stands now. */
export async function threatModelOf(node: OwnerNode, system: string): Promise<Result<ThreatModel, Problem>> {
  const [release] = await node.store.list('releases', { system, limit: 1 })
  if (release === undefined)
    return fail({
      code: 'threats/unknown-system',
      message: `no release of \`${system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  return ok(await threatModelOfRelease(node, release))
}

export async function threatModelOfRelease(node: OwnerNode, release: StateRecord): Promise<ThreatModel> {
  const { system } = release
  const manifest = release.document['manifest'] as unknown as Manifest
  const dataFlow = dataFlowOf(manifest)
  const graph = graphDigest(node, manifest, dataFlow)
  const entries = (await listAll(node.store, 'threat_models', { system })).map(
    ({ document }) => document as unknown as ThreatModelEntry,
  )
  const now = node.clock()
  const attested = entries.filter((entry) => entry.kind === 'attested').toSorted((one, other) => other.at - one.at)
  const current = attested.find((entry) => entry.graph === graph && now - entry.at < ATTESTED_DAYS * DAY_MS)
  return {
    system,
    tier: tierOfRelease(release.document),
    releaseDigest: release.id as Digest,
    graph,
    dataFlow,
    threats: threatsOf(manifest, dataFlow, {
      catalogue: node.threatCatalogue,
      passedRules: await passedRules(node, system, release.id as Digest),
      // A threat that was accepted on another graph is another threat.
      acceptances: entries.filter((entry) => entry.kind === 'accepted').filter((entry) => entry.graph === graph),
      now,
    }),
    attestation: current === undefined ? null : { by: current.by, at: current.at, note: current.note },
    wasAttested: attested.length > 0,
  }
}

/**
 * What makes a graph another one: elements, flows and the measures that the manifest takes. The wording of a prompt or
 * the title of a system does not reopen a review, a new tool or a dropped `authorize` does.
 */
function graphDigest(node: Pick<OwnerNode, 'sha256'>, { components, intake, guard }: Manifest, flow: DataFlow): Digest {
  const material = {
    elements: flow.elements.map(({ id, boundary }) => [id, boundary]),
    flows: flow.flows.map(({ id }) => id),
    intake: { audience: intake.audience, dataClasses: intake.dataClasses, autonomy: intake.autonomy },
    models: components.models.map(({ id, provider, model }) => [id, provider, model]),
    tools: components.tools ?? [],
    retrievers: components.retrievers ?? [],
    mcpServers: components.mcpServers ?? [],
    agents: components.agents ?? [],
    guard: guard?.preset ?? null,
  }
  return digestOfJson(node.sha256, JSON.parse(JSON.stringify(material)) as Json)
}

async function passedRules(node: OwnerNode, system: string, releaseDigest: Digest): Promise<ReadonlySet<string>> {
  const [newest] = await node.store.list('verdicts', { system, releaseDigest, limit: 1 })
  const verdict = newest?.document as unknown as StoredVerdict | undefined
  if (verdict === undefined || verdict.validUntil <= node.clock()) return new Set()
  return new Set(verdict.results.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id))
}

/** Somebody who is not the author says that they have reviewed exactly this graph. */
export async function attestThreatModel(
  node: OwnerNode,
  principal: Principal,
  input: { readonly system: string; readonly graph: string; readonly note: string },
): Promise<Result<ThreatModelEntry, Problem>> {
  const model = await threatModelOf(node, input.system)
  if (!model.ok) return model
  if (model.value.graph !== input.graph)
    return fail({
      code: 'threats/changed',
      message: 'the graph has changed since it was looked at',
      next: `look again: gatehouse threats show -s ${input.system}`,
    })
  const author = (await node.store.get('releases', model.value.releaseDigest))?.document['author']
  if (author === personOf(principal))
    return fail({
      code: 'threats/author',
      message: 'the author does not review the threat model of their own release',
      next: 'ask somebody else',
    })
  const { graph } = model.value
  return stored(node, principal, {
    kind: 'attested',
    id: node.newId(),
    system: input.system,
    graph,
    by: personOf(principal),
    at: node.clock(),
    note: input.note,
  })
}

/** Somebody who may accept risks carries one threat for a bounded time. */
export async function acceptThreat(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly system: string
    readonly threat: string
    readonly role: string
    readonly reason: string
    readonly days: number
  },
): Promise<Result<ThreatModelEntry, Problem>> {
  const model = await threatModelOf(node, input.system)
  if (!model.ok) return model
  const { threats, tier, graph } = model.value
  if (!threats.some(({ id }) => id === input.threat))
    return fail({
      code: 'threats/unknown',
      message: `\`${input.system}\` has no threat \`${input.threat}\``,
      next: `see gatehouse threats show -s ${input.system}`,
    })
  const right = rightOf(await currentRights(node), 'risk-acceptance', tier)
  const speaker = await speakerIn(node, principal, { role: input.role, decision: 'risk-acceptance' })
  if (
    speaker === undefined ||
    speaker.onBehalfOf !== null ||
    (right.people > 0 && !right.roles.some((role) => role === input.role))
  )
    return fail({
      code: 'threats/role',
      message: `\`${principal.name}\` does not accept risks of tier ${tier} as \`${input.role}\``,
      next: right.people > 0 ? `ask one of: ${right.roles.join(', ')}` : 'speak in a role that you hold',
    })
  if (input.days < 1 || input.days > ACCEPTED_DAYS_MAX)
    return fail({ code: 'threats/too-long', message: `a threat is carried for 1 to ${ACCEPTED_DAYS_MAX} days` })
  const now = node.clock()
  return stored(node, principal, {
    kind: 'accepted',
    id: node.newId(),
    system: input.system,
    threat: input.threat,
    graph,
    by: speaker.principal,
    reason: input.reason,
    at: now,
    expiresAt: epochMs(now + input.days * DAY_MS),
  })
}

async function stored(
  node: OwnerNode,
  principal: Principal,
  entry: ThreatModelEntry,
): Promise<Result<ThreatModelEntry, Problem>> {
  const kept = await node.recorder.record('threat-model.recorded', principal.name, null, {
    head: { id: entry.id, system: entry.system, status: entry.kind, topic: entry.graph },
    record: entry,
  })
  return kept.ok ? ok(entry) : kept
}
