// Packs on requests from the gate to the gateway: bound by the verdict, carried by the bundle, applied, recorded, replayed.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { mintSubjectToken } from '../../src/adapters/http/subject-token.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { approved, startGatewayStack, type GatewayStack } from '../support/gateway-stack.ts'
import { eventually } from '../support/temp-folder.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { SYSTEM, tinyManifest } from '../support/tiny-project.ts'

const packText = (
  expr: string,
  shadow = 'subject.tenant == "contoso"',
  version = '1.0.0',
): string => `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: run-time, version: ${version}, title: Run time, scope: request }
rules:
  - id: GH-RUN-901
    title: Orders are looked up by clerks of their tenant
    severity: high
    controls: [CTL-ACC-004]
    when: tool.id == "lookup_order"
    expr: ${JSON.stringify(expr)}
    message: only clerks look orders up
    fix: ask a clerk
    tests:
      - { name: clerk, input: { tool: { id: lookup_order }, subject: { roles: [clerk], tenant: northwind }, labels: { integrity: user } }, expect: pass }
      - { name: other, input: { tool: { id: lookup_order }, subject: { roles: [], tenant: northwind }, labels: { integrity: user } }, expect: fail }
  - id: GH-RUN-902
    title: In shadow
    severity: low
    mode: shadow
    controls: [CTL-ACC-004]
    expr: ${JSON.stringify(shadow)}
    message: in shadow
    fix: nothing
    tests:
      - { name: yes, input: { subject: { tenant: contoso } }, expect: pass }
      - { name: no, input: { subject: { tenant: other } }, expect: fail }
`

const modelPackText = (expr: string, version = '1.0.0'): string => `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: requests, version: ${version}, title: Requests, scope: model-request }
rules:
  - id: GH-REQ-901
    title: Contoso is served for support only
    severity: high
    controls: [CTL-ACC-004]
    when: subject.tenant == "contoso"
    expr: ${JSON.stringify(expr)}
    message: contoso is served for support only
    fix: say the purpose
    tests:
      - { name: support, input: { subject: { tenant: contoso, purpose: support, roles: [] } }, expect: pass }
      - { name: other, input: { subject: { tenant: contoso, purpose: sales, roles: [] } }, expect: fail }
      - { name: others, input: { subject: { tenant: northwind, purpose: sales, roles: [] } }, expect: skip }
`

let stack: GatewayStack
beforeAll(async () => {
  stack = await startGatewayStack({
    manifest: tinyManifest({ policies: ['tiny', 'run-time', 'requests'] }),
    files: {
      'policies/run-time.yaml': packText('"clerk" in subject.roles'),
      'policies/requests.yaml': modelPackText('subject.purpose == "support"'),
    },
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

async function authorize(roles: readonly string[], args: object = { order: '1' }): Promise<Record<string, unknown>> {
  const { workloadKey } = stack.plane.node
  const subject = { tenant: 'northwind', session: 's', principal: 'p', roles, email: undefined }
  const response = await stack.send('/v1/authorize', {
    method: 'POST',
    headers: { 'gatehouse-subject': await mintSubjectToken(workloadKey, 'shop-bot', subject, Date.now()) },
    body: JSON.stringify({ tool: 'lookup_order', arguments: args }),
  })
  return (await response.json()) as Record<string, unknown>
}

describe('a pack on requests in the gateway', () => {
  test('reads the verified role, decides, and is named with its rules in the record', async () => {
    expect(await authorize(['clerk'])).toMatchObject({ decision: 'allow' })
    expect(await authorize(['customer'])).toMatchObject({ decision: 'block', rule: 'tool/lookup_order/GH-RUN-901' })
    const [newest] = await stack.decisions(2)
    expect(newest?.['outcome']).toMatchObject({
      rule: 'tool/lookup_order/GH-RUN-901',
      tools: [
        {
          rules: [
            { rule: 'GH-RUN-901', pack: 'run-time', mode: 'enforce', outcome: 'does-not-hold' },
            { rule: 'GH-RUN-902', pack: 'run-time', mode: 'shadow', outcome: 'does-not-hold' },
          ],
          facts: { roles: ['customer'], effect: 'read', args: { order: '1' } },
        },
      ],
    })
  })

  test('says in a replay which recorded calls a changed pack would decide otherwise', async () => {
    await stack.decisions(2)
    const path = join(stack.folder, 'changed.yaml')
    await writeFile(
      path,
      packText('"clerk" in subject.roles && labels.integrity == "user"', 'subject.tenant == "contoso"', '2.0.0'),
    )
    const terminal = capturedTerminal(stack.folder)
    expect(await runCli(['policy', 'replay', path, '--state', stack.state, '--json'], terminal)).toBe(0)
    const replayed = JSON.parse(terminal.printed.out) as { readonly calls: number; readonly changed: readonly object[] }
    expect(replayed.calls).toBeGreaterThanOrEqual(2)
    expect(replayed.changed).toMatchObject([
      { tool: 'lookup_order', before: 'allow', after: 'block', rule: 'GH-RUN-901' },
    ])
  })
})

describe('a pack on requests to models', () => {
  const ask = async (tenant: string, purpose: string): Promise<readonly unknown[]> => {
    const subject = { tenant, purpose, session: 's', principal: 'p', roles: ['clerk'], email: undefined }
    const response = await stack.send('/v1/chat/completions', {
      method: 'POST',
      headers: {
        'gatehouse-subject': await mintSubjectToken(stack.plane.node.workloadKey, SYSTEM, subject, Date.now()),
      },
      body: JSON.stringify(approved()),
    })
    const body = (await response.json()) as { error?: { code: string; message: string } }
    return [response.status, body.error?.code ?? 'ok', body.error?.message ?? '']
  }

  test('is asked once for each, before any upstream, and its word is on record', async () => {
    const asked = stack.provider.seen.length
    expect(await ask('contoso', 'sales')).toEqual([403, 'policy_denied', expect.stringContaining('for support only')])
    expect(stack.provider.seen.length).toBe(asked)
    expect((await ask('contoso', 'support'))[0]).toBe(200)
    expect((await ask('northwind', 'sales'))[0]).toBe(200)
    const records = await eventually(
      () => stack.decisions(0),
      (items) => items.filter(({ intent }) => isJsonObject(intent) && 'policy' in intent).length === 3,
    )
    expect(records.find(({ outcome }) => isJsonObject(outcome) && outcome['code'] === 'policy_denied')).toMatchObject({
      intent: {
        action: 'block',
        policy: {
          rules: [{ rule: 'GH-REQ-901', pack: 'requests', mode: 'enforce', outcome: 'does-not-hold' }],
          facts: { kind: 'generation', prompt: 'system', roles: ['clerk'], purpose: 'sales', isVerified: true },
        },
      },
      outcome: { outcome: 'denied', rule: 'policy/GH-REQ-901' },
    })
  })

  test('says in a replay which recorded requests a changed pack would decide otherwise', async () => {
    const path = join(stack.folder, 'changed-requests.yaml')
    await writeFile(path, modelPackText('subject.purpose == "support" && !("clerk" in subject.roles)', '2.0.0'))
    const replay = async (...more: readonly string[]) => {
      const terminal = capturedTerminal(stack.folder)
      expect(await runCli(['policy', 'replay', path, '--state', stack.state, ...more], terminal)).toBe(0)
      return terminal.printed.out
    }
    expect(JSON.parse(await replay('--json'))).toMatchObject({
      pack: 'requests@2.0.0',
      requests: 3,
      changed: [{ model: 'model-a', before: 'allow', after: 'block', rule: 'GH-REQ-901' }],
    })
    expect(await replay()).toMatch(
      /on 3 recorded requests: 1 decided otherwise[^]*allow → block by GH-REQ-901[^]*hold no facts/,
    )
  })
})

describe('what gateways say of themselves', () => {
  test('is listed: the bundle that each serves by', async () => {
    const listed = await stack.call('listGateways', {})
    expect(listed.ok && listed.value.items).toMatchObject([{ environment: 'local', problem: null, isCurrent: true }])
    const terminal = capturedTerminal(stack.folder)
    expect(await runCli(['gateway', 'list', '--state', stack.state], terminal)).toBe(0)
    expect(terminal.printed.out).toMatch(/gw-[0-9a-f]{12} {2}local {2}current {2}version \d+/)
  })

  test('the bundle is answered with 304 to whoever has it', async () => {
    const ask = (etag?: string): Promise<Response> =>
      fetch(`${stack.plane.url}/api/v1/gateway/bundle?environment=local`, {
        headers: {
          authorization: `Bearer ${stack.plane.node.gatewayToken}`,
          ...(etag === undefined ? {} : { 'if-none-match': etag }),
        },
      })
    const first = await ask()
    const etag = first.headers.get('etag') ?? ''
    expect(first.status).toBe(200)
    expect((await ask(etag)).status).toBe(304)
    expect((await ask('"other"')).status).toBe(200)
    const environment = await fetch(`${stack.plane.url}/api/v1/gateway/bundle?environment=production`, {
      headers: { authorization: `Bearer ${stack.plane.node.gatewayToken}`, 'if-none-match': etag },
    })
    expect(environment.status).toBe(200)
  })
})
