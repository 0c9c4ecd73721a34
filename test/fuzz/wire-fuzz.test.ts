import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import { systemClock } from '../../src/adapters/clock/system-clock.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { subjectVerifier } from '../../src/adapters/http/subject-token.ts'
import { rawPublicKey } from '../../src/adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { readOwnerFile } from '../../src/adapters/owner/owner-file.ts'
import { buildBundle } from '../../src/application/admission/build-bundle.ts'
import { readStoredZip } from '../../src/contract/archive/stored-zip.ts'
import { verifyPack } from '../../src/contract/archive/verify-pack.ts'
import { loadBundle } from '../../src/contract/bundle/bundle.ts'
import { OPERATIONS } from '../../src/contract/http/operations.ts'
import { parseTrustFile } from '../../src/contract/trust/trust-file.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { bundleTrust } from '../../src/entrypoints/gateway/bundle-source.ts'
import { packOf, trustOf } from '../support/built-pack.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { approved, startGatewayStack, TOOLS, type GatewayStack } from '../support/gateway-stack.ts'
import { below, KEYS, mutated, mutatedBytes, mutatedText, pick, randomJson, type Random } from '../support/mutate.ts'
import { sessionOn } from '../support/owned-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { MODEL, SYSTEM, systemText } from '../support/tiny-project.ts'

/** Repeat a failure with `FUZZ_SEED=…`; search longer with `FUZZ_FACTOR=…`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121)
const FACTOR = Number(process.env['FUZZ_FACTOR'] ?? 1)
const ANSWER_MS_MAX = 20_000

let stack: GatewayStack
beforeAll(async () => {
  stack = await startGatewayStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Runs a few at a time, so that thousands of requests take seconds. */
async function inParallel(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < count) await run(next++)
    }),
  )
}

/** Is this what the approved release may ask? Told from the parsed body alone, without the gateway's code. */
function isApproved(text: string): boolean {
  const body = JSON.parse(text) as {
    model?: unknown
    messages?: { role?: unknown; content?: unknown }[]
    tools?: { function?: { name?: unknown; parameters?: unknown } }[]
  }
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).toSorted(([left], [right]) => (left < right ? -1 : 1)))
        : item,
    )
  const known = new Map(
    TOOLS.flatMap((tool) => (tool.type === 'function' ? [[tool.function.name, sorted(tool.function.parameters)]] : [])),
  )
  const [first, ...rest] = body.messages ?? []
  const content = Array.isArray(first?.content)
    ? (first.content as { text?: string }[]).map(({ text: part }) => part).join('')
    : String(first?.content)
  const [head, tail] = systemText('SPLIT').split('SPLIT') as [string, string]
  return (
    (body.model === MODEL || body.model === 'model-b') &&
    (first?.role === 'system' || first?.role === 'developer') &&
    [head, head.replace('English', 'German')].some((start) => content.startsWith(start)) &&
    content.endsWith(tail) &&
    rest.every(({ role }) => role !== 'system' && role !== 'developer') &&
    (body.tools ?? []).every((tool) => known.get(String(tool.function?.name)) === sorted(tool.function?.parameters))
  )
}

const VALID = {
  ...approved('Where is my order?', { tools: TOOLS, n: 1, temperature: 0.5 }),
  messages: [
    ...approved().messages,
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'lookup_order', arguments: '{"order":"1"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: '{"order":"1"}' },
    { role: 'user', content: [{ type: 'text', text: 'thanks' }] },
  ],
}

function bodyOf(random: Random): Uint8Array {
  const kind = random()
  if (kind < 0.55) return Buffer.from(JSON.stringify(mutated(random, VALID)))
  if (kind < 0.7) return Buffer.from(JSON.stringify(randomJson(random)) ?? '')
  if (kind < 0.8) return Buffer.from(mutatedText(random, mutatedText(random, JSON.stringify(VALID))))
  if (kind < 0.9) return mutatedBytes(random, Buffer.from(JSON.stringify(VALID)))
  if (kind < 0.95) return Buffer.from(pick(random, ['[', '{"a":', '[[{"messages":']).repeat(1 + below(random, 3_000)))
  return Buffer.from(
    JSON.stringify({
      ...VALID,
      messages: Array.from({ length: below(random, 3_000) }, () => ({ role: 'user', content: 'x' })),
    }),
  )
}

test('the gateway answers any body in time, declares every 5xx, and serves the approved release alone', async () => {
  const random = seededRandom(SEED)
  const bodies = Array.from({ length: 4_000 * FACTOR }, () => bodyOf(random))
  const statuses = new Map<number, number>()
  await inParallel(bodies.length, async (index) => {
    const body = bodies[index]!
    const response = await fetch(`${stack.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
      body: Buffer.from(body),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    const text = await response.text()
    const shown = `seed ${SEED}, body ${index}: ${Buffer.from(body).toString().slice(0, 1_500)} → ${response.status} ${text.slice(0, 300)}`
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    if (response.status === 200) {
      expect(isApproved(Buffer.from(body).toString()), shown).toBe(true)
      return
    }
    expect([400, 403, 413, 502, 503], shown).toContain(response.status)
    expect((JSON.parse(text) as { error: object }).error, shown).toMatchObject({
      message: expect.any(String),
      code: expect.any(String),
    })
  })
  expect(stack.logged.filter((line) => line.startsWith('bug'))).toEqual([])
  expect(statuses.get(200)).toBeGreaterThan(100)
  expect(statuses.get(400)).toBeGreaterThan(100)
  expect(statuses.get(403)).toBeGreaterThan(100)
  expect([statuses.get(502), statuses.get(503)]).toEqual([undefined, undefined])
})

const SAMPLES: Readonly<Record<string, unknown>> = {
  system: SYSTEM,
  digest: `sha256:${'0'.repeat(64)}`,
  releaseDigest: `sha256:${'0'.repeat(64)}`,
  id: 'X-1',
  scope: { kind: 'tool', tool: 't' },
  reason: 'r',
  environment: 'local',
  role: 'product',
  decision: 'approve',
  comment: '',
  event: 'contain',
  note: 'n',
  outcome: 'actionable',
  limit: 5,
  before: 5,
  ruleId: 'GH-AAA-001',
  compensatingRule: 'GH-AAA-002',
  riskAcceptedBy: 'r',
  expiresAt: 1,
  incident: 'INC-1',
  request: 'r',
}

test('the control plane answers any input of any operation without a 5xx', async () => {
  const random = seededRandom(SEED + 1)
  const token = (await readOwnerFile(stack.state))?.token ?? ''
  const operations = Object.entries(OPERATIONS)
  const calls = Array.from({ length: 2_500 * FACTOR }, (_, index) => {
    const [name, { method, path }] = operations[index % operations.length]!
    const text = (value: unknown): string =>
      encodeURIComponent((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed()).slice(
        0,
        400,
      ) || 'x'
    const value = (key: string): unknown => (random() < 0.7 ? SAMPLES[key] : randomJson(random))
    const filled = path.replaceAll(/\{(\w+)\}/g, (_match, key: string) => text(value(key)))
    const query =
      method === 'GET'
        ? `?${KEYS.slice(0, below(random, 4))
            .concat(['limit', 'before', 'system'])
            .map((key) => `${text(key)}=${text(value(key))}`)
            .join('&')}`
        : ''
    const body =
      random() < 0.8 ? JSON.stringify(mutated(random, SAMPLES)) : mutatedText(random, JSON.stringify(SAMPLES))
    return { name, method, path: filled + query, body }
  })
  await inParallel(calls.length, async (index) => {
    const { name, method, path, body } = calls[index]!
    const response = await fetch(`${stack.plane.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${name === 'ingestSegment' ? stack.plane.node.gatewayToken : token}`,
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      },
      ...(method === 'POST' ? { body } : {}),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    const text = await response.text()
    expect(
      response.status,
      `seed ${SEED}, call ${index}: ${method} ${path} ${body.slice(0, 800)} → ${text.slice(0, 300)}`,
    ).toBeLessThan(500)
  })
})

test('a scan gives one line for each line, in order, and an error record for a bad one', async () => {
  const random = seededRandom(SEED + 2)
  const lines = Array.from({ length: 2_500 * FACTOR }, (_, index) => {
    const good = JSON.stringify({
      id: String(index),
      text: `text ${index}`,
      direction: pick(random, ['input', 'output', undefined]),
    })
    const kind = random()
    if (kind < 0.4) return Buffer.from(good)
    if (kind < 0.6) return Buffer.from(JSON.stringify(mutated(random, JSON.parse(good))) ?? '')
    if (kind < 0.8) return Buffer.from(mutatedBytes(random, Buffer.from(good)))
    return Buffer.from(
      pick(random, [
        '',
        '\r',
        ' ',
        'null',
        '[',
        '\ufeff{}',
        '{}',
        '"',
        '['.repeat(3_000),
        JSON.stringify(randomJson(random)) ?? '',
      ]),
    )
  }).map((line) => Buffer.from(line.filter((byte) => byte !== 10)))
  const all = Buffer.concat(lines.map((line) => Buffer.concat([line, Buffer.from('\n')])))
  const chunks: Buffer[] = []
  for (let at = 0; at < all.length;) {
    const end = at + 1 + below(random, 5_000)
    chunks.push(all.subarray(at, end))
    at = end
  }
  const terminal = capturedTerminal(stack.folder, { stdin: chunks })
  expect(await runCli(['guard', 'scan'], terminal)).toBe(0)
  const answers = terminal.printed.out
    .split('\n')
    .slice(0, -1)
    .map(
      (line) =>
        JSON.parse(line) as {
          id: string | null
          line?: number
          action?: string
          error?: { code: string; message: string }
        },
    )
  expect(answers).toHaveLength(lines.length)
  for (const [index, answer] of answers.entries()) {
    let sent: unknown
    try {
      sent = JSON.parse(lines[index]!.toString('utf8'))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    const { id, text } = (typeof sent === 'object' && sent !== null ? sent : {}) as { id?: unknown; text?: unknown }
    const shown = `seed ${SEED}, line ${index + 1}: ${lines[index]!.toString().slice(0, 500)} → ${JSON.stringify(answer).slice(0, 300)}`
    if (answer.error === undefined)
      expect([answer.id, typeof text, typeof answer.action], shown).toEqual([id, 'string', 'string'])
    else
      expect([answer.line, typeof answer.error.code, typeof answer.error.message], shown).toEqual([
        index + 1,
        'string',
        'string',
      ])
  }
  expect(answers.filter(({ error }) => error === undefined).length).toBeGreaterThan(lines.length / 3)
})

test('archives, trust files, bundles and subject tokens that are not the true ones are never good and never throw', async () => {
  const random = seededRandom(SEED + 3)
  const { node } = stack.plane
  const pack = await packOf(sessionOn(node), SYSTEM)
  const trustText = stack.options.trustText
  const trust = trustOf(trustText)
  const bundleKeys = bundleTrust(trustText, systemClock())
  if (!bundleKeys.ok) throw new Error(bundleKeys.failure.message)
  const bundle = JSON.stringify(await buildBundle(node, node.bundleKeys, 'local', 1))
  const verify = subjectVerifier(SYSTEM, [rawPublicKey(node.workloadKey)], () => Date.now())
  const token = await stack.subjectToken()
  expect([
    (await verifyPack(nodeSha256, pack, trust)).isGood,
    (await loadBundle(nodeSha256, bundle, bundleKeys.value, celEngine())).ok,
    await verify(token),
  ]).toEqual([true, true, expect.objectContaining({ tenant: 'northwind' })])
  for (let run = 0; run < 1_500 * FACTOR; run++) {
    const shown = `seed ${SEED}, run ${run}`
    const archive =
      random() < 0.5
        ? mutatedBytes(random, pack)
        : Uint8Array.from({ length: below(random, 400) }, () => below(random, 256))
    if (!Buffer.from(archive).equals(pack)) {
      expect(readStoredZip(archive), shown).toBeUndefined()
      expect((await verifyPack(nodeSha256, archive, trust)).isGood, shown).toBe(false)
    }
    const trusted =
      random() < 0.5 ? JSON.stringify(mutated(random, JSON.parse(trustText))) : mutatedText(random, trustText)
    const parsed = parseTrustFile(nodeSha256, trusted ?? '')
    if (parsed.ok) for (const { keyId } of parsed.value.keys) expect(trustText, shown).toContain(keyId)
    const changed =
      random() < 0.5 ? (JSON.stringify(mutated(random, JSON.parse(bundle))) ?? '') : mutatedText(random, bundle)
    if (JSON.stringify(isJson(changed) ? JSON.parse(changed) : changed) !== bundle)
      expect(
        (await loadBundle(nodeSha256, changed, bundleKeys.value, celEngine())).ok,
        `${shown}: ${changed.slice(0, 100)}`,
      ).toBe(false)
    const word = random() < 0.8 ? mutatedText(random, token) : (JSON.stringify(randomJson(random)) ?? '')
    if (word !== token) expect(await verify(word), `${shown}: ${word}`).toBeUndefined()
  }
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
