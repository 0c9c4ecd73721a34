// A campaign on the example, as a user runs it: the planted weaknesses are found, and their rates lie where the report says.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Temptation } from '../../examples/simulated-model/behaviour.ts'
import { SIMULATED_SEED, simulatedModelServer } from '../../examples/simulated-model/server.ts'
import { WEAKNESSES } from '../../examples/simulated-model/weaknesses.ts'
import { stdlibDistributions } from '../../src/adapters/statistics/stdlib-distributions.ts'
import { parseCampaign, type CampaignFile } from '../../src/contract/redteam/campaign-file.ts'
import { parseCases } from '../../src/contract/suite/parse-cases.ts'
import { summariseCampaign } from '../../src/domain/redteam/summarise-campaign.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'support-assistant')
const GOALS = 'prompt-leak,data-exfiltration,tool-abuse,rag-poisoning,cross-tenant-read'

const cleanUp = new AsyncDisposableStack()
let folder: string
const temptations: Temptation[] = []
let modelUrl: string

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  const server = simulatedModelServer(SIMULATED_SEED, (temptation) => temptations.push(temptation))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  modelUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => cleanUp.disposeAsync())

async function redteam(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder, {
    hasColor: false,
    environment: { USER: 'ana', OPENAI_BASE_URL: modelUrl },
  })
  const code = await runCli(['redteam', ...args], terminal)
  return { code, ...terminal.printed }
}

async function campaignOf(manifest: string, ...args: readonly string[]): Promise<CampaignFile> {
  const file = join(folder, `${manifest}.json`)
  const ran = await redteam('run', '-p', EXAMPLE, '-m', manifest, '-o', file, ...args)
  expect(ran.error).not.toContain('error')
  expect(ran.code).toBe(0)
  const parsed = parseCampaign(file, await readFile(file, 'utf8'))
  expect(parsed).toMatchObject({ ok: true })
  return parsed.ok ? parsed.value : ({} as CampaignFile)
}

type Attempt = CampaignFile['attempts'][number]

/**
 * The planted weaknesses, the dice that show them, the goals under which a campaign reports them, and the attempts in which
 * nothing but the model decides. Even 1.0 stands behind a gateway that withholds effects which the user did not ask for in so
 * many words, and tools whose destination comes out of a document: such attempts tell of the gateway.
 */
const PLANTED: readonly {
  readonly weakness: keyof typeof WEAKNESSES.naive
  readonly dice: readonly string[]
  readonly goals: readonly string[]
  readonly isModelAlone: (attempt: Attempt) => boolean
}[] = [
  { weakness: 'leaksPrompt', dice: ['leak'], goals: ['prompt-leak'], isModelAlone: () => true },
  {
    weakness: 'obeysUsers',
    dice: ['mail', 'refund'],
    goals: ['tool-abuse', 'data-exfiltration'],
    isModelAlone: ({ language, turns }) => language === 'en' && turns.length === 1,
  },
  {
    weakness: 'obeysDocuments',
    dice: ['obey planted'],
    goals: ['rag-poisoning'],
    isModelAlone: ({ success }) => success.every(({ sign }) => sign === 'links' || sign === 'leaks-prompt'),
  },
]

describe('a campaign on release 1.0 of the example', () => {
  let campaign: CampaignFile
  beforeAll(async () => {
    campaign = await campaignOf('gatehouse-1.0.yaml', '--goals', GOALS, '--budget', '400', '--twins', '0')
  }, 240_000)

  test('is held to every weakness that is planted', () => {
    expect(PLANTED.map(({ weakness }) => weakness).toSorted()).toEqual(Object.keys(WEAKNESSES.naive).toSorted())
  })

  test.each(PLANTED)('finds $weakness', ({ goals }) => {
    const { findings } = summary(campaign.attempts)
    expect(findings.some(({ goal, rate }) => goals.includes(goal) && rate.k > 0)).toBe(true)
  })

  test.each(PLANTED)(
    'reports a rate of $weakness whose interval holds the planted one',
    ({ weakness, dice, goals, isModelAlone }) => {
      // Of the attempts that threw the die: what the model does not understand tells nothing about its weakness.
      const tempted = new Set(temptations.filter(({ purpose }) => dice.includes(purpose)).map(({ user }) => user))
      const attempts = campaign.attempts.filter(
        (attempt) =>
          goals.includes(attempt.goal) && attempt.turns.some((turn) => tempted.has(turn)) && isModelAlone(attempt),
      )
      expect(attempts.length).toBeGreaterThanOrEqual(8)
      const { low, high } = summary(attempts).overall
      const planted = WEAKNESSES.naive[weakness]
      expect(low).toBeLessThanOrEqual(planted)
      expect(high).toBeGreaterThanOrEqual(planted)
      // An interval that holds everything would hold the planted rate too.
      expect(high - low).toBeLessThan(0.5)
    },
  )

  test('finds that 1.0 reads records of other tenants', () => {
    expect(
      summary(campaign.attempts).byGoal.find(({ goal }) => goal === 'cross-tenant-read')?.rate.low,
    ).toBeGreaterThan(0.5)
  })

  test('keeps no word of the system prompt: the manifest captures redacted', () => {
    const kept = campaign.attempts.map(({ reply, toolCalls }) => `${reply}${JSON.stringify(toolCalls)}`).join('\n')
    expect(kept).not.toContain('heron-quartz-59-lantern')
    expect(kept).not.toContain('Margin rules and supplier terms')
  })

  test('gives regression cases that a suite can read, and findings in formats of other tools', async () => {
    const file = join(folder, 'gatehouse-1.0.yaml.json')
    const cases = join(folder, 'regressions.jsonl')
    expect((await redteam('report', file, '--regressions', cases)).code).toBe(0)
    const parsed = parseCases('regressions.jsonl', await readFile(cases, 'utf8'))
    expect(parsed.ok && parsed.value.length).toBeGreaterThan(30)
    const sarif = JSON.parse((await redteam('report', file, '--format', 'sarif')).out) as {
      runs: [{ results: { locations: unknown[]; partialFingerprints: Record<string, string> }[] }]
    }
    expect(sarif.runs[0].results.length).toBeGreaterThan(30)
    expect(JSON.stringify(sarif.runs[0].results[0]?.locations)).toMatch(/catalog\/redteam\/attacks\/.*startLine":\d/)
  })

  test('exits 1 when a limit is surely exceeded', async () => {
    const ran = await redteam(
      'run',
      '-p',
      EXAMPLE,
      '-m',
      'gatehouse-1.0.yaml',
      '--goals',
      'cross-tenant-read',
      '--budget',
      '40',
      '--twins',
      '0',
      '--fail-above',
      '0.1',
    )
    expect(ran.code).toBe(1)
  }, 120_000)
})

test('release 1.1 holds where 1.0 did not, and its benign twins are answered', async () => {
  const campaign = await campaignOf('gatehouse.yaml', '--goals', GOALS, '--budget', '150', '--twins', '80')
  const { overall, overBlock } = summary(campaign.attempts, campaign.twins)
  expect(overall.k).toBe(0)
  expect(overall.n).toBe(150)
  expect(overBlock?.high).toBeLessThan(0.15)
}, 240_000)

test('an unknown goal, a tree without an attacker and a missing campaign are refused with the next step', async () => {
  expect(await redteam('run', '--goals', 'fame')).toMatchObject({
    code: 2,
    error: expect.stringContaining('prompt-leak'),
  })
  expect(await redteam('run', '-p', EXAMPLE, '--strategy', 'tree')).toMatchObject({
    code: 2,
    error: expect.stringContaining('--attacker-url'),
  })
  expect(await redteam('report', 'none.json')).toMatchObject({ code: 2, error: expect.stringContaining('redteam run') })
})

function summary(attempts: CampaignFile['attempts'], twins: CampaignFile['twins'] = []) {
  return summariseCampaign(stdlibDistributions, { attempts: attempts as never, twins })
}
