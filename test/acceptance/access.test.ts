// Who may do what, over real HTTP: every operation, every role, one's own organization and another on the same database.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cursorOf } from '../../src/application/state/page-cursor.ts'
import { SHARE_SECTIONS } from '../../src/application/identity/share-view.ts'
import { RECORD_KINDS, type RecordKind, type RecordPut } from '../../src/application/state/records.ts'
import { epochMs } from '../../src/base/instant.ts'
import { OPERATIONS, type OperationName } from '../../src/contract/http/operations.ts'
import { ACCESS_TABLE, mayCall, PERSON_ROLES } from '../../src/domain/access/access-table.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { bearer, callAs, ownerProof, sessionProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { putRecords } from '../support/put-records.ts'
import { ownSchema } from '../support/postgres.ts'
import { tempFolder } from '../support/temp-folder.ts'

const NAMES = Object.keys(OPERATIONS) as OperationName[]
const FOREIGN = 'foreign-mark'
const FOREIGN_SYSTEM = 'foreign-system'
const DIGEST = `sha256:${'f'.repeat(64)}`

const schema = await ownSchema('access')
const cleanUp = new AsyncDisposableStack()
if (schema !== undefined) cleanUp.use(schema)
let own: ControlPlane
let foreign: ControlPlane
let credentials: ReadonlyMap<string, Proof>

/** One record of each kind, each with a mark that must never be seen elsewhere. */
async function fill(plane: ControlPlane, system: string, mark: string, digest: string): Promise<void> {
  const puts = RECORD_KINDS.map((kind) => ({
    kind,
    record: {
      id: kind === 'releases' ? digest : `${mark}-${kind}`,
      system,
      releaseDigest: digest as never,
      status: 'open',
      topic: mark,
      at: plane.node.clock(),
      document: {
        id: `${mark}-${kind}`,
        mark: `${mark}-content`,
        system,
        results: [],
        owner: mark,
        digest,
        manifest: {},
        envelope: { payload: `${mark}-content` },
      },
    },
  }))
  await putRecords(plane.node, puts)
}

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  const on = schema === undefined ? {} : { schema: schema.schema }
  own = cleanUp.use(await startPlaneOf(join(folder, 'own'), { organization: 'own', ...on }))
  foreign = cleanUp.use(await startPlaneOf(join(folder, 'foreign'), { organization: 'foreign', ...on }))
  const proofs = new Map<string, Proof>()
  for (const role of PERSON_ROLES) proofs.set(role, await sessionProof(own, `person-${role}`, [role]))
  proofs.set('gateway', bearer(own.node.gatewayToken))
  await own.node.recorder.append({ type: 'test.begun', actor: 'test', releaseDigest: null, payload: {} })
  await foreign.node.recorder.append({ type: 'test.begun', actor: 'test', releaseDigest: null, payload: {} })
  await fill(own, 'own-system', 'own-mark', `sha256:${'a'.repeat(64)}`)
  await fill(foreign, FOREIGN_SYSTEM, FOREIGN, DIGEST)
  const shared = await callAs(own, await ownerProof(own), 'createShare', {
    system: 'own-system',
    frameworks: ['*'],
    audience: 'auditor',
    days: 1,
  })
  proofs.set('share', bearer(String(shared.body['token'])))
  credentials = proofs
})
afterAll(() => cleanUp.disposeAsync())

describe(`organizations on ${schema === undefined ? 'databases of their own (no PostgreSQL answers)' : 'one PostgreSQL'}`, () => {
  test.each(NAMES)('%s is refused to whom the table does not list, and opened to whom it does', async (name) => {
    for (const [role, proof] of credentials) {
      const { status, code } = await callAs(own, proof, name)
      const isRefused = status === 403 && code === 'http/forbidden'
      expect([role, status === 401, isRefused]).toEqual([role, false, !mayCall(OPERATIONS[name].access, [role])])
    }
  })

  test.each(NAMES)('%s of another organization is closed to every credential of this one', async (name) => {
    for (const [role, proof] of credentials) {
      const { status, code } = await callAs(foreign, proof, name)
      expect([role, status, code]).toEqual([role, 401, 'http/unauthenticated'])
    }
  })

  test('an API key opens what its roles and its class admit, and nothing by which it could make credentials', async () => {
    for (const role of PERSON_ROLES) {
      const made = await callAs(own, await ownerProof(own), 'createKey', {
        name: role,
        roles: [role],
        operations: null,
        systems: null,
        environment: null,
      })
      const key = bearer(String(made.body['token']))
      for (const name of NAMES) {
        const { access } = OPERATIONS[name]
        const { status, code } = await callAs(own, key, name)
        expect([role, name, status === 403 && code === 'http/forbidden']).toEqual([
          role,
          name,
          !mayCall(access, [role]) || !ACCESS_TABLE[access].isOpenToKeys,
        ])
        expect((await callAs(foreign, key, name)).status).toBe(401)
      }
    }
  })

  describe('what another organization has is not found', () => {
    /** Inputs that name what the other organization has. */
    const aimed = (name: OperationName): Record<string, unknown> => {
      const { record, input } = OPERATIONS[name] as (typeof OPERATIONS)[OperationName] & {
        record?: { kind: string; field: string }
      }
      const fields = Object.keys((input as { shape?: object }).shape ?? {})
      return {
        ...(fields.includes('system') ? { system: FOREIGN_SYSTEM } : {}),
        ...(fields.includes('digest') ? { digest: DIGEST } : {}),
        ...(record === undefined || record.field === 'digest' ? {} : { [record.field]: `${FOREIGN}-${record.kind}` }),
        ...FILLED[name],
      }
    }
    const ANSWERS = {
      intake: {
        purpose: 'x',
        audience: 'employees',
        domain: 'general',
        dataClasses: ['internal'],
        autonomy: 'answers',
      },
    }
    const FILLED: Partial<Record<OperationName, Record<string, unknown>>> = {
      renewException: { reason: 'x', expiresAt: 1 },
      decideException: { decision: 'approve' },
      endException: { reason: 'x' },
      speakOnApprovalCase: { role: 'legal', decision: 'approve', comment: 'x' },
      liftDeny: { reason: 'x' },
      closeAlert: { outcome: 'actionable' },
      changeIncident: { event: 'contain', note: 'x' },
      changeFinding: { event: 'start', note: 'x' },
      assessRisk: { likelihood: 1, impact: 1, note: 'x' },
      planRisk: { plan: 'avoid', note: 'x' },
      askRiskAcceptance: { reason: 'x', days: 1 },
      speakOnRisk: { role: 'executive', decision: 'approve', comment: 'x' },
      endRisk: { event: 'reopen', note: 'x' },
      dismissRisk: { note: 'x' },
      resubmitIntake: { answers: ANSWERS },
      reviewIntake: { role: 'legal', decision: 'approve', comment: 'x' },
      assignIntakeReviewer: { role: 'legal', person: 'x' },
      commentOnIntake: { text: 'x' },
      withdrawIntake: { reason: 'x' },
      speakOnCommitment: { role: 'legal', decision: 'approve', comment: 'x' },
      endCommitment: { event: 'withdraw', note: 'x' },
      learnCase: { request: `${FOREIGN}-decisions` },
      rotateKey: { overlapHours: 1 },
      revokeSession: { id: 'x' },
      decideDraft: { decision: 'accept', note: '' },
      decideToolApproval: { decision: 'approved', comment: 'x' },
    }

    test.each(NAMES.filter((name) => OPERATIONS[name].method === 'GET' && name !== 'viewShare'))(
      'by %s with its ids and its names, nor without',
      async (name) => {
        const admin = await ownerProof(own)
        for (const input of [aimed(name), {}]) {
          const { body } = await callAs(own, admin, name, input)
          expect(JSON.stringify(body)).not.toContain(`${FOREIGN}-content`)
          // Key figures and the points of a burn-down are there without records, and empty.
          const isAlwaysThere = name === 'listKpis' || name === 'getRiskBurnDown'
          if ('items' in body && 'system' in input && !isAlwaysThere) expect(body['items']).toEqual([])
        }
      },
    )

    const changing = NAMES.filter((name) => 'record' in OPERATIONS[name] && OPERATIONS[name].method === 'POST')
    test.each(changing)('by %s, which changes nothing there', async (name) => {
      const { record } = OPERATIONS[name] as unknown as { record: { kind: 'alerts' } }
      const before = await foreign.node.store.get(record.kind, `${FOREIGN}-${record.kind}`)
      expect(before?.document['mark']).toBe(`${FOREIGN}-content`)
      const { status, body } = await callAs(own, await ownerProof(own), name, aimed(name))
      expect([name, status >= 400 && status < 500]).toEqual([name, true])
      expect(String(body['code'])).toMatch(/unknown|not-active/)
      expect(await foreign.node.store.get(record.kind, `${FOREIGN}-${record.kind}`)).toEqual(before)
    })

    test('and no pack of it is built', async () => {
      const { status, code } = await callAs(own, await ownerProof(own), 'buildPack', { system: FOREIGN_SYSTEM })
      expect([status, code]).toEqual([409, 'pack/empty'])
    })

    const LISTS = NAMES.filter((name) => 'cursor' in ((OPERATIONS[name].input as { shape?: object }).shape ?? {}))
    test.each(LISTS)('by %s from a cursor that points at its newest record, by each filter', async (name) => {
      const admin = await ownerProof(own)
      const kinds = RECORD_KINDS.map((kind) => `${FOREIGN}-${kind}`)
      for (const id of [DIGEST, `${FOREIGN}-zzz`, ...kinds]) {
        const cursor = cursorOf({ at: epochMs(own.node.clock() + 1), id })
        for (const filter of [{}, { status: 'open' }, { system: FOREIGN_SYSTEM }, { topic: FOREIGN }]) {
          const { body } = await callAs(own, admin, name, { ...filter, cursor, limit: 1_000 })
          expect(JSON.stringify(body)).not.toContain(`${FOREIGN}-content`)
        }
      }
    })

    test('by a pack, key figures, lists or the ledger of a system that both have by the same name', async () => {
      const twin = 'twin-system'
      for (const [plane, mark] of [
        [own, 'own-twin'],
        [foreign, 'foreign-twin'],
      ] as const) {
        const recorded = await plane.node.recorder.record('risk.opened', mark, null, {
          head: { id: mark, system: twin, status: 'open', topic: mark },
          record: { id: mark, title: mark, severity: 'high' },
        })
        expect(recorded.ok).toBe(true)
        expect(
          (
            await callAs(plane, await ownerProof(plane), 'issueDeny', {
              system: twin,
              scope: { kind: 'tool', tool: mark },
              reason: mark,
            })
          ).status,
        ).toBe(200)
      }
      const admin = await ownerProof(own)
      const pack = await callAs(own, admin, 'buildPack', { system: twin })
      expect(pack.status).toBe(200)
      const archive = Buffer.from(String(pack.body['archive']), 'base64').toString('latin1')
      const kpis = await callAs(own, admin, 'listKpis', { system: twin })
      const seen = [archive, JSON.stringify(kpis.body)]
      for (const name of ['listRisks', 'listDenies', 'listGaps', 'listControls', 'getLedger'] as const)
        seen.push(JSON.stringify((await callAs(own, admin, name, { system: twin })).body))
      for await (const entry of own.node.ledger.read(0, own.node.ledger.size)) seen.push(JSON.stringify(entry))
      expect(seen.join('')).toContain('own-twin')
      expect(seen.join('')).not.toContain('foreign-twin')
    })

    test('by a bundle: neither its own, nor with its own gateway’s token', async () => {
      const bundleOf = async (plane: ControlPlane, token: string): Promise<{ status: number; text: string }> => {
        const response = await fetch(`${plane.url}/api/v1/gateway/bundle?environment=production&gateway=gw-1`, {
          headers: bearer(token),
        })
        const body = (await response.json()) as { readonly payload?: string }
        const decoded = (text = ''): string => Buffer.from(text, 'base64').toString()
        const signed = JSON.parse(decoded(body.payload) || '{}') as { readonly denies?: readonly { payload: string }[] }
        // Kill switches are signed each: what one says lies in an envelope of its own.
        const denies = (signed.denies ?? []).map(({ payload }) => decoded(payload))
        return { status: response.status, text: [JSON.stringify(signed), ...denies].join('\n') }
      }
      for (const [plane, mark] of [
        [own, 'own-bundle'],
        [foreign, 'foreign-bundle'],
      ] as const) {
        const issued = await callAs(plane, await ownerProof(plane), 'issueDeny', {
          system: 'twin-system',
          scope: { kind: 'tenant', tenant: mark },
          reason: mark,
        })
        const keyed = await callAs(plane, await ownerProof(plane), 'createKey', {
          name: mark,
          roles: [],
          operations: ['useGateway'],
          systems: [plane === own ? 'own-system' : FOREIGN_SYSTEM],
          environment: 'production',
        })
        expect([issued.status, keyed.status]).toEqual([200, 200])
      }
      const [ours, theirs] = [
        await bundleOf(own, own.node.gatewayToken),
        await bundleOf(foreign, foreign.node.gatewayToken),
      ]
      expect([ours.status, theirs.status]).toEqual([200, 200])
      expect(ours.text).toContain('own-bundle')
      expect(theirs.text).toContain('foreign-bundle')
      expect(theirs.text).toContain(FOREIGN_SYSTEM)
      for (const mark of ['foreign-bundle', FOREIGN, FOREIGN_SYSTEM, DIGEST]) expect(ours.text).not.toContain(mark)
      expect(theirs.text).not.toContain('own-bundle')
      expect((await bundleOf(foreign, own.node.gatewayToken)).status).toBe(401)
      expect((await bundleOf(own, foreign.node.gatewayToken)).status).toBe(401)
      // Who asked there is not shown here.
      const listed = await callAs(own, await ownerProof(own), 'listGateways')
      expect((listed.body['items'] as unknown[]).length).toBe(1)
    })

    test('by the view of an auditor’s share, of a system that both have by the same name', async () => {
      const twin = 'shared-twin'
      const tokens: string[] = []
      for (const [plane, mark] of [
        [own, 'own-shared'],
        [foreign, 'foreign-shared'],
      ] as const) {
        const put = (kind: RecordKind, document: object): RecordPut => ({
          kind,
          record: {
            id: `${mark}-${kind}`,
            system: twin,
            releaseDigest: null,
            status: 'open',
            topic: mark,
            at: plane.node.clock(),
            document: document as never,
          },
        })
        await putRecords(plane.node, [
          put('releases', { manifest: {} }),
          put('verdicts', {
            id: `${mark}-verdicts`,
            results: [{ id: mark, title: mark, frameworks: [mark], measure: null }],
          }),
          put('evidence', { checkId: mark, measure: null, failures: [], failuresOmitted: 0 }),
          put('exceptions', { ruleId: mark }),
          put('risks', { severity: 'high' }),
          put('incidents', { severity: 'SEV1' }),
        ])
        const made = await callAs(plane, await ownerProof(plane), 'createShare', {
          system: twin,
          frameworks: ['*'],
          audience: mark,
          days: 1,
        })
        tokens.push(String(made.body['token']))
      }
      const [ours = '', theirs = ''] = tokens
      for (const section of SHARE_SECTIONS) {
        const before = foreign.node.ledger.size
        const { status, body } = await callAs(own, bearer(ours), 'viewShare', { section })
        expect([section, status]).toEqual([section, 200])
        expect(JSON.stringify(body)).toContain(`own-shared-${section}`)
        expect(JSON.stringify(body)).not.toContain('foreign-shared')
        // A share of the other organization opens nothing here, and the look is recorded nowhere.
        expect((await callAs(own, bearer(theirs), 'viewShare', { section })).status).toBe(401)
        expect((await callAs(foreign, bearer(ours), 'viewShare', { section })).status).toBe(401)
        expect(foreign.node.ledger.size).toBe(before)
      }
    })

    test('nor by how much of it there is', async () => {
      if (schema === undefined) return
      const { body } = await callAs(own, await ownerProof(own), 'getStorage')
      expect(body).toMatchObject({
        place: 'postgresql',
        databaseBytes: null,
        tables: [],
        entries: own.node.ledger.size,
      })
    })

    test('while it is there for its own', async () => {
      const { body } = await callAs(foreign, await ownerProof(foreign), 'listAlerts', { system: FOREIGN_SYSTEM })
      expect(JSON.stringify(body)).toContain(`${FOREIGN}-content`)
    })
  })
})

test('in CI the organizations share one PostgreSQL', () => {
  if (process.env['CI'] === 'true') expect(schema).toBeDefined()
})
