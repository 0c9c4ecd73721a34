import { describe, expect, test } from 'vitest'
import { guardedManifest } from '../../../test/support/guarded-manifest.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GuardConfig, Tool } from '../manifest/manifest.ts'
import { authorizeToolCall, type ToolDecision } from './authorize-tool-call.ts'

const engine = celEngine()

function decide(
  args: JsonObject,
  guard: GuardConfig,
  tool: Partial<Tool> & { readonly id: string } = { id: 'send_email' },
): ToolDecision {
  return authorizeToolCall(
    { id: 'c1', name: tool.id, arguments: JSON.stringify(args) },
    {
      manifest: { ...guardedManifest(tool), guard },
      deniedTools: new Set(),
      subject: { tenant: 't', principal: 'p', roles: [], session: 's' },
      label: { integrity: 'untrusted', confidentiality: 'public' },
      userTexts: ['Please send the report to our suppliers by email.'],
      toolResults: [],
      pastCalls: [],
      sessionCalls: {},
      dayCalls: () => 0,
      engine,
      checkArguments: () => undefined,
    },
  )
}

describe('a destination from a directory', () => {
  const guard: GuardConfig = { directories: { suppliers: ['orders@acme.example', 'Sales@Bolt.example'] } }
  const tool = { id: 'send_email', destinations: { to: { from: ['directory:suppliers'] } } }

  test.each([
    ['a value of the list', 'orders@acme.example', 'allow'],
    ['a value in another case', 'sales@bolt.example', 'allow'],
    ['several values of the list', ['orders@acme.example', 'sales@bolt.example'], 'allow'],
    ['a value beside the list', 'orders@acme.example.evil.example', 'block'],
    ['one value of several', ['orders@acme.example', 'eve@evil.example'], 'block'],
    ['the name of a method', 'constructor', 'block'],
  ])('%s: %j is met with %s', (_, to, decision) => expect(decide({ to }, guard, tool).decision).toBe(decision))

  test('is none when the manifest has no such list', () => {
    expect(decide({ to: 'orders@acme.example' }, {}, tool)).toMatchObject({
      decision: 'block',
      rule: 'destinations.to',
    })
    const inherited = { id: 'send_email', destinations: { to: { from: ['directory:constructor'] } } }
    expect(decide({ to: 'name' }, guard, inherited).decision).toBe('block')
  })
})

describe('code in arguments', () => {
  const args = { query: 'x', filters: [{ name: "' OR '1'='1" }] }
  const read = { id: 'search_web' }

  test('is let through without the key, and is what the key says with it', () => {
    expect(decide(args, {}, read).decision).toBe('allow')
    expect(decide(args, { code: { action: 'block' } }, read)).toMatchObject({
      decision: 'block',
      rule: 'code/sql-tautology',
      reason: '`filters` carries code, and the tool is declared to execute none',
    })
    expect(decide(args, { code: { action: 'require-approval' } }, read).decision).toBe('require-approval')
  })

  test('stands in names of members too', () => {
    expect(decide({ query: { '$(rm -rf /)': 1 } }, { code: { action: 'block' } }, read).decision).toBe('block')
  })

  test.each([
    ['an ordinary question', { query: 'how do I remove a cat from a tree; and a dog?' }, {}, {}],
    ['a tool that executes code', args, {}, { executes: 'sql' as const }],
    ['a tool that is excepted', args, { except: ['search_web'] }, {}],
  ])('is not seen in %s', (_, given, policy, tool) => {
    expect(decide(given, { code: { action: 'block', ...policy } }, { ...read, ...tool }).decision).toBe('allow')
  })
})
