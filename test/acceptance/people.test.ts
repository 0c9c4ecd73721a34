// What people review and attest, by the command line against a running owner, and what nobody gets past them.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, epochMs, type EpochMs } from '../../src/base/instant.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { openNode, type OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { startPlaneOrThrow } from '../support/gateway-stack.ts'
import { sessionOn } from '../support/owned-state.ts'
import { bearer, callAs, sessionProof } from '../support/plane-client.ts'
import { statePlace } from '../support/state-place.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'
import { warnOfTrouble } from '../support/warn-of-trouble.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
let plane: ControlPlane
let releaseDigest: string

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeTinyProject(folder, tinyManifest(), tinyPack())
  plane = cleanUp.use(await startPlaneOrThrow(join(folder, '.gatehouse')))
  const gated = await run('gate', '--env', 'local', '--format', 'json', '--as', 'author-a')
  releaseDigest = (JSON.parse(gated.out) as { releaseDigest: string }).releaseDigest
})
afterAll(() => cleanUp.disposeAsync())

async function run(...args: readonly string[]) {
  const terminal = capturedTerminal(folder, { environment: { USER: 'author-a' } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

describe('readiness', () => {
  const attest = (item: string, as: string) =>
    run('readiness', 'attest', item, '-s', SYSTEM, '--link', 'https://wiki.example/x', '--note', 'seen', '--as', as)

  test('is what people have said with a link, item by item; the rest is not evidenced', async () => {
    expect((await run('readiness', 'show', '-s', SYSTEM)).out.match(/not evidenced/g)).toHaveLength(5)
    expect((await attest('monitoring-live', 'kim:engineer')).code).toBe(0)
    const { out } = await run('readiness', 'show', '-s', SYSTEM)
    expect(out).toMatch(/monitoring-live +since .* kim \(engineer\) {2}https:\/\/wiki\.example\/x/)
    expect(out.match(/not evidenced/g)).toHaveLength(4)
  })

  test('is signed off for the red team by security alone', async () => {
    expect((await attest('red-team-signed-off', 'kim:engineer')).error).toContain('readiness/role')
    expect((await attest('red-team-signed-off', 'sia:security')).code).toBe(0)
  })

  test('has no other items, and auditors say nothing about it', async () => {
    expect((await attest('coffee', 'kim:engineer')).error).toContain('usage/value')
    expect((await attest('runbook-linked', 'olga:auditor')).code).toBe(4)
  })
})

describe('a vendor', () => {
  const file = (tier: string, regions = '[eu]') => `apiVersion: gatehouse.dev/v1
kind: VendorAssessment
vendor: openai
upToTier: ${tier}
terms: agreement
dataUse: no training
regions: ${regions}
provenance: model cards
licence: commercial
security: SOC 2
incidentContact: security@vendor.example
compensatingControls: []
days: 180
`
  const assessed = async (tier: string): Promise<string> => {
    await writeFile(join(folder, 'vendor.yaml'), file(tier))
    const { out, error } = await run('vendor', 'assess', 'vendor.yaml', '--as', 'kim:engineer', '--json')
    if (out === '') throw new Error(error)
    return (JSON.parse(out) as { id: string }).id
  }
  const approve = (id: string, name: string, role: string) =>
    run('vendor', 'approve', id, '--role', role, '--as', `${name}:${role}`)

  test('of T1 is agreed to by two people of two roles, never by who assessed it', async () => {
    const id = await assessed('T1')
    expect((await run('vendor', 'assess', 'vendor.yaml')).out).toContain('next: gatehouse vendor approve ')
    const own = await approve(id, 'kim', 'security')
    expect([own.code, own.error.includes('approval/involved')]).toEqual([1, true])
    expect((await approve(id, 'sia', 'security')).out).toContain('partial')
    expect((await approve(id, 'sol', 'security')).out).toContain('partial')
    expect((await approve(id, 'lea', 'legal')).out).toContain('approved')
    expect((await run('vendor', 'list')).out).toMatch(new RegExp(`${id} {2}approved {2}openai {2}up to T1 in eu`))
  })

  test.each([
    ['an assessment of no tier', file('T9'), 'vendor.yaml:4'],
    ['an assessment without regions', file('T1', '[]'), 'vendor.yaml:7'],
    ['a file that is none', '- 1\n', 'vendor.yaml:1'],
  ])('%s is refused at its line', async (_, text, place) => {
    await writeFile(join(folder, 'vendor.yaml'), text)
    const { code, error } = await run('vendor', 'assess', 'vendor.yaml')
    expect([code, error.includes(place)]).toEqual([2, true])
  })

  test('that nobody knows is not agreed to', async () => {
    expect((await approve('01ABC', 'lea', 'legal')).error).toContain('vendor/unknown')
  })
})

describe('a threat model', () => {
  const graph = async (): Promise<string> =>
    (JSON.parse((await run('threats', 'show', '-s', SYSTEM, '--format', 'json')).out) as { graph: string }).graph

  test('is drawn, and reviewed by somebody other than the author, as exactly this graph', async () => {
    expect((await run('threats', 'show', '-s', SYSTEM, '--format', 'mermaid')).out).toMatch(/^flowchart LR\n/)
    expect((await run('threats', 'show', '-s', SYSTEM, '--format', 'svg')).out).toMatch(/^<svg /)
    const attest = (digest: string, as: string) =>
      run('threats', 'attest', '-s', SYSTEM, '--graph', digest, '--note', 'all flows', '--as', as)
    expect((await attest(await graph(), 'author-a:security')).error).toContain('threats/author')
    expect((await attest(`sha256:${'0'.repeat(64)}`, 'sia:security')).error).toContain('threats/changed')
    expect((await attest(await graph(), 'sia:security')).code).toBe(0)
    const shown = JSON.parse((await run('threats', 'show', '-s', SYSTEM, '--format', 'json')).out) as {
      attestation: { by: string }
    }
    expect(shown.attestation.by).toBe('sia')
  })

  test('has threats that only an executive carries at T1, for a bounded time', async () => {
    const { out } = await run('threats', 'show', '-s', SYSTEM, '--format', 'json')
    const { threats } = JSON.parse(out) as { threats: { id: string; state: string }[] }
    const { id } = threats.find(({ state }) => state === 'open') ?? { id: '' }
    const accept = (role: string, days: string, threat = id) =>
      run(
        'threats',
        'accept',
        threat,
        '-s',
        SYSTEM,
        '--role',
        role,
        '--reason',
        'pilot',
        '--days',
        days,
        '--as',
        `eva:${role}`,
      )
    expect((await accept('security', '10')).error).toContain('threats/role')
    expect((await accept('executive', '91')).code).not.toBe(0)
    expect((await accept('executive', '10', 'THR-999@model:none')).error).toContain('threats/unknown')
    expect((await accept('executive', '10')).code).toBe(0)
    const again = JSON.parse((await run('threats', 'show', '-s', SYSTEM, '--format', 'json')).out) as typeof threats & {
      threats: { id: string; state: string }[]
    }
    expect(again.threats.find((threat) => threat.id === id)?.state).toBe('accepted')
  })
})

describe('nobody is two people', () => {
  const input = () => ({
    system: SYSTEM,
    releaseDigest,
    environment: 'production',
    decision: 'approve',
    comment: '',
  })

  test('by a second key: the keys of one person are one person, and the author’s key is the author', async () => {
    const key = async (person: string, role: string): Promise<ReturnType<typeof bearer>> => {
      const made = await callAs(plane, await sessionProof(plane, person, [role]), 'createKey', {
        name: `${person} ${role} ${Math.random()}`,
        roles: [role],
        operations: null,
        systems: null,
        environment: null,
      })
      return bearer(String(made.body['token']))
    }
    const [first, second] = [await key('ben', 'security'), await key('ben', 'product')]
    expect((await callAs(plane, first, 'giveApproval', { ...input(), role: 'security' })).status).toBe(200)
    expect((await callAs(plane, second, 'giveApproval', { ...input(), role: 'product' })).status).toBe(200)
    const gate = await run('gate', '--env', 'production', '--format', 'json', '--as', 'author-a')
    const { verdict, approvals } = JSON.parse(gate.out) as { verdict: string; approvals: { isComplete?: boolean } }
    expect([gate.code, verdict, approvals.isComplete ?? false]).toEqual([5, 'pending-approval', false])
    const own = await callAs(plane, await key('Author-A', 'security'), 'giveApproval', { ...input(), role: 'security' })
    expect(own.code).toBe('approval/author')
  })

  test('nor by a waiver of more than one release', async () => {
    const ask = (digest: string) =>
      run(
        'exception',
        'request',
        'GH-GRD-001',
        '-s',
        SYSTEM,
        '--release',
        digest,
        '--reason',
        'x',
        '--accepted-by',
        'eva',
        '--days',
        '5',
        '--compensating',
        'GH-VER-001',
      )
    const wide = [
      releaseDigest.slice(0, 30),
      'sha256:*',
      '*',
      releaseDigest.toUpperCase(),
      `${releaseDigest},${releaseDigest}`,
    ]
    for (const digest of wide) {
      const asked = await ask(digest)
      expect([digest, asked.code, asked.error.includes('http/invalid-input')]).toEqual([digest, 2, true])
    }
    const unknown = await ask(`sha256:${'1'.repeat(64)}`)
    expect(unknown.error).toContain('exception/unknown-release')
  })
})

describe('time ends what people lent, and does not bring it back', () => {
  async function ownerAt(state: string, clock: () => EpochMs): Promise<OpenedNode> {
    const opened = await openNode({
      ...(await statePlace(state)),
      organization: 'local',
      version: '0.1.0',
      report: warnOfTrouble,
      clock,
    })
    if (!opened.ok) throw new Error(opened.failure.message)
    return opened.value
  }

  test('a role that was lent until yesterday decides nothing, also when the clock is set back, also after a start', async () => {
    await using place = await tempFolder()
    const start = Date.now()
    let now = start
    const clock = (): EpochMs => epochMs(now)
    const state = join(place.path, 'state')
    const asked = { system: SYSTEM, decision: 'customer-commitment', subject: 'contract 7', text: 'x' } as const
    const speak = async (node: OpenedNode): Promise<string> => {
      const opened = await sessionOn(node, 'kim', ['engineer']).call('openApprovalCase', asked)
      const id = opened.ok ? String(opened.value['id']) : opened.failure.code
      const input = { id, role: 'legal', decision: 'approve', comment: '' } as const
      const said = await sessionOn(node, 'lou', ['product']).call('speakOnApprovalCase', input)
      return said.ok ? String(said.value['state']) : said.failure.code
    }
    {
      await using node = await ownerAt(state, clock)
      const lent = await sessionOn(node, 'lea', ['legal']).call('delegateRole', {
        to: 'lou',
        role: 'legal',
        decisions: ['customer-commitment'],
        reason: 'on leave',
        expiresAt: start + DAY_MS,
      })
      expect(lent.ok).toBe(true)
      expect(await speak(node)).toBe('partial')
      now = start + 2 * DAY_MS
      expect(await speak(node)).toBe('approval/role')
      now = start
      expect([await speak(node), node.clock() >= start + 2 * DAY_MS]).toEqual(['approval/role', true])
    }
    await using again = await ownerAt(state, clock)
    expect([await speak(again), again.clock() >= start + 2 * DAY_MS]).toEqual(['approval/role', true])
  })
})
