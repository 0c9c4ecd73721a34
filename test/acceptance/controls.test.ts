import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeTinyProject(folder, tinyManifest(), tinyPack())
  await writeFile(join(folder, 'policy.txt'), 'AI is used with care.\n')
})
afterAll(() => cleanUp.disposeAsync())

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  const terminal = capturedTerminal(folder, { environment: { USER: 'author-a' } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const statusIn = (out: string, id: string): unknown =>
  (JSON.parse(out) as { controls: { id: string; status: string }[] }).controls.find((control) => control.id === id)
    ?.status

describe('controls on a project and on the state', () => {
  test('a project shows its declarations; nothing else is evidenced', async () => {
    const { code, out } = await run('controls', 'coverage', '--framework', 'mitre-atlas', '--json')
    expect(code).toBe(0)
    const { entries, counts } = JSON.parse(out) as {
      entries: { id: string; coverage: string }[]
      counts: Record<string, number>
    }
    expect(entries.find(({ id }) => id === 'AML.M0020')?.coverage).toBe('covered')
    expect(entries.find(({ id }) => id === 'AML.M0018')?.coverage).toBe('not-evidenced')
    expect(counts['covered']).toBe(1)
  })

  test('before the first gate the state knows no system', async () => {
    const { code, error } = await run('controls', 'list', '--system', 'shop-bot')
    expect(code).toBe(2)
    expect(error).toContain('controls/unknown-system')
  })

  test('a verdict is evidence, a word for a document is evidence, and a document that is not asked for is refused', async () => {
    expect((await run('gate', '--env', 'local')).code).toBe(0)
    const before = await run('controls', 'list', '--system', 'shop-bot', '--json')
    expect(statusIn(before.out, 'CTL-SEC-003')).toBe('evidenced')
    expect(statusIn(before.out, 'CTL-GOV-006')).toBe('evidenced')
    expect(statusIn(before.out, 'CTL-GOV-002')).toBe('not-evidenced')
    expect(statusIn(before.out, 'CTL-MON-001')).toBe('not-evidenced')

    const refused = await run(
      'controls',
      'attest',
      'CTL-GOV-002',
      'minutes',
      '--system',
      'shop-bot',
      '--document',
      'policy.txt',
    )
    expect(refused.error).toContain('controls/no-such-attestation')
    const attested = await run(
      'controls',
      'attest',
      'CTL-GOV-002',
      'policy',
      '--system',
      'shop-bot',
      '--document',
      'policy.txt',
      '--as',
      'mara:policy',
    )
    expect(attested.out).toContain('mara vouches for `policy.txt`')
    const after = await run('controls', 'list', '--system', 'shop-bot', '--json')
    expect(statusIn(after.out, 'CTL-GOV-002')).toBe('evidenced')

    const coverage = await run(
      'controls',
      'coverage',
      '--framework',
      'iso-42001',
      '--system',
      'shop-bot',
      '--format',
      'csv',
    )
    expect(coverage.out).toContain('A.2.2,covered,AI policy,CTL-GOV-002 (equal: evidenced)')
    expect(coverage.out).toContain('5.2,partly,AI policy')
    expect(coverage.out).toContain('A.3.3,not evidenced,Reporting of concerns')
  })

  test('a control says what a machine checks and what only a person vouches for', async () => {
    const { out } = await run('controls', 'show', 'CTL-HUM-001')
    expect(out).toContain('GH-EUA-003 (a rule of a policy pack; automated)')
    expect(out).toContain('attested by a person, not checked by a machine')
    expect((await run('controls', 'show', 'CTL-NON-999')).error).toContain('controls/unknown')
  })

  test('a framework that is not known names those that are', async () => {
    const { code, error } = await run('controls', 'coverage', '--framework', 'iso-9001')
    expect(code).toBe(2)
    expect(error).toContain('use one of: eu-ai-act, iso-23894')
  })
})

describe('gaps and intake of a system', () => {
  test('gaps are controls that the intake asks for and nothing shows, with a day, by date', async () => {
    const { code, out } = await run('gaps', '--system', 'shop-bot', '--json')
    expect(code).toBe(0)
    const { gaps } = JSON.parse(out) as { gaps: { control: string; status: string; due: string; missing: string[] }[] }
    const ids = gaps.map(({ control }) => control)
    expect(ids).toContain('CTL-GOV-003')
    expect(ids).not.toContain('CTL-SEC-003')
    // Health data of the United States does not concern a shop in Europe.
    expect(ids).not.toContain('CTL-PRV-011')
    expect(gaps.map(({ due }) => due)).toEqual(gaps.map(({ due }) => due).toSorted())
    expect(gaps.every(({ missing }) => missing.length > 0)).toBe(true)
  })

  test('the same for every system as a table for a document', async () => {
    const { out } = await run('gaps', '--format', 'markdown')
    expect(out).toContain('| due | rank | system | tier | control | status | severity | owner | missing |')
    expect(out).toContain('| shop-bot | T1 |')
  })

  test('intake reads the manifest, and the day decides which duties bind', async () => {
    const { out } = await run('intake', '--as-of', '2026-08-01', '--json')
    const { tier, aiAct } = JSON.parse(out) as {
      tier: string
      aiAct: { class: string; duties: { article: string; isInForce: boolean }[] }
    }
    expect([tier, aiAct.class]).toEqual(['T1', 'transparency'])
    expect(aiAct.duties.find(({ article }) => article === 'Art. 50')?.isInForce).toBe(false)
    expect((await run('intake', '--as-of', '2026-13-01')).error).toContain('intake/as-of')
  })

  test('controls that are taken away and missed by nobody are named, and the command says so by its exit code', async () => {
    const { code, out } = await run('controls', 'test', '--json')
    expect(code).toBe(1)
    const { removed } = JSON.parse(out) as {
      removed: { control: string; kind: string; status: string; what: string }[]
    }
    const declared = removed.filter(({ kind }) => kind === 'declaration')
    expect(declared.find(({ control }) => control === 'CTL-SEC-003')?.status).toBe('killed')
    expect(declared.find(({ what }) => what.startsWith('fallbacks of models'))?.status).toBe('survived')
  })
})

describe('what the packs say of the past and of the whole', () => {
  test('a changed pack is replayed on the past decision, and the rule that would have failed is named', async () => {
    const changed = tinyPack().replaceAll('!= "none"', '== "T2"')
    await writeFile(join(folder, 'changed.yaml'), changed.replaceAll('preset: T1', 'preset: T2'))
    const { code, out } = await run('policy', 'replay', './changed.yaml')
    expect(code).toBe(0)
    expect(out).toContain('tiny@1.0.0 on 1 past decisions')
    expect(out).toContain('released → blocked')
    expect(out).toContain('GH-GRD-001 passed → failed')
    expect((await run('policy', 'replay', 'tiny')).out).toContain('0 with another outcome of a rule')
  })

  test('the gate spec names tier, open declarations, logging, people and the commands of CI', async () => {
    const { code, out } = await run('plan', '--format', 'markdown')
    expect(code).toBe(0)
    expect(out).toContain('## Tier T1')
    expect(out).toContain('- [x] GH-GRD-001 The guard is on')
    expect(out).toContain('- Content of requests: redacted; records are kept for a time that is not declared.')
    expect(out).toContain('- Exception: for one failed rule of one release, 90 days at most')
    expect(out).toContain('gatehouse gate --env local')
    for (const part of ['Threats', 'Security checklist', 'Must-pass tests', 'Evidence', 'Logging under privacy limits'])
      expect(out).toContain(`## ${part}`)
    expect(out).toMatch(/- THR-001 .*\(high\) on `person:user`: measures declared; shown by GH-INJ-001/)
    expect(out).toContain('- Exception path: `gatehouse exception request` → review')
    expect(out).toContain('GitHub Actions, GitLab, Azure DevOps and Jenkins')
  })

  test('a rule is explained with what it reads', async () => {
    const { out } = await run('policy', 'explain', 'GH-TOL-004')
    expect(out).toContain('not bound by this project')
    expect(out).toContain('manifest.components.agents[].maxSteps')
    expect((await run('policy', 'explain', 'GH-NON-001')).error).toContain('policy/unknown-rule')
  })
})
