import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import { systemClock } from '../../src/adapters/clock/system-clock.ts'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ed25519Signer } from '../../src/adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { buildBundle, BUNDLE_PAYLOAD_TYPE } from '../../src/application/admission/build-bundle.ts'
import { DENY_PAYLOAD_TYPE } from '../../src/application/respond/kill.ts'
import { utf8 } from '../../src/base/bytes.ts'
import type { Digest } from '../../src/base/digest.ts'
import { DAY_MS, epochMs } from '../../src/base/instant.ts'
import { canonicalJsonOf, type JsonObject } from '../../src/base/json.ts'
import { loadBundle, type Bundle } from '../../src/contract/bundle/bundle.ts'
import { IN_TOTO_PAYLOAD, signEnvelope, type Envelope, type Signer } from '../../src/domain/evidence/dsse.ts'
import { statementBytes, vsaStatement } from '../../src/domain/evidence/statement.ts'
import { bundleTrust } from '../../src/entrypoints/gateway/bundle-source.ts'
import { approved, startGatewayOrThrow, startGatewayStack, type GatewayStack } from '../support/gateway-stack.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM } from '../support/tiny-project.ts'

let stack: GatewayStack
let bundle: Bundle
const stranger: Signer = ed25519Signer(generateKeyPairSync('ed25519').privateKey)

beforeAll(async () => {
  stack = await startGatewayStack()
  const { node } = stack.plane
  const envelope = await buildBundle(node, node.bundleKeys, 'local', 1)
  bundle = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Bundle
})
afterAll(() => stack[Symbol.asyncDispose]())

describe('a bundle', () => {
  const signed = async (content: object, signer: Signer = stack.plane.node.keys.bundle): Promise<string> =>
    JSON.stringify(await signEnvelope(signer, BUNDLE_PAYLOAD_TYPE, utf8(canonicalJsonOf(content as JsonObject))))
  const withRelease = (change: (release: Bundle['systems'][number]['releases'][number]) => object): Bundle =>
    ({
      ...bundle,
      systems: bundle.systems.map((system) => ({
        ...system,
        releases: system.releases.map((release) => ({ ...release, ...change(release) })),
      })),
    }) as Bundle

  async function vsa(
    options: {
      readonly environment?: string
      readonly result?: 'PASSED' | 'FAILED'
      readonly validUntil?: number
      readonly digest?: string
      readonly signer?: Signer
    } = {},
  ): Promise<Envelope> {
    const [release] = bundle.systems[0]!.releases
    const digest = (options.digest ?? release!.digest) as Digest
    const statement = vsaStatement({
      system: SYSTEM,
      releaseDigest: digest,
      verifierVersion: '0.1.0',
      timeVerified: epochMs(Date.now()),
      environment: options.environment ?? 'local',
      result: options.result ?? 'PASSED',
      policySetDigest: digest,
      suiteDigests: [],
      inputAttestations: [],
      policyPacks: [],
      exceptions: [],
      validUntil: epochMs(options.validUntil ?? Date.now() + DAY_MS),
    })
    return signEnvelope(options.signer ?? stack.plane.node.keys.gate, IN_TOTO_PAYLOAD, statementBytes(statement))
  }

  async function load(text: string): Promise<Awaited<ReturnType<typeof loadBundle>>> {
    const trust = bundleTrust(stack.options.trustText, systemClock())
    if (!trust.ok) throw new Error(trust.failure.message)
    return loadBundle(nodeSha256, text, trust.value, celEngine())
  }

  /** A gateway that knows this bundle and nothing else: no control plane answers it. */
  async function servedBy(text: string): Promise<string> {
    await using folder = await tempFolder()
    await mkdir(join(folder.path, 'g'))
    await writeFile(join(folder.path, 'g', 'bundle.json'), text)
    await using gateway = await startGatewayOrThrow({
      ...stack.options,
      folder: join(folder.path, 'g'),
      controlPlane: 'http://127.0.0.1:9',
    })
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.apiKey}` },
      body: JSON.stringify(approved()),
    })
    const { error } = (await response.json()) as { error?: { code: string } }
    return `${response.status} ${error?.code ?? 'ok'}`
  }

  test('as the control plane makes it is served from disk alone', async () => {
    expect(await servedBy(await signed(bundle))).toBe('200 ok')
  })

  test.each<[string, () => Promise<Bundle>, RegExp | undefined]>([
    [
      'another prompt',
      async () => withRelease(({ prompts }) => ({ prompts: { ...prompts, system: `${prompts['system']}!` } })),
      /do not give its digest/,
    ],
    [
      'another tool schema',
      async () =>
        withRelease(({ toolSchemas }) => ({ toolSchemas: { ...toolSchemas, save_note: '{"type":"object"}' } })),
      /do not give its digest/,
    ],
    [
      'another manifest',
      async () => withRelease(({ manifest }) => ({ manifest: { ...manifest, guard: { preset: 'none' } } })),
      /do not give its digest/,
    ],
    [
      'another digest',
      async () => withRelease(() => ({ digest: `sha256:${'0'.repeat(64)}` })),
      /do not give its digest/,
    ],
    [
      'a verdict with a byte changed',
      async () =>
        withRelease(({ vsa: own }) => ({
          vsa: {
            ...own,
            payload: own.payload.replace(/^.{40}/, (head) => `${head.slice(0, -1)}${head.endsWith('A') ? 'B' : 'A'}`),
          },
        })),
      /not signed by a trusted gate key/,
    ],
    [
      'a verdict of a stranger',
      async () => {
        const envelope = await vsa({ signer: stranger })
        return withRelease(() => ({ vsa: envelope }))
      },
      /not signed by a trusted gate key/,
    ],
    [
      'a verdict that the bundle key signed',
      async () => {
        const envelope = await vsa({ signer: stack.plane.node.keys.bundle })
        return withRelease(() => ({ vsa: envelope }))
      },
      /not signed by a trusted gate key/,
    ],
    [
      'a verdict that blocks',
      async () => {
        const envelope = await vsa({ result: 'FAILED' })
        return withRelease(() => ({ vsa: envelope }))
      },
      /does not release it/,
    ],
    [
      'the verdict of another release',
      async () => {
        const envelope = await vsa({ digest: `sha256:${'1'.repeat(64)}` })
        return withRelease(() => ({ vsa: envelope }))
      },
      /does not release it/,
    ],
    [
      'a verdict for another environment',
      async () => {
        const envelope = await vsa({ environment: 'production' })
        return withRelease(() => ({ vsa: envelope }))
      },
      /is for environment `production`/,
    ],
    [
      'a verdict that has ended',
      async () => {
        const envelope = await vsa({ validUntil: Date.now() - 60_000 })
        return withRelease(() => ({ vsa: envelope }))
      },
      undefined,
    ],
  ])('with %s does not serve the release', async (_, change, reason) => {
    const text = await signed(await change())
    const loaded = await load(text)
    expect(loaded.ok).toBe(true)
    if (loaded.ok && reason !== undefined) {
      expect(loaded.value.systems[0]?.admitted.releases).toEqual([])
      expect(loaded.value.systems[0]?.refused[0]?.reason).toMatch(reason)
    }
    expect(await servedBy(text)).toBe('403 release_not_approved')
  })

  const deny = {
    id: 'D1',
    system: SYSTEM,
    scope: { kind: 'tool', tool: 'x' },
    reason: 'r',
    issuedBy: 'i',
    issuedAt: 1,
    lifts: null,
  }
  const denyBy = async (signer: Signer, body: object = deny): Promise<Bundle> =>
    ({
      ...bundle,
      denies: [await signEnvelope(signer, DENY_PAYLOAD_TYPE, utf8(canonicalJsonOf(body as JsonObject)))],
    }) as unknown as Bundle
  test.each<[string, () => Promise<string>]>([
    ['of a stranger', () => signed(bundle, stranger)],
    ['that the gate key signed', () => signed(bundle, stack.plane.node.keys.gate)],
    ['with a byte changed', async () => (await signed(bundle)).replace('"payload":"ey', '"payload":"ez')],
    ['without its signature', async () => JSON.stringify({ ...JSON.parse(await signed(bundle)), signatures: [] })],
    [
      'of another kind',
      async () => JSON.stringify({ ...JSON.parse(await signed(bundle)), payloadType: IN_TOTO_PAYLOAD }),
    ],
    ['that is no JSON', async () => 'bundle'],
    ['with a field that nobody knows', () => signed({ ...bundle, also: 1 })],
    ['with a deny record of a stranger', async () => signed(await denyBy(stranger))],
    ['with a deny record that the gate key signed', async () => signed(await denyBy(stack.plane.node.keys.gate))],
    [
      'with a deny record that says something else',
      async () => signed(await denyBy(stack.plane.node.keys.deny, { ...deny, scope: { kind: 'world' } })),
    ],
  ])('%s is refused whole', async (_, text) => {
    expect(await load(await text())).toMatchObject({ ok: false, failure: { code: 'bundle/refused' } })
    expect(await servedBy(await text())).toBe('401 invalid_api_key')
  })

  test('with a true deny record is taken, and past its own end it serves nothing', async () => {
    expect((await load(await signed(await denyBy(stack.plane.node.keys.deny)))).ok).toBe(true)
    expect(await servedBy(await signed({ ...bundle, expiresAt: Date.now() - 1 }))).toBe('401 invalid_api_key')
  })
})
