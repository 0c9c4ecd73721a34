import { digestOfBytes, type Digest } from '../../base/digest.ts'
import { utf8 } from '../../base/bytes.ts'
import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { canonicalJsonOf, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { IN_TOTO_PAYLOAD, signEnvelope, type Envelope } from '../../domain/evidence/dsse.ts'
import { statementBytes, vsaStatement } from '../../domain/evidence/statement.ts'
import { personKey } from '../../domain/approval/person.ts'
import { computeTier } from '../../domain/manifest/compute-tier.ts'
import { isServedScope, modeOf, type PolicyPack } from '../../domain/policy/policy-pack.ts'
import type { Approval } from '../../domain/release/approvals.ts'
import { decideRelease, type ReleaseDecision, type RuleResult } from '../../domain/release/decide-release.ts'
import type { ReleaseException } from '../../domain/release/release-exception.ts'
import type { Release } from '../../domain/release/release.ts'
import { latestEvidence } from '../evidence/record-evidence.ts'
import type { StoredEvidence } from '../evidence/stored-evidence.ts'
import { storedException } from '../governance/exceptions.ts'
import { currentRights } from '../governance/rights.ts'
import { askRego, type RegoBundles } from './ask-rego.ts'
import { bindRequestPacks } from './request-packs.ts'
import { packIdentities, pendingPolicyChange, policySetDigest } from './policy-change.ts'
import { syncRisks } from '../governance/risks.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { stateFacts } from './state-facts.ts'
import type { StoredRuleResult, StoredVerdict } from './stored-verdict.ts'

export interface GateInput {
  readonly release: Release
  /** Digest of every file or folder that the manifest names: what the gateway recomputes the release from. */
  readonly files: Readonly<Record<string, Digest>>
  readonly packs: readonly PolicyPack[]
  /** Compiled Rego of those packs that have some. */
  readonly bundles?: RegoBundles | undefined
  readonly environment: string
  readonly author: string
  readonly expectedKeys: ReadonlyMap<string, Digest>
  readonly facts: JsonObject
}

/** Decides on a release and signs the verdict. Registers the release first, so that everything names a digest that is known. */
export async function gateRelease(
  node: OwnerNode,
  principal: Principal,
  input: GateInput,
): Promise<Result<StoredVerdict, Problem>> {
  const { release, environment } = input
  const system = release.manifest.metadata.name
  if (!Object.hasOwn(release.manifest.environments, environment))
    return fail({
      code: 'gate/unknown-environment',
      message: `environment \`${environment}\` is not declared`,
      next: `use one of: ${Object.keys(release.manifest.environments).join(', ')}`,
    })
  const registered = await registerRelease(node, principal, input)
  if (!registered.ok) return registered
  const bound = await bindRequestPacks(node, principal, input.packs)
  if (!bound.ok) return bound
  const { tier } = computeTier(release.manifest)
  const evidence = await latestEvidence(node, system, release.digest)
  const rights = await currentRights(node)
  const policies = policySetDigest(node, input.packs)
  const question = { system, environment, tier, policies, rights }
  const pendingDecisions = await pendingPolicyChange(node, question)
  const now = node.clock()
  const rules = {
    engine: node.engine,
    packs: input.packs,
    tier,
    environment,
    manifest: release.raw,
    facts: { ...input.facts, ...(await stateFacts(node, release, tier, input.packs)) },
    evidence,
    expectedKeys: input.expectedKeys,
    now,
  }
  const { facts } = rules
  const decision = decideRelease({
    ...rules,
    rego: await askRego(node.rego, rules, input.bundles ?? new Map()),
    releaseDigest: release.digest,
    exceptions: await exceptionsOf(node, system),
    approvals: await approvalsOf(node, system, release.digest),
    author: registered.value,
    rights,
    pendingDecisions,
  })
  const verdict = await storeVerdict(
    node,
    principal,
    { ...input, author: registered.value },
    { decision, evidence, tier, now, facts, pendingDecisions },
  )
  if (!verdict.ok) return verdict
  const synced = await syncRisks(node, principal, verdict.value)
  return synced.ok ? verdict : synced
}

/** The first registration names the author; nobody else can take that over by gating again. Returns the author. */
async function registerRelease(
  node: OwnerNode,
  principal: Principal,
  { release, files, author }: GateInput,
): Promise<Result<string, Problem>> {
  const known = await node.store.get('releases', release.digest)
  if (known !== undefined) return ok(String(known.document['author']))
  const { name, version } = release.manifest.metadata
  const record = {
    digest: release.digest,
    version,
    author,
    tier: computeTier(release.manifest),
    manifest: release.raw,
    files,
    prompts: release.prompts,
    toolSchemas: Object.fromEntries(Object.entries(release.toolSchemas).map(([id, { text }]) => [id, text])),
    components: release.components,
  }
  const entry = await node.recorder.record('release.registered', principal.name, release.digest, {
    head: { id: release.digest, system: name, status: 'registered', topic: version },
    record,
  })
  return entry.ok ? ok(author) : entry
}

async function exceptionsOf(node: OwnerNode, system: string): Promise<readonly ReleaseException[]> {
  return (await listAll(node.store, 'exceptions', { system })).map(({ document }) => storedException(document))
}

async function approvalsOf(node: OwnerNode, system: string, releaseDigest: Digest): Promise<readonly Approval[]> {
  const approvals = await listAll(node.store, 'approvals', { system, releaseDigest })
  return approvals.map(({ document }) => document as unknown as Approval).toSorted((one, other) => one.at - other.at)
}

interface Decided {
  readonly decision: ReleaseDecision
  readonly evidence: ReadonlyMap<string, StoredEvidence>
  readonly tier: string
  readonly now: EpochMs
  /** Those of the project and those of the state. */
  readonly facts: JsonObject
  readonly pendingDecisions: StoredVerdict['pendingDecisions']
}

async function storeVerdict(
  node: OwnerNode,
  principal: Principal,
  input: GateInput,
  decided: Decided,
): Promise<Result<StoredVerdict, Problem>> {
  const { release, environment, packs, author } = input
  const { decision, tier, now } = decided
  const { name, version } = release.manifest.metadata
  const validUntil = validityOf(decision, now)
  const verdict: Omit<StoredVerdict, 'ledgerIndex'> = {
    id: node.newId(),
    system: name,
    systemVersion: version,
    releaseDigest: release.digest,
    environment,
    tier,
    verdict: decision.verdict,
    results: decision.results.map(storedResult),
    shadow: decision.shadow.map(storedResult),
    requestRules: packs
      .filter(({ scope }) => isServedScope(scope))
      .flatMap((pack) => pack.rules.map((rule) => ({ id: rule.id, pack: pack.id, mode: modeOf(pack, rule) }))),
    facts: decided.facts,
    skipped: decision.skipped.map(({ rule }) => rule.id),
    approvals: {
      needed: decision.approvals.needed,
      given: wordsOnRecord(decision.approvals.given),
      agreed: decision.approvals.agreed,
      isRejected: decision.approvals.isRejected,
    },
    pendingDecisions: decided.pendingDecisions,
    unusedExceptions: decision.unusedExceptions.map(({ id }) => id),
    packs: packIdentities(packs),
    decidedAt: now,
    validUntil,
    author,
    envelope: await signVerdict(node, input, decided, validUntil),
  }
  const entry = await node.recorder.record('verdict.issued', principal.name, release.digest, {
    head: { id: verdict.id, system: name, status: verdict.verdict, topic: environment },
    record: verdict,
  })
  return entry.ok ? ok({ ...verdict, ledgerIndex: entry.value.index }) : entry
}

/** Each person in each role once, as they wrote themselves first. */
function wordsOnRecord(given: readonly Approval[]): readonly string[] {
  const words = new Map<string, string>()
  for (const { principal, role } of given) {
    const key = `${personKey(principal)}\n${role}`
    if (!words.has(key)) words.set(key, `${principal.trim()} (${role})`)
  }
  return [...words.values()]
}

function storedResult({ rule, pack, outcome, evidence, exception, detail }: RuleResult): StoredRuleResult {
  const waiver = outcome === 'excepted' ? exception : undefined
  return {
    id: rule.id,
    pack,
    title: rule.title,
    severity: rule.severity,
    controls: rule.controls,
    frameworks: rule.frameworks,
    outcome,
    detail,
    message: rule.message,
    fix: rule.fix,
    ...evidencePart(evidence as StoredEvidence | undefined),
    exceptionId: waiver?.id ?? null,
    exceptionExpiresAt: waiver?.expiresAt ?? null,
  }
}

function evidencePart(
  evidence: StoredEvidence | undefined,
): Pick<StoredRuleResult, 'evidenceId' | 'measure' | 'failures' | 'failuresOmitted' | 'isSimulated'> {
  if (evidence === undefined)
    return { evidenceId: null, measure: null, failures: [], failuresOmitted: 0, isSimulated: false }
  const { id, measure, failures, failuresOmitted, isSimulated } = evidence
  return { evidenceId: id, measure, failures, failuresOmitted, isSimulated }
}

const VALID_DAYS_MAX = 30

/** The verdict ends with its oldest evidence or its first waiver, whichever comes first. */
function validityOf({ results }: ReleaseDecision, now: EpochMs): EpochMs {
  const ends: number[] = [now + VALID_DAYS_MAX * DAY_MS]
  for (const { rule, evidence, exception, outcome } of results) {
    if (evidence !== undefined) ends.push(evidence.finishedAt + rule.maxAgeDays * DAY_MS)
    if (outcome === 'excepted' && exception !== undefined) ends.push(exception.expiresAt)
  }
  return epochMs(Math.max(now, Math.min(...ends)))
}

/** released → PASSED, blocked → FAILED, others → no VSA. */
async function signVerdict(
  node: OwnerNode,
  { release, environment, packs }: GateInput,
  { decision, now }: Decided,
  validUntil: EpochMs,
): Promise<Envelope | null> {
  if (decision.verdict !== 'released' && decision.verdict !== 'blocked') return null
  const used = decision.results
    .map(({ evidence }) => evidence as StoredEvidence | undefined)
    .filter((entry) => entry !== undefined)
  const policyPacks = packIdentities(packs)
  const statement = vsaStatement({
    system: release.manifest.metadata.name,
    releaseDigest: release.digest,
    verifierVersion: node.version,
    timeVerified: now,
    environment,
    result: decision.verdict === 'released' ? 'PASSED' : 'FAILED',
    policySetDigest: policySetDigest(node, packs),
    suiteDigests: [...new Set(used.flatMap(({ suiteDigests }) => suiteDigests))].toSorted(),
    inputAttestations: used.map(({ id, envelope }) => ({
      uri: `gatehouse:evidence/${id}`,
      digest: digestOfBytes(node.sha256, utf8(canonicalJsonOf(envelope as unknown as Json))),
    })),
    policyPacks: policyPacks.map((identity, index) => ({ ...identity, scope: packs[index]?.scope })),
    exceptions: decision.results
      .filter(({ outcome }) => outcome === 'excepted')
      .map(({ exception }) => exception?.id ?? ''),
    validUntil,
  })
  return signEnvelope(node.keys.gate, IN_TOTO_PAYLOAD, statementBytes(statement))
}
