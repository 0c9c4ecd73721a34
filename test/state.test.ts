import { celEngine } from '../src/adapters/policy-cel/cel-engine.ts'
import { copyFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/adapters/clock/system-clock.ts'
import { buildBundle } from '../src/application/admission/build-bundle.ts'
import { computeKpis } from '../src/application/kpi/compute-kpis.ts'
import { issueDeny } from '../src/application/respond/kill.ts'
import type { OwnerNode } from '../src/application/state/owner-node.ts'
import type { StateRecord } from '../src/application/state/records.ts'
import { parseDigest, type Digest } from '../src/base/digest.ts'
import { epochMs, MINUTE_MS } from '../src/base/instant.ts'
import { isValidAt } from '../src/contract/trust/trust-file.ts'
import { isFresh, type CheckEvidence } from '../src/domain/release/evidence.ts'
import { BundleSource, bundleTrust } from '../src/entrypoints/gateway/bundle-source.ts'
import { rebuildState } from '../src/entrypoints/node/storage/rebuild-state.ts'
import { openNode, type OpenedNode } from '../src/entrypoints/node/open-node.ts'
import { arrayRecordStore } from './support/array-record-store.ts'
import { tempFolder } from './support/temp-folder.ts'
import { warnOfTrouble } from './support/warn-of-trouble.ts'

const digest = (char: string): Digest => parseDigest(`sha256:${char.repeat(64)}`)!
const record = (id: string, overrides: Partial<StateRecord> = {}): StateRecord => ({
  id,
  system: 's',
  releaseDigest: null,
  status: 'open',
  topic: 't',
  at: epochMs(1),
  document: {},
  ...overrides,
})

async function open(stateFolder: string): Promise<OpenedNode> {
  const opened = await openNode({ stateFolder, organization: 'o', version: '0', report: warnOfTrouble })
  if (!opened.ok) throw new Error(opened.failure.message)
  return opened.value
}

test('a journal that is shorter than the records know is refused, and `db rebuild` goes on with it', async () => {
  await using folder = await tempFolder()
  const journal = join(folder.path, 'ledger', 'journal.jsonl')
  const add = (node: OpenedNode, id: string) =>
    node.recorder.record('risk.opened', 'tester', null, {
      head: { id, system: 's', status: 'open', topic: 't' },
      record: { id },
    })
  {
    await using node = await open(folder.path)
    await add(node, 'kept')
    await copyFile(journal, join(folder.path, 'older'))
    await add(node, 'gone')
  }
  await copyFile(join(folder.path, 'older'), journal)
  const refused = await openNode({ stateFolder: folder.path, organization: 'o', version: '0', report: warnOfTrouble })
  expect(refused).toMatchObject({ ok: false, failure: { code: 'ledger/shorter' } })
  expect(refused.ok ? '' : refused.failure.message).toMatch(/\b1\b.*\b2\b/)
  const rebuilt = await rebuildState(
    { stateFolder: folder.path },
    { organization: 'o', signal: new AbortController().signal, onStart: () => undefined, onEntry: () => undefined },
  )
  expect(rebuilt).toEqual({ ok: true, value: { entries: 1 } })
  await using node = await open(folder.path)
  expect(await node.store.get('risks', 'kept')).toBeDefined()
  expect(await node.store.get('risks', 'gone')).toBeUndefined()
  expect(await node.store.cursor()).toBe(1)
})

test('a database that does not answer is a problem without its password', async () => {
  await using folder = await tempFolder()
  const opened = await openNode({
    stateFolder: folder.path,
    organization: 'o',
    version: '0',
    report: warnOfTrouble,
    databaseUrl: 'postgres://someone:hunter2@127.0.0.1:1/none',
  })
  expect(opened.ok ? undefined : opened.failure.code).toBe('state/database')
  expect(JSON.stringify(opened)).not.toContain('hunter2')
})

test.each([
  [0, true],
  [4 * MINUTE_MS, true],
  [6 * MINUTE_MS, false],
])('evidence from %d ms ahead counts: %s', (ahead, isCounted) => {
  const now = epochMs(1_700_000_000_000)
  const evidence = { key: digest('a'), finishedAt: epochMs(now + ahead) } as CheckEvidence
  expect(isFresh(evidence, digest('a'), 30, now)).toBe(isCounted)
})

describe('a key of the trust file', () => {
  test.each([
    [9, false],
    [10, true],
    [19, true],
    [20, false],
  ])('that holds from 10 until 20 counts at %d: %s', (at, isValid) => {
    expect(isValidAt({ validFrom: epochMs(10), validUntil: epochMs(20) }, epochMs(at))).toBe(isValid)
  })

  test('that has ended is believed by no gateway', async () => {
    await using folder = await tempFolder()
    await using node = await open(folder.path)
    const text = await node.trustText()
    const keys = (trustText: string) => bundleTrust(trustText, epochMs(systemClock() + MINUTE_MS))
    expect(keys(text)).toMatchObject({ ok: true, value: { bundle: [{}], deny: [{}] } })
    expect(keys(text.replaceAll('"validUntil": null', '"validUntil": "2020-01-01T00:00:00Z"'))).toMatchObject({
      ok: true,
      value: { bundle: [], gate: [], deny: [] },
    })
  })
})

test('a bundle that is older than the one in force does not bring a halted system back', async () => {
  await using folder = await tempFolder()
  await using node = await open(join(folder.path, 'state'))
  const bundleAt = (at: number) => buildBundle({ ...node, clock: () => epochMs(at) }, node.bundleKeys, 'local', 0)
  const now = systemClock()
  const older = await bundleAt(now - MINUTE_MS)
  await issueDeny(
    node,
    { name: 'tester', roles: ['admin'] },
    { system: 's', scope: { kind: 'system' }, reason: 'test' },
  )
  const answers = [await bundleAt(now), older]
  const server = createServer((_, response) => {
    const next = answers.shift()
    if (next === undefined) response.writeHead(304).end()
    else response.writeHead(200, { 'gatehouse-revision': '1' }).end(JSON.stringify(next))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const trustText = await node.trustText()
  const refused = Promise.withResolvers<string>()
  const source = new BundleSource({
    controlPlane: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 't',
    gateway: 'g',
    environment: 'local',
    folder: folder.path,
    trustText,
    engine: celEngine(),
    clock: systemClock,
    log: refused.resolve,
  })
  await source.start()
  expect(await refused.promise).toContain('older')
  expect(source.denyStateOf('s').isSystemDenied).toBe(true)
  await source.close()
  server.closeAllConnections()
  server.close()
})

test('releases with an exception counts releases, and only exceptions that were granted', async () => {
  const verdict = (char: string) =>
    record(`v${char}`, {
      document: { releaseDigest: digest(char), verdict: 'released', environment: 'local', decidedAt: 1 },
    })
  const exception = (id: string, char: string, status: string) => record(id, { releaseDigest: digest(char), status })
  const store = arrayRecordStore({
    verdicts: [verdict('a'), verdict('b'), verdict('c')],
    exceptions: [exception('1', 'a', 'approved'), exception('2', 'a', 'approved'), exception('3', 'b', 'requested')],
  })
  const kpis = await computeKpis({ store } as OwnerNode, 's')
  expect(kpis.find(({ id }) => id === 'exceptions-per-release')).toMatchObject({ n: 3, value: 100 / 3 })
})
