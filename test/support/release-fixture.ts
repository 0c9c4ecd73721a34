import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { digestOfBytes, type Digest } from '../../src/base/digest.ts'
import { DAY_MS, epochMs, type EpochMs } from '../../src/base/instant.ts'
import { sha256Pure } from '../../src/base/sha256.ts'
import { SHIPPED_RIGHTS } from './shipped-rights.ts'
import type { PolicyPack, PolicyRule } from '../../src/domain/policy/policy-pack.ts'
import type { Approval } from '../../src/domain/release/approvals.ts'
import type { DecideReleaseInputs } from '../../src/domain/release/decide-release.ts'
import type { CheckEvidence } from '../../src/domain/release/evidence.ts'
import type { ReleaseException } from '../../src/domain/release/release-exception.ts'

export const NOW: EpochMs = epochMs(1_700_000_000_000)
export const daysFromNow = (days: number): EpochMs => epochMs(NOW + days * DAY_MS)
export const digestOf = (text: string): Digest => digestOfBytes(sha256Pure, utf8(text))
export const RELEASE = digestOf('the release')
const engine = celEngine()

/** A rule with evidence of a suite, which holds if the evidence passed. */
export function suiteRule(id: string, overrides: Partial<PolicyRule> = {}): PolicyRule {
  return {
    id,
    title: `rule ${id}`,
    severity: 'high',
    controls: ['CTL-X-1'],
    frameworks: [],
    when: 'true',
    check: { kind: 'suite', purpose: 'red-team', metric: 'all-hold' },
    expr: `evidence["${id}"].outcome == "passed"`,
    message: 'it does not hold',
    fix: 'make it hold',
    maxAgeDays: 30,
    tests: [],
    line: 1,
    ...overrides,
  }
}

/** A rule over the manifest and facts alone. */
export const plainRule = (id: string, expr: string, overrides: Partial<PolicyRule> = {}): PolicyRule =>
  suiteRule(id, { check: undefined, expr, ...overrides })

export const packOf = (...rules: readonly PolicyRule[]): PolicyPack => ({
  id: 'baseline',
  version: '1.0.0',
  title: 'Baseline',
  digest: digestOf('pack'),
  file: 'policies/baseline.yaml',
  rules,
})

export const keyOf = (id: string): Digest => digestOf(`key of ${id}`)

export function evidenceOf(id: string, overrides: Partial<CheckEvidence> = {}): CheckEvidence {
  return {
    checkId: id,
    checkVersion: 1,
    releaseDigest: RELEASE,
    key: keyOf(id),
    outcome: 'passed',
    summary: 'measured',
    measure: null,
    failures: [],
    failuresOmitted: 0,
    isSimulated: false,
    startedAt: daysFromNow(-1),
    finishedAt: daysFromNow(-1),
    suiteDigests: [],
    ...overrides,
  }
}

export function exceptionOf(ruleId: string, overrides: Partial<ReleaseException> = {}): ReleaseException {
  return {
    id: 'EX-1',
    system: 'support-assistant',
    ruleId,
    tier: 'T2',
    releaseDigest: RELEASE,
    reason: 'known and small',
    riskAcceptedBy: 'fourth',
    riskAcceptance: null,
    compensatingRule: 'GH-CMP-001',
    owner: 'author-a',
    requestedBy: 'author-a',
    requestedAt: daysFromNow(-2),
    expiresAt: daysFromNow(10),
    status: 'approved',
    words: [],
    renewalOf: null,
    renewals: 0,
    decidedBy: 'second',
    decidedAt: daysFromNow(-1),
    ...overrides,
  }
}

export function approvalOf(principal: string, role: string, overrides: Partial<Approval> = {}): Approval {
  return {
    id: `${principal}-${role}`,
    system: 'support-assistant',
    releaseDigest: RELEASE,
    environment: 'production',
    principal,
    role,
    decision: 'approve',
    comment: '',
    at: NOW,
    ...overrides,
  }
}

/** A gate in production at tier T2 that one approval opens; `evidence` keys are those that are expected. */
export function gateOf(
  rules: readonly PolicyRule[],
  evidence: readonly CheckEvidence[],
  overrides: Partial<DecideReleaseInputs> = {},
): DecideReleaseInputs {
  return {
    engine,
    packs: [packOf(...rules)],
    tier: 'T2',
    environment: 'production',
    releaseDigest: RELEASE,
    manifest: { metadata: { name: 'support-assistant' } },
    facts: { isLocked: true },
    evidence: new Map(evidence.map((found) => [found.checkId, found])),
    expectedKeys: new Map(rules.map(({ id }) => [id, keyOf(id)])),
    exceptions: [],
    approvals: [approvalOf('second', 'security')],
    author: 'author-a',
    rights: SHIPPED_RIGHTS,
    pendingDecisions: [],
    now: NOW,
    ...overrides,
  }
}
