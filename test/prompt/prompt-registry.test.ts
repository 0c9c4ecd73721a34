import { describe, expect, test } from 'vitest'
import type { PromptVersion } from '../../src/application/prompt/prompt-registry.ts'
import type { Problem, Result } from '../../src/base/result.ts'
import type { PromptLabel } from '../../src/domain/prompt/prompt-label.ts'
import { governedState } from '../support/governed-state.ts'
import { gateOrThrow } from '../support/owned-state.ts'
import { PROMPT, SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

const state = governedState()
const { as } = state

/** Gates a release with this prompt; the guard's preset decides whether the gate passes. */
async function gate(text: string, preset = 'T1', title = `Shop bot ${state.count}`): Promise<string> {
  await writeTinyProject(state.project, tinyManifest({ preset, title }), tinyPack(), { 'prompts/system.md': text })
  const { verdict } = await gateOrThrow(as('author-a'), state.project)
  const listed = await versions()
  return `${verdict.verdict} ${listed.find((version) => version.text === text)?.digest}`
}

async function versions(): Promise<readonly PromptVersion[]> {
  const listed = await as('reader', 'auditor').call('listPrompts', { system: SYSTEM })
  if (!listed.ok) throw new Error(listed.failure.message)
  return listed.value.items as unknown as readonly PromptVersion[]
}

const promote = (reference: string, change: { label?: string; environment?: string } = {}) =>
  as('ana', 'engineer').call('promotePrompt', {
    system: SYSTEM,
    prompt: 'system',
    reference,
    label: change.label ?? 'stable',
    environment: change.environment ?? 'local',
    note: '',
  }) as Promise<Result<PromptLabel, Problem>>

const rollBack = (label = 'stable') =>
  as('rob', 'responder').call('rollBackPrompt', {
    system: SYSTEM,
    prompt: 'system',
    label,
    note: 'it was worse',
  }) as Promise<Result<PromptLabel, Problem>>
const codeOf = (result: Result<unknown, Problem>): string => (result.ok ? 'ok' : result.failure.code)

describe('a label', () => {
  test('moves to a version that passed, and goes back with one call', async () => {
    const [, first] = (await gate(PROMPT)).split(' ')
    const [, second] = (await gate(`${PROMPT}Be kind.\n`)).split(' ')
    expect((await promote(first ?? '')).ok).toBe(true)
    const moved = await promote((second ?? '').slice(7, 15))
    expect(moved).toMatchObject({
      ok: true,
      value: { current: { prompt: second, by: 'ana' }, previous: [{ prompt: first }] },
    })
    expect((await versions()).find(({ digest }) => digest === second)?.labels).toEqual(['stable'])
    expect(await rollBack()).toMatchObject({ ok: true, value: { current: { prompt: first, by: 'rob' }, previous: [] } })
    expect(codeOf(await rollBack())).toBe('prompt/no-way-back')
  })

  test('does not move to a version whose release is blocked, and says of which release', async () => {
    const [verdict, digest] = (await gate(`${PROMPT}Blocked ${state.count}.\n`, 'none')).split(' ')
    expect(verdict).toBe('blocked')
    const refused = await promote(digest ?? '')
    expect(codeOf(refused)).toBe('prompt/not-released')
    expect(refused.ok ? '' : refused.failure.message).toContain('is blocked')
  })

  test('counts the verdict of its own environment alone', async () => {
    const [, digest] = (await gate(`${PROMPT}Only local ${state.count}.\n`)).split(' ')
    expect(codeOf(await promote(digest ?? '', { environment: 'production' }))).toBe('prompt/not-released')
    expect(codeOf(await promote(digest ?? '', { label: 'production' }))).toBe('prompt/environment')
  })

  test('does not go back to a release that has been blocked since', async () => {
    const text = `${PROMPT}Blocked later ${state.count}.\n`
    const title = `Shop bot later ${state.count}`
    const [, first] = (await gate(text, 'T1', title)).split(' ')
    const [, second] = (await gate(`${PROMPT}After it ${state.count}.\n`)).split(' ')
    await promote(first ?? '', { label: 'canary' })
    await promote(second ?? '', { label: 'canary' })
    const strict = tinyPack()
      .replace('manifest.guard.preset != "none"', 'manifest.guard.preset == "T2"')
      .replace('T1 }', 'T2 }')
    await writeTinyProject(state.project, tinyManifest({ title }), strict, { 'prompts/system.md': text })
    expect((await gateOrThrow(as('author-a'), state.project)).verdict.verdict).toBe('blocked')
    expect(codeOf(await rollBack('canary'))).toBe('prompt/blocked-since')
  })

  test('is not moved past the day of the verdict', async () => {
    const [, digest] = (await gate(`${PROMPT}Old ${state.count}.\n`)).split(' ')
    const late = await state.in_(31).call('promotePrompt', {
      system: SYSTEM,
      prompt: 'system',
      reference: digest ?? '',
      label: 'stable',
      environment: 'local',
      note: '',
    })
    expect(codeOf(late)).toBe('prompt/not-released')
  })

  test('is no business of who only reads', async () => {
    const [, digest] = (await gate(PROMPT)).split(' ')
    const refused = await as('reader', 'auditor').call('promotePrompt', {
      system: SYSTEM,
      prompt: 'system',
      reference: digest ?? '',
      label: 'stable',
      environment: 'local',
      note: '',
    })
    expect(codeOf(refused)).toBe('http/forbidden')
  })
})

describe('a version', () => {
  test('is one digest, however many releases hold it', async () => {
    const text = `${PROMPT}Shared ${state.count}.\n`
    const [, first] = (await gate(text, 'T1', 'one')).split(' ')
    const [, second] = (await gate(text, 'T1', 'two')).split(' ')
    expect(second).toBe(first)
    expect((await versions()).find(({ digest }) => digest === first)?.releases).toHaveLength(2)
  })

  test.each([
    ['nothing begins so', 'ffffffffffff'],
    ['five digits are too few', '00000'],
    ['a label that nobody gave', 'nightly'],
    ['a path', '../../etc/passwd'],
  ])('is not found where %s', async (_, reference) => {
    const found = await as('reader', 'auditor').call('getPrompt', { system: SYSTEM, prompt: 'system', reference })
    expect(codeOf(found)).toBe('prompt/unknown')
  })
})
