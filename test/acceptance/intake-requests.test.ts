import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IntakeRequest } from '../../src/domain/intake/intake-request.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string

const answers = (domain: string) => `intake:
  purpose: rank applications
  audience: employees
  domain: ${domain}
  dataClasses: [pii]
  autonomy: suggests
  regions: [eu]
  aiActRole: deployer
actions: [read]
`

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeFile(join(folder, 'answers.yaml'), answers('employment'))
  await writeFile(
    join(folder, 'milder.yaml'),
    answers('general').replace('[pii]', '[internal]').replace('actions: [read]\n', ''),
  )
  await writeFile(join(folder, 'bad.yaml'), answers('employment').replace('employees', 'everybody'))
})
afterAll(() => cleanUp.disposeAsync())

async function run(...args: readonly string[]) {
  const terminal = capturedTerminal(folder, { environment: { USER: 'mara' } })
  const code = await runCli(['intake', ...args], terminal)
  return { code, ...terminal.printed }
}

async function requested(): Promise<IntakeRequest> {
  const { out, error } = await run('request', '--answers', 'answers.yaml', '-s', 'ranker', '--title', 'rank', '--json')
  if (out === '') throw new Error(error)
  return JSON.parse(out) as IntakeRequest
}

const review = (id: string, role: string, who: string, decision = 'approve') =>
  run('review', id, '--role', role, '--decision', decision, '--comment', 'seen', '--as', `${who}:${role}`)

test('a request says what it takes, whom it asks and until when', async () => {
  const request = await requested()
  expect(request).toMatchObject({ state: 'in-review', revision: 1, requestedBy: 'mara' })
  expect(request.assessment).toMatchObject({ tier: 'T1', aiAct: { class: 'high-risk' } })
  expect(request.assessment.controls.length).toBeGreaterThan(20)
  expect(request.reviews.map(({ role }) => role).toSorted()).toEqual(['legal', 'privacy', 'product', 'security'])
  const shown = await run('show', request.id)
  expect(shown.out).toContain('review privacy: waits, due ')
  expect(shown.out).toContain('EU AI Act, as of')
})

test('its duties are those of the day that is asked for; what was decided stays', async () => {
  const { id } = await requested()
  const on = async (day: string) => JSON.parse((await run('show', id, '--as-of', day, '--json')).out) as IntakeRequest
  const [early, late] = [await on('2025-01-01'), await on('2040-01-01')]
  const inForce = ({ assessment }: IntakeRequest) => assessment.aiAct.duties.filter(({ isInForce }) => isInForce).length
  expect([inForce(early) < inForce(late), early.assessment.tier]).toEqual([true, late.assessment.tier])
  expect((await run('show', id, '--as-of', '2026-02-31')).error).toContain('intake/as-of')
})

test('it is approved once every role has agreed, each by another person, none by whoever asked', async () => {
  const { id } = await requested()
  expect(await review(id, 'legal', 'mara')).toMatchObject({ code: 1 })
  expect((await review(id, 'legal', 'lea')).out).toContain('review legal: approve by lea: seen')
  expect((await review(id, 'privacy', 'lea')).error).toContain('intake/second-role')
  expect((await review(id, 'executive', 'eva')).error).toContain('intake/no-such-review')
  await run('assign', id, '--role', 'privacy', '--to', 'pia', '--days', '3')
  expect((await review(id, 'privacy', 'pal')).error).toContain('intake/not-the-reviewer')
  for (const [role, who] of [
    ['privacy', 'pia'],
    ['product', 'pol'],
  ] as const)
    expect((await review(id, role, who)).code).toBe(0)
  expect((await run('list', '-s', 'ranker', '--status', 'in-review')).out).toContain(id)
  expect((await review(id, 'security', 'sia')).out).toContain(`${id}  approved`)
  expect((await review(id, 'security', 'sol')).error).toContain('intake/closed')
})

test('changes are asked, handed in and reviewed again', async () => {
  const { id } = await requested()
  expect((await review(id, 'legal', 'lea', 'ask-changes')).out).toContain('changes-asked')
  await run('comment', id, '--text', 'is it needed for employment?')
  const foreign = await run('resubmit', id, '--answers', 'milder.yaml', '--as', 'kim')
  expect([foreign.code, foreign.error.includes('intake/foreign')]).toEqual([1, true])
  const again = await run('resubmit', id, '--answers', 'milder.yaml')
  expect(again.out).toContain('revision 2')
  expect((await run('show', id)).out).toContain('mara says: is it needed for employment?')
})

test.each([
  ['answers that are none', ['request', '--answers', 'bad.yaml', '-s', 'ranker', '--title', 'x'], 'bad.yaml:3'],
  ['a file that is not there', ['request', '--answers', 'no.yaml', '-s', 'ranker', '--title', 'x'], 'files/unreadable'],
  ['a request that is not there', ['show', 'INT-999'], 'intake/unknown'],
  ['a word that is none', ['review', 'INT-1', '--role', 'legal', '--decision', 'maybe'], 'usage/value'],
  ['days that are none', ['assign', 'INT-1', '--role', 'legal', '--to', 'x', '--days', 'x'], 'usage/value'],
])('%s are refused', async (_, args, text) => {
  const { code, error } = await run(...args)
  expect([code, error.includes(text)]).toEqual([2, true])
})

test('a request that was withdrawn is closed', async () => {
  const { id } = await requested()
  expect((await run('withdraw', id, '--reason', 'not built')).out).toContain('withdrawn')
  expect((await run('withdraw', id, '--reason', 'again')).code).toBe(1)
})
