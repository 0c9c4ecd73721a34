import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { answersOfManifest, type IntakeAssessment } from './assess-intake.ts'
import type { IntakeRequest, IntakeState } from './intake-request.ts'
import { INTAKE_VALID_DAYS, intakeStanding } from './intake-standing.ts'

const NOW = epochMs(1_800_000_000_000)

const MANIFEST: Manifest = {
  apiVersion: 'gatehouse.dev/v1',
  kind: 'AISystem',
  metadata: { name: 'desk', version: '1.0.0', owner: 'team' },
  intake: {
    purpose: 'answer questions of staff',
    audience: 'employees',
    domain: 'general',
    dataClasses: ['internal', 'pii'],
    autonomy: 'answers',
    regions: ['eu'],
    aiActRole: 'deployer',
  },
  components: {
    models: [{ id: 'main', provider: 'self', model: 'model-1' }],
    tools: [{ id: 'look', schema: 'look.json', effect: 'read' }],
  },
  environments: {},
}

const intakeOf = (intake: Partial<Manifest['intake']>): Manifest => ({
  ...MANIFEST,
  intake: { ...MANIFEST.intake, ...intake },
})

function requestOf(fields: Partial<IntakeRequest> = {}): IntakeRequest {
  return {
    id: 'INT-1',
    system: 'desk',
    title: 'desk',
    state: 'approved',
    answers: answersOfManifest(MANIFEST),
    assessment: { tier: 'T2' } as IntakeAssessment,
    asOf: '2027-01-01',
    revision: 1,
    requestedBy: 'mara',
    requestedAt: epochMs(NOW - 20 * DAY_MS),
    dueAt: epochMs(NOW - 10 * DAY_MS),
    reviews: [reviewAt(NOW - 15 * DAY_MS), reviewAt(NOW - 12 * DAY_MS)],
    comments: [],
    history: [],
    ...fields,
  }
}

function reviewAt(at: number): IntakeRequest['reviews'][number] {
  const task = { role: 'security', why: [], reviewer: null, dueAt: NOW, comment: '' }
  return { ...task, decision: 'approve', by: 'sia', at: epochMs(at) }
}

test('a system that nobody asked for has none', () => {
  const none = { request: '', state: 'none', validUntil: null, isExpired: false, changed: [] }
  expect(intakeStanding([], MANIFEST, NOW)).toEqual(none)
  expect(intakeStanding([requestOf({ state: 'withdrawn' })], MANIFEST, NOW)).toEqual(none)
})

test('what was approved for this very manifest holds, for a year from the last review', () => {
  const end = NOW - 12 * DAY_MS + INTAKE_VALID_DAYS * DAY_MS
  const at = (now: number) => intakeStanding([requestOf()], MANIFEST, epochMs(now))
  expect(at(NOW)).toEqual({ request: 'INT-1', state: 'approved', validUntil: end, isExpired: false, changed: [] })
  expect([at(end - 1).isExpired, at(end).isExpired]).toEqual([false, true])
})

test('where nobody was asked, the year begins when the answers were handed in', () => {
  const standing = intakeStanding([requestOf({ reviews: [] })], MANIFEST, NOW)
  expect(standing.validUntil).toBe(NOW - 20 * DAY_MS + INTAKE_VALID_DAYS * DAY_MS)
})

test.each<IntakeState>(['in-review', 'changes-asked', 'rejected'])(
  'the newest counts: one that is %s goes before an approved one of before, in whatever order they come',
  (state) => {
    const newer = requestOf({ id: 'INT-10', state })
    const older = requestOf({ id: 'INT-9' })
    for (const requests of [
      [newer, older],
      [older, newer],
    ])
      expect(intakeStanding(requests, MANIFEST, NOW)).toMatchObject({ request: 'INT-10', state, validUntil: null })
    const earlier = requestOf({ id: 'INT-11', dueAt: epochMs(NOW - 30 * DAY_MS) })
    expect(intakeStanding([newer, earlier], MANIFEST, NOW).request).toBe('INT-10')
  },
)

test('answers that were handed in again make an older request the newest', () => {
  const again = requestOf({ id: 'INT-1', dueAt: epochMs(NOW + 5 * DAY_MS), state: 'in-review' })
  const between = requestOf({ id: 'INT-2', requestedAt: epochMs(NOW - 15 * DAY_MS), dueAt: epochMs(NOW - 5 * DAY_MS) })
  expect(intakeStanding([between, again], MANIFEST, NOW)).toMatchObject({ request: 'INT-1', state: 'in-review' })
})

describe('a material change', () => {
  test.each<[string, Manifest, readonly string[]]>([
    ['of purpose', intakeOf({ purpose: 'rank staff' }), ['purpose']],
    ['of audience', intakeOf({ audience: 'customers' }), ['tier', 'audience']],
    ['of domain', intakeOf({ domain: 'employment' }), ['tier', 'domain']],
    ['of autonomy', intakeOf({ autonomy: 'suggests' }), ['autonomy']],
    ['of tenants', intakeOf({ multiTenant: true }), ['multiTenant']],
    ['of data', intakeOf({ dataClasses: ['pii', 'special-category'] }), ['tier', 'dataClasses']],
    ['of regions', intakeOf({ regions: ['eu', 'us'] }), ['regions']],
    ['of regions that are left open', intakeOf({ regions: undefined }), ['regions']],
    ['of role', intakeOf({ aiActRole: 'provider' }), ['aiActRole']],
    [
      'of what tools do',
      {
        ...MANIFEST,
        components: { ...MANIFEST.components, tools: [{ id: 'pay', schema: 'pay.json', effect: 'irreversible' }] },
      },
      ['tier', 'actions'],
    ],
    [
      'of documents that are read',
      {
        ...MANIFEST,
        components: { ...MANIFEST.components, retrievers: [{ id: 'kb', source: { path: 'kb/' } }] },
      } as Manifest,
      ['retrievesDocuments'],
    ],
    [
      'of who serves the model',
      { ...MANIFEST, components: { ...MANIFEST.components, models: [{ id: 'm', provider: 'openai', model: 'm-1' }] } },
      ['usesVendorModel'],
    ],
  ])('%s opens it again', (_, manifest, changed) => {
    expect(intakeStanding([requestOf()], manifest, NOW).changed).toEqual(changed)
  })

  test('regions that were left open cover none that is named later', () => {
    const answers = { ...answersOfManifest(MANIFEST), intake: { ...MANIFEST.intake, regions: undefined } }
    expect(intakeStanding([requestOf({ answers })], MANIFEST, NOW).changed).toEqual(['regions'])
  })

  test.each<[string, Manifest]>([
    ['other line breaks', intakeOf({ purpose: ' answer questions\n of staff ' })],
    ['less data, and a lower tier', intakeOf({ dataClasses: ['internal'] })],
    ['no tenants said in so many words', intakeOf({ multiTenant: false })],
    ['no tools', { ...MANIFEST, components: { ...MANIFEST.components, tools: [] } }],
    ['another version', { ...MANIFEST, metadata: { ...MANIFEST.metadata, version: '2.0.0' } }],
  ])('is not %s', (_, manifest) => {
    expect(intakeStanding([requestOf()], manifest, NOW).changed).toEqual([])
  })
})
