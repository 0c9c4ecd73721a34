import { expect, test } from 'vitest'
import { packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { PolicyPack, PolicyRule } from './policy-pack.ts'
import { replayCall, type RecordedCall } from './replay-requests.ts'

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
