import { describe, expect, test } from 'vitest'
import { packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { PolicyPack, PolicyRule } from './policy-pack.ts'
import { replayCall, replayModelRequest, type RecordedCall, type RecordedModelRequest } from './replay-requests.ts'

const pack = (...rules: readonly PolicyRule[]): PolicyPack => ({ ...packOf(...rules), scope: 'request' })
const rule = (id: string, expr: string, more: Partial<PolicyRule> = {}): PolicyRule =>
  plainRule(id, expr, { when: 'true', ...more })
const CALL: RecordedCall = {
  request: 'r-1',
  tool: 'send_email',
  decision: 'allow',
  rule: 'manifest',
  rules: [],
  args: { to: 'bob@southwind.example' },
  facts: {
    tier: 'T1',
    environment: 'production',
    manifest: {},
    subject: { isVerified: true, tenant: 'northwind', principal: '', roles: ['agent'], email: '' },
    tool: { id: 'send_email', effect: 'external' },
    labels: { integrity: 'user', confidentiality: 'tenant' },
    session: { calls: {}, total: 0 },
  },
}
const STOPPED = { pack: packOf().id, mode: 'enforce', outcome: 'does-not-hold' } as const

test.each<[string, PolicyPack, Partial<RecordedCall>, object]>([
  [
    'a rule that now stops it',
    pack(rule('R-1', 'args.to.endsWith("@northwind.example")')),
    {},
    { before: 'allow', after: 'block', rule: 'R-1' },
  ],
  [
    'a rule that now asks',
    pack(rule('R-1', 'false', { effect: 'require-approval' })),
    {},
    { after: 'require-approval' },
  ],
  [
    'a rule in shadow',
    pack(rule('R-1', 'false', { mode: 'shadow' })),
    {},
    { before: 'allow', after: 'allow', rule: null },
  ],
  ['a rule by roles', pack(rule('R-1', '"agent" in subject.roles')), {}, { after: 'allow' }],
  [
    'a rule that stopped it and holds now',
    pack(rule('R-1', 'true')),
    { decision: 'block', rule: 'R-1', rules: [{ ...STOPPED, rule: 'R-1' }] },
    { before: 'block', after: 'allow' },
  ],
  [
    'a rule that asked and stops now',
    pack(rule('R-1', 'false')),
    { decision: 'require-approval', rule: 'R-1', rules: [{ ...STOPPED, rule: 'R-1' }] },
    { before: 'require-approval', after: 'block' },
  ],
  [
    'a rule on arguments that were not kept',
    pack(rule('R-1', 'args.to == "x"')),
    { args: null },
    { before: 'allow', after: 'allow', unknown: ['R-1'] },
  ],
  ['a rule that errs on what was kept', pack(rule('R-1', 'args.cc == "x"')), {}, { after: 'block', unknown: [] }],
])('%s', (_, changed, more, expected) => {
  expect(replayCall(celEngine(), changed, { ...CALL, ...more })).toMatchObject(expected)
})

describe('a recorded request to a model', () => {
  const requests = (...rules: readonly PolicyRule[]): PolicyPack => ({ ...packOf(...rules), scope: 'model-request' })
  const REQUEST: RecordedModelRequest = {
    request: 'r-2',
    rules: [],
    facts: {
      tier: 'T1',
      environment: 'production',
      manifest: {},
      subject: {
        isVerified: true,
        tenant: 'northwind',
        principal: '',
        roles: ['agent'],
        email: '',
        purpose: 'support',
      },
      request: { kind: 'generation', model: 'm', prompt: 'p', isStream: false, tools: [], regions: ['eu'] },
      data: { classes: ['pii'] },
      labels: { integrity: 'user', confidentiality: 'tenant' },
    },
  }
  const stopped = { ...STOPPED, rule: 'R-1' }

  test.each<[string, PolicyPack, readonly RecordedModelRequest['rules'][number][], object]>([
    [
      'is stopped by a new rule',
      requests(rule('R-1', 'request.model == "x"')),
      [],
      { before: 'allow', after: 'block', rule: 'R-1' },
    ],
    [
      'is let through by a changed one',
      requests(rule('R-1', 'true')),
      [stopped],
      { before: 'block', after: 'allow', rule: null },
    ],
    ['stays stopped', requests(rule('R-1', 'false')), [stopped], { before: 'block', after: 'block' }],
    ['is not stopped in shadow', requests(rule('R-1', 'false', { mode: 'shadow' })), [], { after: 'allow' }],
    ['was not stopped in shadow', requests(rule('R-1', 'true')), [{ ...stopped, mode: 'shadow' }], { before: 'allow' }],
    [
      'was not stopped by another pack',
      requests(rule('R-1', 'true')),
      [{ ...stopped, pack: 'other' }],
      { before: 'allow' },
    ],
    ['is stopped where a rule errs', requests(rule('R-1', 'request.absent')), [], { after: 'block' }],
    ['is not read by a pack on calls', pack(rule('R-1', 'false')), [], { after: 'allow' }],
  ])('%s', (_, changed, rules, expected) => {
    expect(replayModelRequest(celEngine(), changed, { ...REQUEST, rules })).toMatchObject(expected)
  })
})
