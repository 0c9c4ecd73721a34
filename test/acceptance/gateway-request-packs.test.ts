// Packs on requests from the gate to the gateway: bound by the verdict, carried by the bundle, applied, recorded, replayed.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { startGatewayStack, type GatewayStack } from '../support/gateway-stack.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { tinyManifest } from '../support/tiny-project.ts'

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

let stack: GatewayStack
beforeAll(async () => {
  stack = await startGatewayStack({
    manifest: tinyManifest({ policies: ['tiny', 'run-time'] }),
    files: { 'policies/run-time.yaml': packText('"clerk" in subject.roles') },
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

async function authorize(roles: readonly string[], args: object = { order: '1' }): Promise<Record<string, unknown>> {
  const { workloadKey } = stack.plane.node
  const { mintSubjectToken } = await import('../../src/adapters/http/subject-token.ts')
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
