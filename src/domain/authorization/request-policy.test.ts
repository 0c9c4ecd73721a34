import { describe, expect, test } from 'vitest'
import { packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { authorizeToolCall, type ToolDecision } from './authorize-tool-call.ts'

const MANIFEST = {
  components: {
    models: [],
    tools: [
      { id: 'lookup', schema: 'lookup.json', effect: 'read' },
      { id: 'forbidden', schema: 'forbidden.json', effect: 'read', authorize: 'false' },
      { id: 'asking', schema: 'asking.json', effect: 'read', approval: { roles: ['lead'] } },
    ],
  },
} as unknown as Manifest

function decide(tool: string, expr: string, effect?: 'require-approval'): ToolDecision {
  const rule = plainRule('GH-HOU-001', expr, { when: 'true', effect })
  return authorizeToolCall(
    { id: '1', name: tool, arguments: '{"to":"x"}' },
    {
      manifest: MANIFEST,
      deniedTools: new Set(),
      subject: { tenant: 'northwind', principal: 'ana', roles: [], session: 's' },
      label: { integrity: 'user', confidentiality: 'public' },
      userTexts: ['look it up'],
      toolResults: [],
      pastCalls: [],
      sessionCalls: { lookup: 2 },
      dayCalls: () => 0,
      engine: celEngine(),
      checkArguments: () => undefined,
      requestPolicy: {
        packs: [{ ...packOf(rule), scope: 'request' }],
        tier: 'T1',
        environment: 'local',
        manifest: {},
      },
    },
  )
}

describe('packs on requests only raise what the manifest says', () => {
  test.each([
    ['lookup', 'true', undefined, 'allow', 'manifest'],
    ['lookup', 'false', undefined, 'block', 'GH-HOU-001'],
    ['lookup', 'false', 'require-approval', 'require-approval', 'GH-HOU-001'],
    ['lookup', 'subject.tenant == "northwind" && args.to == "x" && session.total == 2', undefined, 'allow', 'manifest'],
    ['forbidden', 'true', undefined, 'block', 'authorize'],
    ['asking', 'true', undefined, 'require-approval', 'approval'],
    ['asking', 'false', undefined, 'block', 'GH-HOU-001'],
    ['unknown', 'true', undefined, 'block', 'undeclared-tool'],
  ] as const)('%s with `%s` (%s): %s by %s', (...[tool, expr, effect, decision, rule]) =>
    expect(decide(tool, expr, effect)).toMatchObject({ decision, rule }),
  )
})
