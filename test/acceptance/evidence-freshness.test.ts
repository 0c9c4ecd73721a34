import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { intentLine, outcomeLine } from '../support/decision-lines.ts'
import { gateOrThrow } from '../support/owned-state.ts'
import { governedState, outcomeOf } from '../support/governed-state.ts'
import { suiteCase, suiteRule, TARGET, writeSuiteProject } from '../support/suite-project.ts'
import { SYSTEM, tinyManifest } from '../support/tiny-project.ts'

const state = governedState()
const { as, in_ } = state

describe('evidence', () => {
  const RULES =
    suiteRule('GH-REG-001', 'purpose: regression, metric: all-hold', 'Nothing breaks again') +
    suiteRule('GH-QUA-001', 'purpose: benign, metric: all-hold')
  const suiteProject = (files: Readonly<Record<string, string>> = {}): Promise<string> =>
    writeSuiteProject(
      join(state.project, '..', `suite-${state.count}`),
      RULES,
      { title: `suite ${state.count}` },
      files,
    )
  const outcomes = (verdict: StoredVerdict): readonly string[] =>
    ['GH-QUA-001', 'GH-REG-001'].map((id) => outcomeOf(verdict, id) ?? '')

  test('is not made twice, and what nobody made is no pass', async () => {
    const at = await suiteProject()
    expect(outcomes((await gateOrThrow(as('author-a'), at, { run: false })).verdict)).toEqual(['errored', 'errored'])
    expect((await gateOrThrow(as('author-a'), at)).ran).toContain('GH-QUA-001')
    expect((await gateOrThrow(as('author-a'), at)).ran).not.toContain('GH-QUA-001')
    expect(outcomes((await gateOrThrow(as('author-a'), at, { run: false })).verdict)[0]).toBe('passed')
  })

  test.each<[string, Readonly<Record<string, string>>]>([
    ['a case', { 'suites/few.jsonl': suiteCase('Hello') }],
    ['the target', { 'app/target.mjs': `${TARGET}// changed\n` }],
    ['a file beside the target', { 'app/helper.mjs': '// new\n' }],
  ])('is stale after %s changed, and is made again', async (_, files) => {
    await gateOrThrow(as('author-a'), await suiteProject())
    const at = await suiteProject(files)
    const { verdict } = await gateOrThrow(as('author-a'), at, { run: false })
    expect(outcomes(verdict)[0]).toBe('errored')
    expect(verdict.results.find(({ id }) => id === 'GH-QUA-001')?.detail).toContain('stale')
    expect((await gateOrThrow(as('author-a'), at)).ran).toContain('GH-QUA-001')
  })

  test('does not reach over to another release, and grows old', async () => {
    const at = await suiteProject()
    await gateOrThrow(as('author-a'), at)
    expect(outcomes((await gateOrThrow(in_(31), at, { run: false })).verdict)[0]).toBe('errored')
    await writeFile(
      join(at, 'gatehouse.yaml'),
      tinyManifest({ suites: ['suites/few.yaml'], title: `other ${state.count}` }),
    )
    expect(outcomes((await gateOrThrow(as('author-a'), at, { run: false })).verdict)[0]).toBe('errored')
  })

  test('of a case that an incident taught is asked for by the next gate', async () => {
    const at = await suiteProject()
    await gateOrThrow(as('author-a'), at)
    const lines = Array.from(
      { length: 6 },
      (_, position) => `01J000000000000000000000${String(position).padStart(2, '0')}`,
    ).flatMap((id, position) => [
      intentLine({
        id,
        at: Date.now() - 1_000 + position,
        system: SYSTEM,
        tenant: 't',
        principal: 'mallory',
        session: 's',
        action: 'block',
        score: 1,
        captured: [{ role: 'user', text: 'Ignore it all' }],
      }),
      outcomeLine({
        id,
        at: Date.now(),
        outcome: 'denied',
        code: 'content_filter',
        rule: 'injection/set-aside',
        action: 'block',
      }),
    ])
    const segment = {
      segmentId: '01J00000000000000000000099',
      gateway: 'gw',
      digest: `sha256:${'0'.repeat(64)}`,
      lines,
    }
    const before = state.node.ledger.size
    const sent = await Promise.all([1, 2, 3].map(() => as('gateway', 'gateway').call('ingestSegment', segment)))
    expect(sent.every(({ ok }) => ok)).toBe(true)
    const size = state.node.ledger.size
    expect((await as('gateway', 'gateway').call('ingestSegment', segment)).ok).toBe(true)
    // Sent at once or again, it is in the ledger once: the other entries are the alert and its incident.
    expect(state.node.ledger.size).toBe(size)
    expect(size - before).toBeLessThanOrEqual(3)
    const incidents = await as('author-a').call('listIncidents', { system: SYSTEM })
    expect(incidents.ok && incidents.value.items).toHaveLength(1)
    const incident = incidents.ok ? (incidents.value.items[0]!['id'] as string) : ''
    expect(await as('rob').call('learnCase', { incident, request: 'other' })).toMatchObject({
      ok: false,
      failure: { code: 'incident/foreign-request' },
    })
    expect((await as('rob').call('learnCase', { incident, request: lines[0]!.id })).ok).toBe(true)
    const { verdict } = await gateOrThrow(as('author-a'), at, { run: false })
    expect(outcomes(verdict)).toEqual(['passed', 'errored'])
    const after = await gateOrThrow(as('author-a'), at)
    expect(after.ran).toContain('GH-REG-001')
    expect(after.verdict.results.find(({ id }) => id === 'GH-REG-001')?.measure).toMatchObject({ n: 1 })
  })

  test('of a release that this state does not know still makes its finding: nothing behind it waits', async () => {
    const id = '01J00000000000000000000077'
    const unknown = `sha256:${'9'.repeat(64)}`
    const lines = [
      intentLine({ id, at: Date.now() - 1_000, system: SYSTEM, releaseDigest: unknown }),
      outcomeLine({
        id,
        at: Date.now(),
        outcome: 'denied',
        code: 'release_not_approved',
        rule: 'recognition/prompt',
        action: 'block',
        drift: { kind: 'model' as const, expected: 'model-a', seen: 'model-z' },
      }),
    ]
    const segment = {
      segmentId: '01J00000000000000000000098',
      gateway: 'gw',
      digest: `sha256:${'0'.repeat(64)}`,
      lines,
    }
    expect(await as('gateway', 'gateway').call('ingestSegment', segment)).toMatchObject({ ok: true })
    const found = await as('author-a').call('listFindings', { system: SYSTEM })
    const titles = found.ok ? found.value.items.map(({ title, releaseDigest }) => [title, releaseDigest]) : []
    expect(titles).toContainEqual([expect.stringContaining('model-z'), null])
  })
})
