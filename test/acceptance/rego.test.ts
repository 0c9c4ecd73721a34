// Rego beside CEL at the gate, and packs from a trusted key: the command line on projects of its own.
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { governedState, outcomeOf } from '../support/governed-state.ts'
import { opaBundle } from '../support/opa-module.ts'
import { gateOrThrow } from '../support/owned-state.ts'
import { tinyManifest, tinyPack, VERSION_RULE, writeTinyProject } from '../support/tiny-project.ts'

const state = governedState()
const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const regoPack = (engine: string, path = 'gatehouse/release/internal', mode = 'enforce'): string =>
  `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata:
  id: house
  version: 1.0.0
  title: House
  mode: ${mode}
  engine: ${engine}
  notes: [{ version: 1.0.0, text: the first }]
rules:
  - id: GH-REG-001
    title: It is for employees
    severity: high
    controls: [CTL-GOV-002]
    rego: ${path}
    message: it is for others
    fix: keep it inside
    tests:
      - { name: inside, input: { manifest: { intake: { audience: employees } } }, expect: pass }
      - { name: outside, input: { manifest: { intake: { audience: customers } } }, expect: fail }
`

const bundle = opaBundle()
const OF_BUNDLE = `{ kind: opa-bundle, file: house.tar.gz, digest: "${digestOf(bundle)}" }`

async function project(pack: string, audience = 'employees', bytes: Uint8Array | null = bundle): Promise<string> {
  const folder = join(state.project, String(state.count))
  await writeTinyProject(
    folder,
    tinyManifest({ audience, policies: ['tiny', 'house'], title: `release ${state.count}` }),
    tinyPack(
      VERSION_RULE.replace('!= "1.0.0"', '!= "9.9.9"')
        .replace('2.0.0', '1.0.0')
        .replace('{ version: 1.0.0 } } }, expect: fail', '{ version: 9.9.9 } } }, expect: fail'),
    ),
    { 'policies/house.yaml': pack },
  )
  if (bytes !== null) await writeFile(join(folder, 'policies/house.tar.gz'), bytes)
  return folder
}

async function gate(folder: string): Promise<StoredVerdict> {
  return (await gateOrThrow(state.as('author-a'), folder)).verdict
}

async function cli(folder: string, ...args: readonly string[]) {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, out: terminal.printed.out, err: terminal.printed.error }
}

describe('Rego at the gate', () => {
  test('of a bundle decides beside CEL on the same document', async () => {
    const inside = await gate(await project(regoPack(OF_BUNDLE)))
    expect([inside.verdict, outcomeOf(inside, 'GH-REG-001'), outcomeOf(inside, 'GH-GRD-001')]).toEqual([
      'released',
      'passed',
      'passed',
    ])
    const outside = await gate(await project(regoPack(OF_BUNDLE), 'customers'))
    expect([outside.verdict, outcomeOf(outside, 'GH-REG-001')]).toEqual(['blocked', 'failed'])
  })

  test('in shadow is decided and recorded, and blocks nothing', async () => {
    const verdict = await gate(await project(regoPack(OF_BUNDLE, undefined, 'shadow'), 'customers'))
    expect([verdict.verdict, (verdict.shadow ?? []).map(({ id, outcome }) => [id, outcome])]).toEqual([
      'released',
      [['GH-REG-001', 'failed']],
    ])
  })

  test('of a server that nobody named releases nothing', async () => {
    const verdict = await gate(await project(regoPack('{ kind: opa-remote, endpoint: house }')))
    expect([verdict.verdict, outcomeOf(verdict, 'GH-REG-001')]).toEqual(['inconclusive', 'errored'])
    expect(verdict.results.find(({ id }) => id === 'GH-REG-001')?.detail).toContain('no OPA server is named `house`')
  })

  test('on recorded decisions says what it would say there, and that nothing changes where it is the same', async () => {
    const folder = await project(regoPack(OF_BUNDLE))
    expect((await cli(folder, 'gate')).code).toBe(0)
    const same = await cli(folder, 'policy', 'replay', 'house')
    expect([same.err, same.out]).toEqual(['', expect.stringContaining('0 with another outcome of a rule')])
    await writeFile(join(folder, 'policies/never.yaml'), regoPack(OF_BUNDLE, 'gatehouse/release/undefined'))
    const broken = await cli(folder, 'policy', 'replay', 'policies/never.yaml')
    expect(broken.err).toContain('policy/test-failed')
    const shared = regoPack('{ kind: opa-remote, endpoint: nowhere }')
    await writeFile(join(folder, 'policies/remote.yaml'), shared)
    const away = await cli(folder, 'policy', 'replay', 'policies/remote.yaml', '--json')
    expect(JSON.parse(away.out)).toMatchObject({
      decisions: [{ changes: [{ rule: 'GH-REG-001', before: 'passed', after: 'errored' }] }],
    })
  })

  test.each([
    ['without its bundle', regoPack(OF_BUNDLE), null, 'policy/bundle'],
    ['with another bundle', regoPack(OF_BUNDLE), opaBundle({ ownMemory: true }), 'policy/bundle'],
    ['whose rule is undefined', regoPack(OF_BUNDLE, 'gatehouse/release/undefined'), bundle, 'policy/test-failed'],
    ['with an engine that is not known', regoPack('{ kind: prolog }'), bundle, 'policy/invalid'],
    [
      'that leaves its folder',
      regoPack('{ kind: opa-bundle, file: ../x.tar.gz, digest: x }'),
      bundle,
      'policy/invalid',
    ],
    ['that names an address', regoPack('{ kind: opa-remote, endpoint: "http://x" }'), bundle, 'policy/invalid'],
    ['that says no engine', regoPack('null').replace('  engine: null\n', ''), bundle, 'policy/rego'],
    [
      'in two languages',
      regoPack(OF_BUNDLE).replace('    rego:', '    expr: "true"\n    rego:'),
      bundle,
      'policy/rego',
    ],
    ['without tests', regoPack(OF_BUNDLE).replace(/ {4}tests:[^]*/, '    tests: []\n'), bundle, 'policy/invalid'],
  ])('a pack %s is refused with its place', async (_, pack, bytes, code) => {
    const folder = await project(pack, 'employees', bytes)
    const { code: exit, err } = await cli(folder, 'policy', 'test', 'house')
    expect([exit, err.includes(code), /policies\/house\.yaml:\d+/.test(err)]).toEqual([2, true, true])
  })

  test('a gate is given a bundle again that is not its own: it is refused', async () => {
    const text = regoPack(OF_BUNDLE)
    const other = opaBundle({ ownMemory: true }).toString('base64')
    const { release } = await offered(await project(text))
    const decided = await state.as('author-a').call('gateRelease', {
      ...release,
      packs: [{ file: 'policies/house.yaml', text, bundle: other }],
    })
    expect(decided).toMatchObject({ ok: false, failure: { code: 'policy/bundle' } })
  })

  test('is asked by the plan, the coverage and the test of controls like by the gate', async () => {
    const folder = await project(regoPack(OF_BUNDLE))
    expect((await cli(folder, 'plan', '--format', 'markdown')).out).toContain('- [x] GH-REG-001 It is for employees')
    const tested = async (...args: readonly string[]) =>
      (JSON.parse((await cli(folder, 'controls', 'test', '--json', ...args)).out) as { alreadyFailing: string[] })
        .alreadyFailing
    expect(await tested()).not.toContain('GH-REG-001')
    await writeFile(join(folder, 'policies/house.yaml'), regoPack('{ kind: opa-remote, endpoint: house }'))
    const away = await cli(folder, 'plan', '--format', 'markdown')
    expect(away.out).toContain('- [ ] GH-REG-001 It is for employees (decided at the gate)')
    expect(await tested()).toContain('GH-REG-001')
  })

  test('is tested, explained, compared and measured by the command line', async () => {
    const folder = await project(regoPack(OF_BUNDLE))
    expect((await cli(folder, 'policy', 'test', 'house')).out).toContain('ok GH-REG-001 It is for employees (2 tests)')
    const explained = await cli(folder, 'policy', 'explain', 'GH-REG-001')
    expect(explained.out).toContain('data.gatehouse.release.internal')
    expect(explained.out).toContain('the compiled bundle house.tar.gz')
    await writeFile(join(folder, 'other.yaml'), regoPack('{ kind: opa-remote, endpoint: house }'))
    expect((await cli(folder, 'policy', 'diff', 'house', 'other.yaml')).out).toContain('engine: may decide otherwise')
    const tested = await cli(folder, 'policy', 'test', 'other.yaml')
    expect(tested.code).toBe(2)
    const bench = await cli(folder, 'policy', 'bench', 'tiny', '--seconds', '0.05', '--json')
    expect(JSON.parse(bench.out)).toMatchObject({ packs: [{ pack: 'tiny', rules: 2 }], exitCode: 0 })
    const slow = await cli(folder, 'policy', 'bench', 'tiny', '--seconds', '0.05', '--at-least', '1000000000')
    expect([slow.code, slow.out.includes('Exiting 1: tiny below')]).toEqual([1, true])
  })
})

/** What the command line would send. */
async function offered(folder: string) {
  const sent: Record<string, unknown>[] = []
  const session = state.as('author-a')
  await gateOrThrow(
    {
      ...session,
      call: (name, input) => {
        if (name === 'gateRelease') sent.push(input as Record<string, unknown>)
        return session.call(name, input)
      },
    },
    folder,
  )
  return { release: sent[0] as never as Parameters<typeof session.call<'gateRelease'>>[1] }
}

describe('a signed pack', () => {
  async function trusting(folder: string, entry: object): Promise<string> {
    const text = await state.node.trustText()
    const trust = JSON.parse(text) as { keys: object[] }
    const file = join(folder, 'trust.json')
    await writeFile(file, JSON.stringify({ ...trust, keys: [...trust.keys, entry] }))
    return file
  }

  async function signed(folder: string, key = 'keys/policy.pem'): Promise<object> {
    await mkdir(join(folder, 'keys'), { recursive: true })
    const { code, out, err } = await cli(folder, 'policy', 'sign', 'house', '--key', key, '--new-key', '--json')
    if (code !== 0) throw new Error(err)
    return (JSON.parse(out) as { trustEntry: object }).trustEntry
  }

  test('is verified with the key that the trust file names', async () => {
    const folder = await project(regoPack(OF_BUNDLE))
    await trusting(folder, await signed(folder))
    expect(await cli(folder, 'policy', 'verify', 'house', '--trust', 'trust.json')).toMatchObject({ code: 0, err: '' })
  })

  test.each([
    ['was changed after it', 'policy/signature-mismatch'],
    ['is signed by a stranger', 'policy/foreign-signature'],
    ['has an empty signature', 'policy/foreign-signature'],
    ['has a signature of a key that has ended', 'policy/foreign-signature'],
  ])('that %s is not', async (how, code) => {
    const folder = await project(regoPack(OF_BUNDLE))
    const entry = await signed(folder)
    await trusting(folder, how.endsWith('ended') ? { ...entry, validUntil: '2020-01-01T00:00:00Z' } : entry)
    const [pack, sig] = [join(folder, 'policies/house.yaml'), join(folder, 'policies/house.sig.json')]
    if (how.startsWith('was')) await writeFile(pack, `${await readFile(pack, 'utf8')}# changed\n`)
    if (how.startsWith('is')) await signed(folder, 'keys/other.pem')
    if (how.startsWith('has an empty')) await writeFile(sig, '{}')
    const verified = await cli(folder, 'policy', 'verify', 'house', '--trust', 'trust.json')
    expect(verified.code).toBe(6)
    expect(verified.err).toContain(code)
  })

  test('is asked for by the gate as soon as the trust file names a key for it, but not of the package', async () => {
    const folder = await project(regoPack(OF_BUNDLE))
    const entry = await signed(folder)
    const { release } = await offered(folder)
    const trustPath = join(state.node.stateFolder, 'trust.json')
    const before = await readFile(trustPath, 'utf8')
    try {
      await writeFile(trustPath, await readFile(await trusting(folder, entry), 'utf8'))
      const own = release.packs.filter(({ file }) => file.endsWith('house.yaml'))
      const shipped = { file: 'x.yaml', text: await readFile('policies/baseline.yaml', 'utf8') }
      const call = async (packs: typeof release.packs) =>
        state.as('author-a').call('gateRelease', { ...release, packs })
      expect(await call([...own, shipped])).toMatchObject({ ok: true })
      expect(await call(own.map((pack) => ({ ...pack, signature: undefined })))).toMatchObject({
        ok: false,
        failure: { code: 'policy/unsigned', at: { file: 'policies/house.yaml' } },
      })
      expect(await call(release.packs)).toMatchObject({ ok: false, failure: { code: 'policy/unsigned' } })
    } finally {
      await writeFile(trustPath, before)
    }
  })

  test('needs a release note for its version, and a key that is there', async () => {
    const folder = await project(regoPack(OF_BUNDLE).replace('version: 1.0.0, text', 'version: 0.9.0, text'))
    const unnoted = await cli(folder, 'policy', 'sign', 'house', '--key', 'k.pem', '--new-key')
    expect([unnoted.code, unnoted.err.includes('policy/no-release-note')]).toEqual([2, true])
    await writeFile(join(folder, 'policies/house.yaml'), regoPack(OF_BUNDLE))
    const keyless = await cli(folder, 'policy', 'sign', 'house', '--key', 'k.pem')
    expect([keyless.code, keyless.err.includes('keys/not-found')]).toEqual([2, true])
  })
})
