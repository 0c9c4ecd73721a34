import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../../src/adapters/catalogue/load-catalogue.ts'
import { actEntriesOf } from '../../src/contract/intake/parse-answers.ts'
import { intakeContext } from '../../src/entrypoints/node/intake-context.ts'
import { shippedRights } from '../../src/entrypoints/node/shipped-content.ts'
import type { Intake } from '../../src/domain/manifest/manifest.ts'
import { assessIntake, type IntakeAnswers } from '../../src/domain/intake/assess-intake.ts'
import { classifyAiAct, type ActAnswers } from '../../src/domain/intake/classify-ai-act.ts'

const INTAKE: Intake = {
  purpose: 'Answer questions',
  audience: 'employees',
  domain: 'general',
  dataClasses: ['internal'],
  autonomy: 'answers',
  regions: ['eu'],
  aiActRole: 'deployer',
}

const catalogue = await loadCatalogue()
if (!catalogue.ok) throw new Error('no catalogue')
const entries = actEntriesOf(catalogue.value.files)
const classify = (intake: Partial<Intake>, answers: ActAnswers = {}, asOf = '2026-11-25') =>
  classifyAiAct({ ...INTAKE, ...intake }, answers, { entries, asOf })

describe('the class under the EU AI Act', () => {
  test.each<[string, Partial<Intake>, ActAnswers, string]>([
    ['inside, internal', {}, {}, 'minimal'],
    ['for customers', { audience: 'customers' }, {}, 'transparency'],
    ['that generates content', {}, { generatesContent: true }, 'transparency'],
    ['in employment', { domain: 'employment' }, {}, 'high-risk'],
    ['in employment, with a documented derogation', { domain: 'employment' }, { hasDerogation: true }, 'minimal'],
    ['in a product', {}, { isSafetyComponent: true }, 'high-risk'],
    ['in a product, whatever a derogation says', {}, { isSafetyComponent: true, hasDerogation: true }, 'high-risk'],
    ['elsewhere', { regions: ['us'], domain: 'employment' }, {}, 'out-of-scope'],
    ['in a named part of the union', { regions: ['eu-west-1'], domain: 'credit' }, {}, 'high-risk'],
    ['nobody knows where', { regions: undefined, domain: 'credit' }, {}, 'high-risk'],
  ])('of a system %s', (_, intake, answers, expected) => expect(classify(intake, answers).class).toBe(expected))

  test('says where nothing follows from a domain that nobody knows, which may be a slip of the pen', () => {
    const said = (intake: Partial<Intake>) =>
      classify(intake).reasons.filter((reason) => reason.includes('nothing is known'))
    expect(said({ domain: 'heath' })).toEqual([expect.stringMatching(/`heath`.*\bhealth\b/)])
    expect(said({ domain: 'heath', regions: ['us'] })).toHaveLength(1)
    expect([...said({}), ...said({ domain: 'health' }), ...said({ domain: 'insurance' })]).toEqual([])
  })

  test('brings the duties of the role, and both where the role is not declared', () => {
    const articles = (intake: Partial<Intake>): readonly string[] =>
      classify({ domain: 'credit', ...intake }).duties.map(({ article }) => article)
    expect(articles({ aiActRole: 'deployer' })).toEqual([
      'Art. 4',
      'Art. 5',
      'Art. 25',
      'Art. 26',
      'Art. 27',
      'Art. 73',
      'Art. 86',
    ])
    expect(articles({ aiActRole: 'provider' })).toContain('Art. 43')
    expect(articles({ aiActRole: 'provider' })).not.toContain('Art. 26')
    expect(articles({ aiActRole: undefined })).toEqual(expect.arrayContaining(['Art. 9', 'Art. 26']))
  })

  test('has its dates from the amended act: Annex III and products differ, and the day asked for decides', () => {
    const art26 = (answers: ActAnswers, asOf: string) =>
      classify({ domain: 'credit' }, answers, asOf).duties.find(({ article }) => article === 'Art. 26')
    expect(art26({}, '2027-12-01')).toMatchObject({ appliesFrom: '2027-12-02', isInForce: false })
    expect(art26({}, '2027-12-02')).toMatchObject({ isInForce: true })
    expect(art26({ isSafetyComponent: true }, '2027-12-02')).toMatchObject({
      appliesFrom: '2028-08-02',
      isInForce: false,
    })
    const art50 = classify({ audience: 'customers' }).duties.find(({ article }) => article === 'Art. 50')
    expect(art50).toMatchObject({ appliesFrom: '2026-08-02', isInForce: true })
  })
})

describe('an intake', () => {
  const assess = async (answers: Partial<IntakeAnswers>) => {
    const context = await intakeContext(await shippedRights(), '2026-11-25')
    if (!context.ok) throw new Error('no context')
    return assessIntake({ intake: INTAKE, ...answers }, context.value)
  }

  test('of an internal assistant is T3, with little asked', async () => {
    const { tier, packs, reviews } = await assess({ usesVendorModel: false })
    expect(tier).toBe('T3')
    expect(packs.map(({ pack }) => pack)).toEqual(['baseline', 'eu-ai-act'])
    expect(reviews).toEqual([])
  })

  test('of an agent for customers is T1, with packs for what it does and reviews for what it handles', async () => {
    const { tier, reasons, packs, reviews, controls, approvals } = await assess({
      intake: { ...INTAKE, audience: 'customers', dataClasses: ['pii'] },
      actions: ['read', 'external'],
      retrievesDocuments: true,
      frameworks: ['soc2-tsc'],
    })
    expect(tier).toBe('T1')
    expect(reasons).toContain('tool `planned-external` has effect `external`')
    expect(packs.map(({ pack }) => pack)).toEqual([
      'baseline',
      'baseline-runtime',
      'agent',
      'rag',
      'vendor-model',
      'eu-ai-act',
      'gdpr',
      'soc2',
    ])
    expect(new Set(reviews.map(({ role }) => role))).toEqual(new Set(['security', 'privacy', 'legal', 'product']))
    expect(approvals.people).toBeGreaterThanOrEqual(2)
    const ids = controls.map(({ id }) => id)
    expect(ids).toContain('CTL-AGT-002')
    expect(ids).not.toContain('CTL-DAT-003')
  })

  test('asks for controls of fine-tuning only where there is some', async () => {
    const { controls, packs } = await assess({ isFineTuned: true })
    expect(packs.map(({ pack }) => pack)).toContain('fine-tuned')
    expect(controls.map(({ id }) => id)).toContain('CTL-DAT-003')
  })
})
