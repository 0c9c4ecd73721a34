import { refusalOf, reservedFingerprint } from './finding-refusal.ts'
import { isJsonObject } from '../../base/json.ts'
import { parseDigest, type Digest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  changedFinding,
  dueAtOf,
  findingFailure,
  HISTORY_MAX,
  notesOfNow,
  verifierOf,
  type Finding,
  type FindingChange,
  type FindingEvent,
  type FindingSeverity,
  type FindingSource,
  type FoundDrift,
} from '../../domain/finding/finding.ts'
import { CONTROL_TEST } from '../../domain/controls/control-test.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import type { StoredEvidence } from '../evidence/stored-evidence.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { storedException } from './exceptions.ts'
import { personOf } from './rights.ts'

export interface FindingReport {
  readonly system: string
  readonly title: string
  readonly description: string
  readonly source: FindingSource
  readonly severity: FindingSeverity
  readonly fingerprint?: string | undefined
  readonly owner?: string | undefined
  readonly releaseDigest?: string | undefined
  readonly location?: string | undefined
  readonly risks?: readonly string[] | undefined
  readonly incident?: string | undefined
  readonly verifyingRule?: string | undefined
}

/** Of what Gatehouse saw itself: what is said of a model here is believed. */
export interface SeenReport extends FindingReport {
  readonly drift?: FoundDrift | undefined
}

/** Takes in what somebody reports. The same fingerprint of the same system is the same finding: an ended one opens again. */
export async function reportFinding(
  node: OwnerNode,
  principal: Principal,
  report: FindingReport,
): Promise<Result<Finding, Problem>> {
  const reserved = reservedFingerprint(report)
  return reserved === undefined ? reportSeen(node, principal, { ...report, drift: undefined }) : fail(reserved)
}

/** The same for what gateways, gates and suites saw; never for what a caller wrote. */
export async function reportSeen(
  node: OwnerNode,
  principal: Principal,
  report: SeenReport,
): Promise<Result<Finding, Problem>> {
  // One at a time: two reports at once must not be given one number, nor one thing two findings.
  return node.recorder.exclusive(async () =>
    takeIn(node, principal, report, await knownFinding(node, report.system, fingerprintOf(report))),
  )
}

const fingerprintOf = ({ fingerprint, source, title }: FindingReport): string => fingerprint ?? `${source}/${title}`

async function takeIn(
  node: OwnerNode,
  principal: Principal,
  report: SeenReport,
  known: Finding | undefined,
): Promise<Result<Finding, Problem>> {
  const releaseDigest = report.releaseDigest === undefined ? null : parseDigest(report.releaseDigest)
  if (releaseDigest === undefined)
    return fail({ code: 'finding/digest', message: `\`${report.releaseDigest}\` is no release digest` })
  const foreign = await foreignLink(node, report.system, { releaseDigest, incident: report.incident })
  if (foreign !== undefined) return fail(foreign)
  if (known !== undefined) return seenAgain(node, principal, known, report)
  const finding = { ...(await newFinding(node, principal, report)), fingerprint: fingerprintOf(report), releaseDigest }
  return store(node, principal, 'finding.reported', finding)
}

/** What a finding names lies in its own system. */
async function foreignLink(
  node: OwnerNode,
  system: string,
  {
    releaseDigest,
    incident,
  }: { readonly releaseDigest?: string | null | undefined; readonly incident?: string | undefined },
): Promise<Problem | undefined> {
  const links = [
    ['releases', releaseDigest, 'release', 'gatehouse gate'],
    ['incidents', incident, 'incident', 'gatehouse incident list'],
  ] as const
  for (const [kind, id, what, next] of links) {
    if (id === undefined || id === null) continue
    if ((await node.store.get(kind, id))?.system !== system)
      return {
        code: 'finding/foreign-link',
        message: `\`${system}\` has no ${what} \`${id}\``,
        next: `see \`${next}\``,
      }
  }
  return undefined
}

export interface ImportedFindings {
  readonly items: readonly Finding[]
  readonly opened: number
  readonly reopened: number
  /** Known and not new: open, carried or dismissed. */
  readonly known: number
}

/** Takes in what a tool found: what came in before a failure stays in, and handing it in again adds nothing twice. */
export async function importFindings(
  node: OwnerNode,
  principal: Principal,
  system: string,
  reports: readonly FindingReport[],
): Promise<Result<ImportedFindings, Problem>> {
  const reserved = reports.map(reservedFingerprint).find((problem) => problem !== undefined)
  if (reserved !== undefined) return fail(reserved)
  return node.recorder.exclusive(async () => {
    const items: Finding[] = []
    let opened = 0
    let reopened = 0
    for (const report of reports) {
      const before = await knownFinding(node, system, fingerprintOf(report))
      const taken = await takeIn(node, principal, { ...report, drift: undefined }, before)
      if (!taken.ok) return taken
      items.push(taken.value)
      if (before === undefined) opened += 1
      else if (before.state !== taken.value.state) reopened += 1
    }
    return ok({ items, opened, reopened, known: items.length - opened - reopened })
  })
}

async function newFinding(node: OwnerNode, principal: Principal, report: SeenReport): Promise<Finding> {
  const now = node.clock()
  const who = personOf(principal)
  return {
    id: `FND-${(await node.store.count('findings')) + 1}`,
    system: report.system,
    title: report.title,
    description: report.description,
    source: report.source,
    fingerprint: '',
    severity: report.severity,
    state: 'open',
    owner: report.owner ?? who,
    reportedBy: who,
    reportedAt: now,
    dueAt: dueAtOf(report.severity, now),
    releaseDigest: null,
    location: report.location ?? null,
    risks: report.risks ?? [],
    incident: report.incident ?? null,
    verifyingRule: report.verifyingRule ?? null,
    fixClaimedAt: null,
    verifiedBy: null,
    closedAt: null,
    exception: null,
    ...(report.drift === undefined ? {} : { drift: report.drift }),
    history: [{ at: now, who, what: `reported from ${report.source}` }],
  }
}

export async function knownFinding(node: OwnerNode, system: string, fingerprint: string): Promise<Finding | undefined> {
  const [known] = await node.store.list('findings', { system, fingerprint, limit: 1 })
  return known?.document as Finding | undefined
}

async function seenAgain(
  node: OwnerNode,
  principal: Principal,
  known: Finding,
  report: SeenReport,
): Promise<Result<Finding, Problem>> {
  // A dismissed one was judged to be none: seeing it again is no news.
  if (known.state === 'dismissed') return ok(known)
  const isNews = known.drift === undefined && report.drift !== undefined
  const told = isNews ? { ...known, drift: report.drift } : known
  if (known.state !== 'closed') return isNews ? store(node, principal, 'finding.changed', told) : ok(known)
  const who = personOf(principal)
  const change: FindingChange = { event: 'reopen', at: node.clock(), who, note: `found again by ${report.source}` }
  return store(node, principal, 'finding.changed', changedFinding(told, change))
}

/** Moves a finding. Only evidence that is newer than the claimed fix closes one. */
export async function changeFinding(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly id: string
    readonly event: FindingEvent
    readonly note: string
    readonly exception?: string | undefined
  },
): Promise<Result<Finding, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findFinding(node, input.id)
    if (!known.ok) return known
    const change: FindingChange = {
      event: input.event,
      at: node.clock(),
      who: personOf(principal),
      note: input.note,
      evidence: await newestEvidence(node, known.value),
      exception: await exceptionInForce(node, known.value.system, input.exception),
    }
    const refused = findingFailure(known.value, change)
    if (refused !== undefined) return fail(refusalOf(refused, known.value))
    return store(node, principal, 'finding.changed', changedFinding(known.value, change))
  })
}

/** Sets who deals with it, how bad it is and what shows that it is fixed; a new severity moves the day it is due. */
export async function assignFinding(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly id: string
    readonly owner?: string | undefined
    readonly severity?: FindingSeverity | undefined
    readonly verifyingRule?: string | undefined
    readonly incident?: string | undefined
  },
): Promise<Result<Finding, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findFinding(node, input.id)
    if (!known.ok) return known
    const before = known.value
    if (before.source === CONTROL_TEST && input.verifyingRule !== undefined)
      return fail({
        code: 'finding/verifying-rule',
        message: `\`${input.id}\` is closed by a newer run that notices the same removal, and by no other rule`,
        next: 'gatehouse controls test --record, then gatehouse finding verify',
      })
    const foreign = await foreignLink(node, before.system, { incident: input.incident })
    if (foreign !== undefined) return fail(foreign)
    const severity = input.severity ?? before.severity
    const what = `assigned: owner ${input.owner ?? before.owner}, ${severity}, rule ${input.verifyingRule ?? before.verifyingRule ?? 'none'}`
    return store(node, principal, 'finding.changed', {
      ...before,
      severity,
      owner: input.owner ?? before.owner,
      verifyingRule: input.verifyingRule ?? before.verifyingRule,
      incident: input.incident ?? before.incident,
      dueAt: severity === before.severity ? before.dueAt : dueAtOf(severity, before.reportedAt),
      history: [...before.history, { at: node.clock(), who: personOf(principal), what }].slice(-HISTORY_MAX),
    })
  })
}

/** Writes down which risk of the register speaks of it. */
export async function linkRisk(node: OwnerNode, principal: Principal, id: string, risk: string): Promise<void> {
  const known = await findFinding(node, id)
  if (!known.ok || known.value.risks.includes(risk)) return
  const note = { at: node.clock(), who: personOf(principal), what: `risk ${risk} was opened from it` }
  await store(node, principal, 'finding.changed', {
    ...known.value,
    risks: [...known.value.risks, risk],
    history: [...known.value.history, note].slice(-HISTORY_MAX),
  })
}

/** Writes down what else became known of it; its state stays. The same words are written once, until it is found again. */
export function noteFinding(
  node: OwnerNode,
  principal: Principal,
  id: string,
  what: string,
): Promise<Result<Finding, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findFinding(node, id)
    if (!known.ok || notesOfNow(known.value).some((note) => note.what === what)) return known
    const note = { at: node.clock(), who: personOf(principal), what }
    const history = [...known.value.history, note].slice(-HISTORY_MAX)
    return store(node, principal, 'finding.changed', { ...known.value, history })
  })
}

async function findFinding(node: OwnerNode, id: string): Promise<Result<Finding, Problem>> {
  const record = await node.store.get('findings', id)
  return record === undefined
    ? fail({ code: 'finding/unknown', message: `no finding \`${id}\` is known`, next: 'see `gatehouse finding list`' })
    : ok(record.document as unknown as Finding)
}

async function newestEvidence(node: OwnerNode, finding: Finding): Promise<FindingChange['evidence']> {
  const { system } = finding
  const verifyingRule = verifierOf(finding)
  if (verifyingRule === null) return undefined
  if (verifyingRule === CONTROL_TEST) return newestRemoval(node, finding)
  const [newest] = await node.store.list('evidence', { system, topic: verifyingRule, limit: 1 })
  if (newest !== undefined) {
    const { outcome, finishedAt } = newest.document as unknown as StoredEvidence
    return { id: newest.id, outcome, finishedAt: epochMs(finishedAt) }
  }
  // A rule over the manifest alone has no evidence of its own: what the last verdict said of it counts.
  const [verdict] = await node.store.list('verdicts', { system, limit: 1 })
  if (verdict === undefined) return undefined
  const { results, decidedAt } = verdict.document as unknown as StoredVerdict
  const result = results.find(({ id }) => id === verifyingRule)
  return result === undefined ? undefined : { id: verdict.id, outcome: result.outcome, finishedAt: epochMs(decidedAt) }
}

/** Runs that are looked through for a removal: those without `--run` try fewer of them. */
const RUNS_MAX = 50

/** What the newest run that tried this very removal said of it. */
async function newestRemoval(node: OwnerNode, { system, fingerprint }: Finding): Promise<FindingChange['evidence']> {
  for (const { id, document } of await node.store.list('evidence', { system, topic: CONTROL_TEST, limit: RUNS_MAX })) {
    const { noticed } = document
    // Evidence under this name that was brought in otherwise says nothing of single removals.
    if (noticed === undefined || !isJsonObject(noticed) || !Object.hasOwn(noticed, fingerprint)) continue
    const { finishedAt } = document as unknown as StoredEvidence
    return { id, outcome: noticed[fingerprint] === true ? 'passed' : 'failed', finishedAt: epochMs(finishedAt) }
  }
  return undefined
}

async function exceptionInForce(node: OwnerNode, system: string, id: string | undefined): Promise<string | undefined> {
  const record = id === undefined ? undefined : await node.store.get('exceptions', id)
  if (record === undefined || record.system !== system) return undefined
  const { status, expiresAt } = storedException(record.document)
  return status === 'approved' && node.clock() < expiresAt ? record.id : undefined
}

async function store(
  node: OwnerNode,
  principal: Principal,
  type: string,
  finding: Finding,
): Promise<Result<Finding, Problem>> {
  const { id, system, state, severity } = finding
  const entry = await node.recorder.record(type, principal.name, finding.releaseDigest as Digest | null, {
    head: { id, system, status: state, topic: severity },
    record: finding,
  })
  return entry.ok ? ok(finding) : entry
}

/** Every finding of a system that is still somebody's work, most pressing first; an accepted one whose waiver has ended is work again. */
export async function openFindings(node: OwnerNode, system: string | undefined): Promise<readonly Finding[]> {
  const all = (await listAll(node.store, 'findings', system === undefined ? {} : { system })).map(
    ({ document }) => document as unknown as Finding,
  )
  const open = await stillOpen(node, all)
  return open.toSorted((one, other) => one.dueAt - other.dueAt || one.reportedAt - other.reportedAt)
}

/** Those of the findings that are somebody's work. */
export async function stillOpen(node: OwnerNode, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const open: Finding[] = []
  for (const finding of findings) {
    const isCarried =
      finding.state === 'accepted' &&
      (await exceptionInForce(node, finding.system, finding.exception ?? undefined)) !== undefined
    if (finding.state === 'closed' || finding.state === 'dismissed' || isCarried) continue
    open.push(finding.state === 'accepted' ? { ...finding, state: 'open' } : finding)
  }
  return open
}
