import { describe, expect, test } from 'vitest'
import { packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { PolicyPack, PolicyRule } from '../../domain/policy/policy-pack.ts'
import type { ServedRelease } from './admitted-system.ts'
import { decideModelPolicy } from './decide-model-policy.ts'
import type { RequestContext, RequestDecision } from './decide-request.ts'

const engine = celEngine()
const rule = (expr: string, more: Partial<PolicyRule> = {}): PolicyRule =>
  plainRule('GH-REQ-901', expr, { when: 'true', ...more })
const pack = (rules: readonly PolicyRule[], scope: PolicyPack['scope'] = 'model-request'): PolicyPack => ({
  ...packOf(...rules),
  scope,
})

const subject = {
  tenant: 'northwind',
  principal: 'ana',
  roles: ['clerk'],
  session: 's-1',
  email: 'ana@northwind.example',
  purpose: 'support',
}

function forward(packs: readonly PolicyPack[], more: Partial<RequestContext> = {}): RequestDecision {
  const release = {
    manifest: { intake: { dataClasses: ['pii', 'internal'] } },
    requestPolicy:
      packs.length === 0 ? undefined : { packs, tier: 'T1', environment: 'production', manifest: { a: 1 } },
  } as unknown as ServedRelease
  const context = {
    release,
    promptId: 'system',
    model: 'model-a',
    subject,
    label: { integrity: 'user', confidentiality: 'tenant' },
    ...more,
  } as RequestContext
  const texts: readonly string[] = []
  return {
    kind: 'forward',
    releaseDigest: 'd',
    action: 'log',
    score: 0.1,
    findings: [],
    context,
    texts,
    callArguments: [],
    partTexts: [],
    parts: [],
  }
}

const QUESTION = { kind: 'generation', isStream: true, tools: ['lookup_order'], regions: ['eu', ''] } as const
const decide = (decision: RequestDecision, monotonicMs: () => number = () => 0) =>
  decideModelPolicy(decision, () => QUESTION, { engine, monotonicMs })

describe('rules on requests to models', () => {
  test.each([
    'subject.isVerified && subject.tenant == "northwind" && "clerk" in subject.roles && subject.purpose == "support"',
    'subject.principal == "ana" && subject.email.endsWith("@northwind.example")',
    'request.kind == "generation" && request.model == "model-a" && request.prompt == "system" && request.isStream',
    'request.tools == ["lookup_order"] && request.regions == ["eu", ""]',
    'data.classes == ["pii", "internal"] && tier == "T1" && environment == "production" && manifest.a == 1',
    'labels.integrity == "user" && labels.confidentiality == "tenant"',
  ])('read %s', (expr) => {
    const before = forward([pack([rule(expr)])])
    const { decision, policy } = decide(before)
    expect(decision).toBe(before)
    expect(policy?.rules).toMatchObject([{ rule: 'GH-REQ-901', outcome: 'holds' }])
  })

  test('see empty texts where nobody is verified, so that none errs for want of a member', () => {
    const nobody = forward(
      [pack([rule('!subject.isVerified && subject.tenant == "" && subject.purpose == "" && subject.roles == []')])],
      {
        subject: undefined,
      },
    )
    expect(decide(nobody).decision.kind).toBe('forward')
  })

  test.each<[string, PolicyRule]>([
    ['does not hold', rule('false')],
    ['cannot be evaluated', rule('request.absent == 1')],
    ['has a condition that cannot be evaluated', rule('true', { when: 'request.absent == 1' })],
    ['names what only rules on tools know', rule('tool.id == "x"')],
  ])('deny where one %s, and keep what the guard found', (_, one) => {
    const { decision, policy } = decide(forward([pack([one])]))
    expect(decision).toMatchObject({
      kind: 'deny',
      action: 'block',
      score: 0.1,
      releaseDigest: 'd',
      denial: { status: 403, code: 'policy_denied', rule: 'policy/GH-REQ-901' },
    })
    expect(policy?.rules).toHaveLength(1)
  })

  test('deny what is not done in time', () => {
    let now = 0
    const slow = () => (now += 30)
    expect(decide(forward([pack([rule('true'), rule('true'), rule('true')])]), slow).decision).toMatchObject({
      kind: 'deny',
      denial: { message: expect.stringContaining('took too long') },
    })
  })

  test('in shadow are told of and deny nothing', () => {
    const { decision, policy } = decide(forward([pack([rule('false', { mode: 'shadow' })])]))
    expect([decision.kind, policy?.rules]).toMatchObject(['forward', [{ mode: 'shadow', outcome: 'does-not-hold' }]])
  })

  test('are not asked of what was denied, and where there are none nothing is kept', () => {
    const denied: RequestDecision = {
      kind: 'deny',
      releaseDigest: null,
      action: 'block',
      score: 0,
      findings: [],
      denial: { status: 403, code: 'system_halted', message: 'm', rule: 'r' },
    }
    expect(decide(denied)).toEqual({ decision: denied })
    for (const packs of [[], [pack([rule('false')], 'request')], [pack([rule('false')], 'release')]]) {
      const before = forward(packs)
      expect(decide(before)).toEqual({ decision: before })
    }
  })

  test('keep no name and no address of a person in what is recorded', () => {
    expect(JSON.stringify(decide(forward([pack([rule('true')])])).policy)).not.toMatch(/ana/)
  })
})
