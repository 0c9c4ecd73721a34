import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { epochMs, HOUR_MS, SECOND_MS } from '../../src/base/instant.ts'
import { startGateway } from '../../src/entrypoints/gateway/start-gateway.ts'
import { startBundleServer } from '../support/bundle-server.ts'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import {
  errorCodeOf,
  gatewayBefore,
  requestIdOf,
  shippedLines,
  shippedOutcome,
  type FaultSetting,
} from '../support/faulty-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import type { LightGateway } from '../support/light-gateway.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

// The fault table of the gateway itself: its clients, its clock, its disk, its life and its control plane. What providers do
// wrong is in gateway-upstream-faults; Redis away is in test/gateway/limits.

const ROOT = join(import.meta.dirname, '..', '..')

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

async function faked(setting?: FaultSetting): Promise<{ provider: FakeProvider; light: LightGateway }> {
  const provider = open.use(await startFakeProvider())
  return { provider, light: open.use(await gatewayBefore(provider.url, setting)) }
}

describe('a client', () => {
  test('that sends its head or its body a byte at a time is cut off, and others are served meanwhile', async () => {
    const { light } = await faked({ options: { requestTimes: { headersMs: 300, requestMs: 600 } } })
    const { port } = new URL(light.gateway.url)
    const first = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n'
    const starts = [first, `${first}authorization: Bearer ${light.signer.apiKey}\r\ncontent-length: 5000\r\n\r\n{`]
    const closed = starts.map(async (start) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(start)
      const timer = setInterval(() => void socket.write('x'), 50)
      socket.resume()
      await new Promise((resolve) => void socket.on('close', resolve))
      clearInterval(timer)
    })
    expect((await light.chat()).status).toBe(200)
    await Promise.all(closed)
    expect((await light.chat()).status).toBe(200)
    expect(light.logged.filter((line) => line.startsWith('bug'))).toEqual([])
  })
})

describe('a clock', () => {
  test.each([
    ['an hour back', -HOUR_MS],
    ['an hour on', HOUR_MS],
  ])('that jumps %s stops neither service, limits nor records', async (_, jumpMs) => {
    let ahead = 0
    const { light } = await faked({
      more: { limits: { rules: [{ id: 'rate', per: 'key', unit: 'requests', amount: 2, windowMs: 10 * SECOND_MS }] } },
      options: { clock: () => epochMs(Date.now() + ahead) },
    })
    expect((await light.chat()).status).toBe(200)
    ahead += jumpMs
    const after = await light.chat()
    expect(after.status).toBe(200)
    // What is refused now is given back by time alone, wherever the clock stands.
    const limited = [await light.chat(), await light.chat()].filter(({ status }) => status === 429)
    expect(limited.length).toBeGreaterThan(0)
    ahead += 11 * SECOND_MS
    expect((await light.chat()).status).toBe(200)
    expect(await shippedOutcome(light, requestIdOf(after))).toMatchObject({ outcome: 'completed' })
  })
})

describe('a disk', () => {
  const mounted = (path: string): boolean =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', path]).status === 0

  test('that is full serves nothing, says so, and serves again once there is room', async (context) => {
    const folder = open.use(await tempFolder()).path
    // Only root mounts, and only where the kernel lets it: elsewhere there is no small disk to fill.
    if (!mounted(folder)) return context.skip('a small file system cannot be mounted here')
    open.defer(() => void spawnSync('umount', ['-l', folder]))
    const { provider, light } = await faked({ options: { folder: join(folder, 'gateway') } })
    const served = await light.chat()
    expect(served.status).toBe(200)
    await shippedOutcome(light, requestIdOf(served))
    const filler = join(folder, 'filler')
    await writeFile(filler, Buffer.alloc(4_096))
    const filled = spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
    expect(filled.status).not.toBe(0)
    provider.seen.length = 0
    const refused = await eventually(
      () => light.chat(),
      ({ status }) => status === 503,
    )
    expect(await errorCodeOf(refused)).toBe('audit_unavailable')
    await rm(filler)
    const again = await eventually(
      () => light.chat(),
      ({ status }) => status === 200,
    )
    expect(await shippedOutcome(light, requestIdOf(again))).toMatchObject({ outcome: 'completed' })
    expect(light.logged.filter((line) => line.startsWith('bug'))).toEqual([])
  })
})

describe('a gateway', () => {
  test('that is killed under load has on record whatever it acknowledged', async () => {
    const { provider, light } = await faked()
    const folder = join(light.folder, 'killed')
    await mkdir(folder)
    const trust = join(light.folder, 'trust.json')
    await writeFile(trust, light.signer.trustText)
    const acknowledged: string[] = []
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ['src/entrypoints/gateway/main.ts'], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: {
          PATH: process.env['PATH'] ?? '',
          GATEHOUSE_GATEWAY_PORT: '0',
          GATEHOUSE_GATEWAY_FOLDER: folder,
          GATEHOUSE_CONTROL_PLANE: light.plane.url,
          GATEHOUSE_GATEWAY_TOKEN: light.plane.token,
          GATEHOUSE_TRUST_FILE: trust,
          GATEHOUSE_UPSTREAM_URL: provider.url,
        },
      })
      let out = ''
      child.stdout.on('data', (bytes: Buffer) => void (out += bytes.toString()))
      const url = await eventually(
        () => /gateway on (\S+)/.exec(out)?.[1] ?? '',
        (found) => found !== '',
      )
      let isKilled = false
      const target = acknowledged.length + 40 + round * 15
      const clients = Array.from({ length: 8 }, async (__, at) => {
        while (!isKilled) {
          try {
            const { path, request } = WIRES['chat']!
            const response = await fetch(`${url}${path}`, {
              method: 'POST',
              headers: { authorization: `Bearer ${light.signer.apiKey}` },
              body: JSON.stringify(request({}, { isStream: at % 2 === 0 })),
            })
            const body = await response.text()
            if (response.status === 200 && (at % 2 === 1 || body.includes('[DONE]')))
              acknowledged.push(requestIdOf(response))
          } catch (error) {
            // Killed in the middle: what was not acknowledged is not promised.
            if (!(error instanceof TypeError)) throw error
          }
        }
      })
      await eventually(
        () => acknowledged.length,
        (count) => count >= target,
      )
      child.kill('SIGKILL')
      isKilled = true
      await once(child, 'exit')
      await Promise.all(clients)
    }
    // The next start finds what the dead ones left.
    const after = await startGateway({ ...light.options, folder })
    if (!after.ok) throw new Error(after.failure.message)
    open.use(after.value)
    const completed = await eventually(
      () =>
        new Set(
          shippedLines(light).flatMap((line) =>
            line.kind === 'outcome' && line.outcome === 'completed' ? [line.id] : [],
          ),
        ),
      (ids) => acknowledged.every((id) => ids.has(id)),
    )
    expect(acknowledged.length).toBeGreaterThan(100)
    const intents = new Set(shippedLines(light).flatMap((line) => (line.kind === 'intent' ? [line.id] : [])))
    for (const id of completed) expect(intents).toContain(id)
    // Each has one end, and no more requests reached the provider than have a record.
    const ends = shippedLines(light).filter((line) => line.kind === 'outcome')
    expect(new Set(ends.map(({ id }) => id)).size).toBe(ends.length)
    expect(intents.size).toBeGreaterThanOrEqual(provider.seen.length)
  })

  test('whose control plane is away for an hour serves on, keeps its records and hands them over', async () => {
    let now = Date.now()
    const { light } = await faked({ options: { clock: () => epochMs(now) } })
    const port = Number(new URL(light.plane.url).port)
    await light.plane[Symbol.asyncDispose]()
    const served: string[] = []
    for (let minutes = 0; minutes <= 60; minutes += 10) {
      now += 10 * 60 * SECOND_MS
      const response = await light.chat()
      expect(response.status).toBe(200)
      served.push(requestIdOf(response))
    }
    // A last good bundle does not count for ever.
    now += 24 * HOUR_MS
    expect((await light.chat()).status).toBe(401)
    expect((await fetch(`${light.gateway.url}/readyz`)).status).toBe(503)
    const plane = open.use(await startBundleServer(port))
    plane.serve(await light.signer.sign({ revision: 9, issuedAt: now }), 9)
    await eventually(
      async () => (await light.chat()).status,
      (status) => status === 200,
    )
    await eventually(
      () => plane.segments.flatMap(({ lines }) => lines.flatMap((line) => (line.kind === 'outcome' ? [line.id] : []))),
      (ids) => served.every((id) => ids.includes(id)),
    )
  })

  test('that is sent a bundle with a byte changed goes on with the last good one, and says so', async () => {
    const { light } = await faked()
    const good = await light.signer.sign({ revision: 2, denies: [{ id: 'D1', scope: { kind: 'system' } }] })
    light.plane.serve(good.replace('"payload":"ey', '"payload":"ez'), 2)
    await eventually(
      () => light.logged,
      (lines) => lines.some((line) => line.includes('bundle refused')),
    )
    expect((await light.chat()).status).toBe(200)
    light.plane.serve(good, 3)
    await eventually(
      async () => (await light.chat()).status,
      (status) => status === 403,
    )
  })

  test('whose control plane dies between taking records and saying so hands each over once', async () => {
    const { light } = await faked()
    light.plane.isAcknowledging = false
    const served = [requestIdOf(await light.chat()), requestIdOf(await light.chat())]
    await eventually(
      () => light.plane.segments.length,
      (count) => count > 0,
    )
    light.plane.isAcknowledging = true
    served.push(requestIdOf(await light.chat()))
    for (const id of served) await shippedOutcome(light, id)
    const outcomes = shippedLines(light).filter(({ kind }) => kind === 'outcome')
    expect(outcomes.map(({ id }) => id).toSorted()).toEqual(served.toSorted())
  })
})
