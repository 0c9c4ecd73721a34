import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Decision, DecisionRights } from '../../domain/approval/decision-rights.ts'
import { delegationFor, type Delegation } from '../../domain/approval/delegation.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** What the organization has adopted last, or the rights that Gatehouse ships. */
export async function currentRights(node: OwnerNode): Promise<DecisionRights> {
  const [newest] = await node.store.list('decision_rights', { limit: 1 })
  return (newest?.document['rights'] as unknown as DecisionRights | undefined) ?? node.shippedRights
}

/** A new file of rights takes effect for everything that is decided from now on; words already given keep counting by it. */
export async function adoptRights(
  node: OwnerNode,
  principal: Principal,
  { file, text }: { readonly file: string; readonly text: string },
): Promise<Result<object, Problem>> {
  const parsed = node.parseRights(file, text)
  if (!parsed.ok) return fail(parsed.failure[0] ?? { code: 'rights/invalid', message: `\`${file}\` cannot be read` })
  const document = { id: node.newId(), rights: parsed.value, adoptedBy: personOf(principal), adoptedAt: node.clock() }
  const entry = await node.recorder.record('rights.adopted', principal.name, null, {
    head: { id: document.id, system: '', status: 'adopted', topic: `${parsed.value.id}@${parsed.value.version}` },
    record: document,
  })
  return entry.ok ? ok(document) : entry
}

/** The human being behind a caller: a key speaks for the person it was given to. */
export function personOf({ name, person }: Principal): string {
  return person ?? name
}

/** How somebody comes to speak in a role: it is theirs, or it was lent to them. */
export interface Speaker {
  readonly principal: string
  readonly role: string
  readonly onBehalfOf: string | null
}

/** Undefined: they neither hold the role nor was it lent to them for this decision. */
export async function speakerIn(
  node: OwnerNode,
  principal: Principal,
  { role, decision }: { readonly role: string; readonly decision: Decision },
): Promise<Speaker | undefined> {
  const person = personOf(principal)
  if (principal.roles.includes(role) || principal.roles.includes('admin'))
    return { principal: person, role, onBehalfOf: null }
  const lent = delegationFor(await delegationsOf(node), { person, role, decision, now: node.clock() })
  return lent === undefined ? undefined : { principal: person, role, onBehalfOf: lent.from }
}

export async function delegationsOf(node: OwnerNode): Promise<readonly Delegation[]> {
  return (await listAll(node.store, 'delegations', {})).map(({ document }) => document as unknown as Delegation)
}

/** Tier of a registered release; the strictest where it is not known. */
export function tierOfRelease(document: { readonly tier?: unknown } | undefined): Tier {
  const tier = (document?.tier as { readonly tier?: unknown } | undefined)?.tier
  return tier === 'T2' || tier === 'T3' ? tier : 'T1'
}
