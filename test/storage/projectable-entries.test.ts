import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Digest } from '../../src/base/digest.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { bearer, callAs, ownerProof, startPlaneOf } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { tempFolder } from '../support/temp-folder.ts'

const RIGHTS = readFileSync(join(import.meta.dirname, '../../catalog/decision-rights.yaml'), 'utf8')
const schema = await ownSchema('projectable')

/** No database makes it shorter. */
const noise = (length: number): string => {
  const next = seededRandom(1)
  return Array.from({ length }, () => Math.floor(next() * 10)).join('')
}

const PLACES: readonly (readonly [string, { readonly schema?: string }])[] = [
  ['in a folder', {}],
  ...(schema === undefined ? [] : [['on PostgreSQL', { schema: schema.schema }] as const]),
]

describe.each(PLACES)('a state %s', (_, options) => {
  const cleanUp = new AsyncDisposableStack()
  if ('schema' in options && schema !== undefined) cleanUp.use(schema)
  let plane: ControlPlane
  beforeAll(async () => {
    plane = cleanUp.use(await startPlaneOf(join(cleanUp.use(await tempFolder()).path, 'state'), options))
  })
  afterAll(() => cleanUp.disposeAsync())

  const nothingIsWritten = async (size: number): Promise<void> => {
    expect([plane.node.ledger.size, await plane.node.store.cursor()]).toEqual([size, size])
    const admin = await ownerProof(plane)
    const deny = { system: 'shop-bot', scope: { kind: 'system' }, reason: 'x' }
    expect((await callAs(plane, admin, 'issueDeny', deny)).status).toBe(200)
  }

  test('takes no record of a gateway whose release digest is none, and goes on', async () => {
    const { size } = plane.node.ledger
    const intent = { kind: 'intent', id: 'i1', at: 1, system: 's', environment: 'local', releaseDigest: noise(9_000) }
    const more = { tenant: null, principal: null, session: null, model: 'm', isStream: false, action: 'x', score: 1 }
    const answer = await callAs(plane, bearer(plane.node.gatewayToken), 'ingestSegment', {
      segmentId: '01M8CA9YZAESVGWTT2Q6AV1DB3',
      gateway: 'g',
      digest: `sha256:${'0'.repeat(64)}`,
      lines: [{ ...intent, ...more, findings: [], captured: null }],
    })
    expect([answer.status, answer.code]).toEqual([400, 'http/invalid-input'])
    await nothingIsWritten(size)
  })

  test('takes no decision rights whose version is longer than a version, and goes on', async () => {
    const { size } = plane.node.ledger
    const text = RIGHTS.replace(/version: [0-9.]+/, `version: 1.0.${noise(60_000)}`)
    expect(text.length).toBeGreaterThan(60_000)
    const answer = await callAs(plane, await ownerProof(plane), 'adoptDecisionRights', { file: 'f.yaml', text })
    expect([answer.status, answer.code]).toEqual([409, 'rights/invalid'])
    await nothingIsWritten(size)
  })

  test.each(['id', 'system', 'status', 'topic'])('takes no record with a long %s, and goes on', async (column) => {
    const { size } = plane.node.ledger
    const head = { id: 'r', system: 's', status: 'open', topic: 't', [column]: noise(9_000) }
    const refused = await plane.node.recorder.record('risk.opened', 'tester', null, { head, record: {} })
    expect(refused).toMatchObject({ ok: false, failure: { code: 'record/too-long' } })
    await nothingIsWritten(size)
  })

  test('takes no segment of which one line is looked up by too much, and goes on', async () => {
    const { size } = plane.node.ledger
    const lines = [
      { kind: 'intent', id: 'i2', at: 1, system: 's', principal: null, releaseDigest: noise(9_000) as Digest },
    ]
    const payload = { segmentId: 's', gateway: 'g', digest: 'd', lines }
    const draft = { type: 'decisions.sealed', actor: 'gateway', releaseDigest: null, payload }
    expect(await plane.node.recorder.append(draft)).toMatchObject({ ok: false, failure: { code: 'record/too-long' } })
    await nothingIsWritten(size)
  })

  test('goes on behind an entry that an earlier version took, and says so', async () => {
    const head = { id: 'r', system: 's', status: 'open', topic: noise(9_000) }
    const draft = { type: 'risk.opened', actor: 'tester', releaseDigest: null, payload: { head, record: {} } }
    // Past the recorder, as a program without its bounds would.
    const taken = await plane.node.ledger.append(draft)
    const next = await plane.node.recorder.record('risk.opened', 'tester', null, {
      head: { ...head, id: 'next', topic: 't' },
      record: { id: 'next' },
    })
    expect([taken.ok, next.ok]).toEqual([true, true])
    expect(await plane.node.store.getMany('risks', ['r', 'next'])).toMatchObject([{ id: 'next' }])
    await nothingIsWritten(plane.node.ledger.size)
  })

  test.each([
    ['letters that nobody can shorten', (length: number): string => noise(length)],
    ['control characters', (length: number): string => '\u0000'.repeat(length / 4)],
  ])('takes what is just short enough: %s', async (_name, textOf) => {
    const head = { id: 'short', system: 's', status: 'open', topic: textOf(2_388) }
    const kept = await plane.node.recorder.record('risk.opened', 'tester', null, { head, record: { id: 'short' } })
    expect(kept.ok).toBe(true)
    expect((await plane.node.store.get('risks', 'short'))?.topic).toBe(head.topic)
  })
})
