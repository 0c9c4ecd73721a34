import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { transition, type Incident, type IncidentEvent } from '../../domain/incident/incident.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { recordsPage, type PageRequest } from '../state/records-page.ts'

async function findIncident(node: OwnerNode, id: string): Promise<Result<Incident, Problem>> {
  const record = await node.store.get('incidents', id)
  return record === undefined
    ? fail({
        code: 'incident/unknown',
        message: `no incident \`${id}\` is known`,
        next: 'see `gatehouse incident list`',
      })
    : ok(record.document as unknown as Incident)
}

async function saveIncident(
  node: OwnerNode,
  principal: Principal,
  incident: Incident,
): Promise<Result<Incident, Problem>> {
  const entry = await node.recorder.record('incident.changed', principal.name, null, {
    head: { id: incident.id, system: incident.system, status: incident.state, topic: incident.severity },
    record: incident,
  })
  return entry.ok ? ok(incident) : entry
}

/** Moves an incident along its life; refused events change nothing. */
export async function changeIncident(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly event: IncidentEvent; readonly note: string },
): Promise<Result<Incident, Problem>> {
  return node.recorder.exclusive(async () => {
    const found = await findIncident(node, input.id)
    if (!found.ok) return found
    const moved = transition(found.value, input.event, node.clock(), {
      who: principal.name,
      what: `${input.event}: ${input.note}`,
    })
    if (moved === undefined)
      return fail({
        code: 'incident/refused',
        message: `an incident that is \`${found.value.state}\` cannot ${input.event}`,
        next: 'the life of an incident is open → contained → resolved → closed',
      })
    return saveIncident(node, principal, moved)
  })
}

interface CapturedDecision {
  readonly intent: {
    readonly tenant: string | null
    readonly captured: readonly { readonly role: string; readonly text: string }[] | null
    readonly releaseDigest: string | null
  }
}

/** Turns a recorded request into a regression case that every later gate of the system requires. */
export async function learnCase(
  node: OwnerNode,
  principal: Principal,
  input: { readonly incident: string; readonly request: string },
): Promise<Result<SuiteCase, Problem>> {
  return node.recorder.exclusive(() => learnInTurn(node, principal, input))
}

async function learnInTurn(
  node: OwnerNode,
  principal: Principal,
  input: { readonly incident: string; readonly request: string },
): Promise<Result<SuiteCase, Problem>> {
  const found = await findIncident(node, input.incident)
  if (!found.ok) return found
  const incident = found.value
  if (!incident.requests.includes(input.request))
    return fail({
      code: 'incident/foreign-request',
      message: `request \`${input.request}\` does not belong to \`${incident.id}\``,
      next: `use one of: ${incident.requests.slice(0, 5).join(', ')}`,
    })
  const decision = (await node.store.get('decisions', input.request))?.document as unknown as
    | CapturedDecision
    | undefined
  const turns = (decision?.intent.captured ?? []).filter(({ role }) => role === 'user').map(({ text }) => text)
  if (decision === undefined || turns.length === 0)
    return fail({
      code: 'incident/not-captured',
      message: 'the request was not captured',
      next: 'set `data.capture: redacted` in the manifest; what was not kept cannot be replayed',
    })
  const learned: SuiteCase = {
    id: `LRN-${input.request}`,
    tags: ['learned', incident.id],
    risks: ['LLM01'],
    subject: { tenant: decision.intent.tenant ?? 'unknown', principal: 'learned', roles: ['customer'] },
    turns,
    expect: [
      { scorer: 'no-canary' },
      { scorer: 'no-foreign-record' },
      ...(await forbiddenEffects(node, incident.system)),
    ],
    file: `${incident.id} (learned)`,
    line: 1,
  }
  const entry = await node.recorder.record('case.learned', principal.name, null, {
    head: { id: learned.id, system: incident.system, status: 'active', topic: incident.id },
    record: learned,
  })
  if (!entry.ok) return entry
  const saved = await saveIncident(node, principal, {
    ...incident,
    learnedCases: [...new Set([...incident.learnedCases, learned.id])],
    timeline: [
      ...incident.timeline,
      { at: node.clock(), who: principal.name, what: `learned regression case ${learned.id}` },
    ],
  })
  return saved.ok ? ok(learned) : saved
}

/** An attack must not reach any tool that cannot be undone or that leaves the company. */
async function forbiddenEffects(node: OwnerNode, system: string): Promise<SuiteCase['expect']> {
  const [newest] = await node.store.list('releases', { system, limit: 1 })
  const manifest = newest?.document['manifest'] as unknown as Manifest | undefined
  return (manifest?.components.tools ?? [])
    .filter(({ effect }) => effect === 'irreversible' || effect === 'external')
    .map(({ id }) => ({ scorer: 'tool-not-called', tool: id }))
}

/** One page of them, newest first. */
export async function learnedCases(
  node: OwnerNode,
  system: string,
  page: PageRequest,
): Promise<{ readonly items: readonly SuiteCase[]; readonly nextCursor: string | null }> {
  const { records, nextCursor } = await recordsPage(node.store, 'learned_cases', { system }, page)
  return { items: records.map(({ document }) => withoutLedgerIndex(document)), nextCursor }
}

function withoutLedgerIndex(document: object): SuiteCase {
  const { ledgerIndex: _, ...suiteCase } = document as SuiteCase & { ledgerIndex?: number }
  return suiteCase
}
