// Lists that are longer than a page: what is shown, what is said of the rest, and how one goes on, embedded and served.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RecordKind } from '../../src/application/state/records.ts'
import { epochMs } from '../../src/base/instant.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { startPlaneOrThrow } from '../support/gateway-stack.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { putRecords } from '../support/put-records.ts'
import { statePlace } from '../support/state-place.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Above the 100 of a page. */
const RECORDS = 103
const AT = 1_750_000_000_000

const cleanUp = new AsyncDisposableStack()
let folder: string
/** In the second run of the suite the state is where the test's own node has it. */
let place: Readonly<Record<string, string>> = {}
/** What each command said while this process opened the state, and while a control plane had it. */
const embedded = new Map<string, Ran>()
const served = new Map<string, Ran>()

async function run(...args: readonly string[]): Promise<Ran> {
  const terminal = capturedTerminal(folder, { environment: { USER: 'author-a', ...place } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const ON_FINDINGS: readonly (readonly string[])[] = [
  [],
  ['--json'],
  ['--limit', '7', '--json'],
  ['--all'],
  ['--all', '--json'],
  ['--cursor', 'nothing'],
].map((words) => ['finding', 'list', '-s', SYSTEM, ...words])

/** Lists whose records are records of the state and nothing else, with members that their lines show. */
const LISTS: Readonly<Record<string, readonly [kind: RecordKind, document: Readonly<Record<string, unknown>>]>> = {
  'exception list': ['exceptions', { ruleId: 'GH-VER-001', status: 'requested', expiresAt: AT, reason: 'drill' }],
  'kill list -s shop-bot': ['deny_records', { reason: 'drill' }],
  'incident list': ['incidents', { title: 'leak' }],
  'alert list': ['alerts', { title: 'spike' }],
  'delegation list': [
    'delegations',
    { from: 'a', to: 'b', role: 'security', decisions: ['release'], expiresAt: AT, revokedAt: null },
  ],
  'decision list': [
    'approval_cases',
    { state: 'open', decision: 'threshold-change', system: SYSTEM, subject: 'set-1', tier: 'T1' },
  ],
  'approval list': ['tool_approvals', { state: 'pending', environment: 'local', text: 'pay', expiresAt: AT }],
  'finding list': [
    'findings',
    { state: 'open', severity: 'low', title: 'a fault', owner: 'a', dueAt: AT, verifyingRule: null },
  ],
  'vendor list': ['vendors', { vendor: 'openai', state: 'approved', upToTier: 'T1', regions: ['eu'], expiresAt: AT }],
  'commitment list': [
    'commitments',
    { state: 'active', tier: 'T1', customer: 'acme', text: 'a promise', expiresAt: AT, requestedBy: 'a' },
  ],
  'draft list': ['drafts', { kind: 'threats', state: 'draft', model: 'model-a', askedBy: 'a' }],
  'intake list': [
    'intake_requests',
    { state: 'rejected', title: 'a bot', requestedBy: 'a', assessment: { tier: 'T1' }, revision: 1, dueAt: AT },
  ],
  'shares list': ['shares', { frameworks: ['*'], audience: 'an auditor', expiresAt: AT, endedAt: null }],
}

/** Names of records sort as they are numbered, and no two are of one moment. */
async function fillLists(): Promise<void> {
  await using node = await openNodeOrThrow(join(folder, '.gatehouse'))
  for (const [kind, document] of Object.values(LISTS))
    await putRecords(
      node,
      Array.from({ length: RECORDS }, (_, index) => ({
        kind,
        record: {
          id: `R-${String(index + 1).padStart(3, '0')}`,
          system: SYSTEM,
          releaseDigest: null,
          status: 'open',
          topic: '',
          at: epochMs(AT + index),
          document: { id: `R-${String(index + 1).padStart(3, '0')}`, system: SYSTEM, ...document } as never,
        },
      })),
    )
}

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  await writeTinyProject(folder, tinyManifest(), tinyPack())
  const { databaseUrl, databaseSchema } = await statePlace(join(folder, '.gatehouse'))
  if (databaseUrl !== undefined && databaseSchema !== undefined)
    place = { GATEHOUSE_DATABASE_URL: databaseUrl, GATEHOUSE_DATABASE_SCHEMA: databaseSchema }
  await fillLists()
  for (const words of ON_FINDINGS) embedded.set(words.join(' '), await run(...words))
  cleanUp.use(await startPlaneOrThrow(join(folder, '.gatehouse')))
  for (const words of ON_FINDINGS) served.set(words.join(' '), await run(...words))
})
afterAll(() => cleanUp.disposeAsync())

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
const idsOf = (text: string): readonly string[] => linesOf(text).map((line) => line.split(' ')[0] ?? '')

/** The command that standard error names, as a shell would read it. */
function nextOf({ error }: Ran): readonly string[] {
  const words = /; next: gatehouse (.+) \(or --all\)\n$/.exec(error)?.[1]
  if (words === undefined) throw new Error(`no next page is named: ${error}`)
  return words.split(' ')
}

test.each(ON_FINDINGS.map((words) => words.join(' ')))(
  '`%s` says the same embedded and served, to the byte',
  (line) => {
    expect(served.get(line)).toEqual(embedded.get(line))
  },
)

test('a page holds a hundred, and standard error names the command for the next', async () => {
  const first = served.get(`finding list -s ${SYSTEM}`)!
  expect(linesOf(first.out)).toHaveLength(100)
  expect(first.error).toMatch(
    /^100 shown, more follow; next: gatehouse finding list --system shop-bot --cursor [\w-]+ /,
  )
  const second = await run(...nextOf(first))
  expect([linesOf(second.out).length, second.error, second.code]).toEqual([3, '', 0])
  const all = served.get(`finding list -s ${SYSTEM} --all`)!
  expect([first.out + second.out, all.error]).toEqual([all.out, ''])
  expect(new Set(idsOf(all.out)).size).toBe(RECORDS)
})

test('JSON names the next page as the API does, and is null on the last', async () => {
  const page = served.get(`finding list -s ${SYSTEM} --limit 7 --json`)!
  const { schemaVersion, items, nextCursor } = JSON.parse(page.out) as Record<string, unknown>
  expect([schemaVersion, (items as readonly unknown[]).length]).toEqual([1, 7])
  expect(nextOf(page)).toEqual([
    'finding',
    'list',
    '--limit',
    '7',
    '--system',
    SYSTEM,
    '--json',
    '--cursor',
    nextCursor as string,
  ])
  const all = JSON.parse(served.get(`finding list -s ${SYSTEM} --all --json`)!.out) as Record<string, unknown>
  expect([(all['items'] as readonly unknown[]).length, all['nextCursor']]).toEqual([RECORDS, null])
})

test('JSON that comes in pages is written as one document', () => {
  for (const words of ['--json', '--all --json']) {
    const { out } = served.get(`finding list -s ${SYSTEM} ${words}`)!
    expect(out).toBe(`${JSON.stringify(JSON.parse(out), null, 2)}\n`)
  }
})

test.each(Object.keys(LISTS))('`%s` goes on where its first page ended, and shows each record once', async (line) => {
  const words = line.split(' ')
  const json = JSON.parse((await run(...words, '--all', '--json')).out) as Record<string, readonly { id: string }[]>
  const expected = (json['items'] ?? json['drafts'] ?? []).map(({ id }) => id)
  expect([expected.length, expected[0]]).toEqual([RECORDS, 'R-103'])
  const first = await run(...words)
  const second = await run(...nextOf(first))
  expect([first.code, second.code, second.error]).toEqual([0, 0, ''])
  const shown = [first, second].flatMap(({ out }) => idsOf(out)).filter((word) => word.startsWith('R-'))
  expect(shown).toEqual(expected)
})

test.each([
  { words: ['--limit', '0'], says: 'must be a whole number from 1 to 1000' },
  { words: ['--limit', '1001'], says: 'must be a whole number from 1 to 1000' },
  { words: ['--limit', '1e2'], says: 'must be a whole number from 1 to 1000' },
  { words: ['--limit', ''], says: 'must be a whole number from 1 to 1000' },
  { words: ['--all', '--limit', '5'], says: "'--all' cannot be used with option '--limit <n>'" },
  { words: ['--cursor', '../../etc'], says: 'no cursor of a list' },
])('$words is refused, and nothing is listed', async ({ words, says }) => {
  const { code, out, error } = await run('finding', 'list', ...words)
  expect([code, out]).toEqual([2, ''])
  expect(error).toContain(says)
})
