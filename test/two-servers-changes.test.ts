import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OperationName } from '../src/contract/http/operations.ts'
import type { RecordKind } from '../src/application/state/records.ts'
import { etagOf } from '../src/entrypoints/node/call-limits.ts'
import type { ControlPlane } from '../src/entrypoints/server/start-control-plane.ts'
import { callAs, ownerProof, startPlaneOf, type Answer, type Proof } from './support/plane-client.ts'
import { ownSchema } from './support/postgres.ts'
import { putRecords } from './support/put-records.ts'
import { tempFolder } from './support/temp-folder.ts'

const schema = await ownSchema('changes')
const ROUNDS = 12

describe.skipIf(schema === undefined)('of two servers on one database', () => {
  const cleanUp = new AsyncDisposableStack()
  let planes: readonly [ControlPlane, ControlPlane]
  let proofs: readonly [Proof, Proof]
  beforeAll(async () => {
    if (schema === undefined) return
    cleanUp.use(schema)
    const { path } = cleanUp.use(await tempFolder())
    const start = async (name: string): Promise<ControlPlane> =>
      cleanUp.use(await startPlaneOf(join(path, name), { schema: schema.schema }))
    const one = await start('one')
    for (const part of ['keys', 'trust.json'])
      await cp(join(path, 'one', part), join(path, 'two', part), { recursive: true })
    planes = [one, await start('two')]
    proofs = [await ownerProof(planes[0]), await ownerProof(planes[1])]
  })
  afterAll(() => cleanUp.disposeAsync())

  const onBoth = (
    name: OperationName,
    inputOf: (server: number) => Readonly<Record<string, unknown>>,
    more: Proof = {},
  ): Promise<Answer[]> =>
    Promise.all(planes.map((plane, index) => callAs(plane, { ...proofs[index], ...more }, name, inputOf(index))))
  const statuses = (answers: readonly Answer[]): readonly number[] =>
    answers.map(({ status }) => status).toSorted((left, right) => left - right)
  const each = async (prepare: (round: number) => Promise<string>, change: (id: string) => Promise<Answer[]>) => {
    const seen: (readonly number[])[] = []
    for (let round = 0; round < ROUNDS; round++) seen.push(statuses(await change(await prepare(round))))
    return seen
  }
  const times = (pair: readonly number[]): (readonly number[])[] => Array.from({ length: ROUNDS }, () => pair)
  const put = async (kind: RecordKind, id: string, document: object): Promise<string> => {
    const now = planes[0].node.clock()
    const record = { id, system: 's', releaseDigest: null, status: 'open', topic: 't', at: now }
    await putRecords(planes[0].node, [{ kind, record: { ...record, document: { id, system: 's', ...document } } }])
    return id
  }

  test('one contains an incident, and the other sees that it is contained', async () => {
    const incident = { state: 'open', severity: 'SEV2', requests: [], learnedCases: [], timeline: [] }
    const seen = await each(
      (round) => put('incidents', `INC-${round}`, incident),
      (id) => onBoth('changeIncident', () => ({ id, event: 'contain', note: 'n' })),
    )
    expect(seen).toEqual(times([200, 409]))
  })

  test('one closes an alert, and the other sees that it is closed', async () => {
    const seen = await each(
      (round) => put('alerts', `ALR-${round}`, {}),
      (id) => onBoth('closeAlert', (server) => ({ id, outcome: server === 0 ? 'actionable' : 'not-actionable' })),
    )
    expect(seen).toEqual(times([200, 409]))
  })

  test('one revokes a share, and the other sees that it is revoked', async () => {
    const share = { frameworks: [], audience: 'a', sha256: '', createdBy: 'x', createdAt: 1, revokedAt: null }
    const expiresAt = planes[0].node.clock() + 3_600_000
    const seen = await each(
      (round) => put('shares', `SHR-${round}`, { ...share, expiresAt }),
      (id) => onBoth('revokeShare', () => ({ id })),
    )
    expect(seen).toEqual(times([200, 404]))
  })

  test('one ends a delegation, and the other sees that it has ended', async () => {
    const delegation = { from: 'ann', to: 'bob', role: 'security', revokedAt: null }
    const seen = await each(
      (round) => put('delegations', `DLG-${round}`, delegation),
      (id) => onBoth('revokeDelegation', () => ({ id })),
    )
    expect(seen).toEqual(times([200, 404]))
  })

  test('one changes what both have read, and the other is told that it has changed', async () => {
    const finding = { system: 'shop-bot', description: '', source: 'red-team', severity: 'high' }
    let etag = ''
    const seen = await each(
      async (round) => {
        const made = await callAs(planes[0], proofs[0], 'reportFinding', { ...finding, title: `t${round}` })
        const id = String(made.body['id'])
        etag = (await callAs(planes[0], proofs[0], 'getFinding', { id })).headers.get('etag') ?? ''
        return id
      },
      (id) => onBoth('assignFinding', (server) => ({ id, owner: ['ann', 'bob'][server] }), { 'if-match': etag }),
    )
    expect(seen).toEqual(times([200, 412]))
  })

  test('one closes an alert that both have read, and the other is told that it has changed', async () => {
    let etag = ''
    const seen = await each(
      async (round) => {
        const id = await put('alerts', `ALR-match-${round}`, {})
        etag = etagOf(planes[0].node.sha256, (await planes[0].node.store.get('alerts', id))?.document ?? {})
        return id
      },
      (id) => onBoth('closeAlert', () => ({ id, outcome: 'actionable' }), { 'if-match': etag }),
    )
    expect(seen).toEqual(times([200, 412]))
  })
})
