import { describe, expect, test } from 'vitest'
import { observed, scriptedTarget, suiteCase } from '../../../test/support/scripted-target.ts'
import { scoringPorts } from '../../adapters/scoring/scoring-ports.ts'
import { leakIndex } from '../../domain/detection/prompt-leak.ts'
import { scoreCase } from '../../domain/evaluation/score-case.ts'
import type { ClusterResult, TrialRecord } from '../../domain/evaluation/trial-record.ts'
import type { RunClock } from './attempt-trial.ts'
import { runTrials, type RunTrialsOptions, type RunTrialsPorts } from './run-trials.ts'
import type { TrialTarget } from './trial-target.ts'

/** Time that passes only when somebody sleeps. */
function virtualClock(): RunClock & { readonly slept: number[] } {
  const slept: number[] = []
  let now = 0
  return {
    slept,
    monotonicMs: () => now,
    async sleep(ms) {
      slept.push(ms)
      now += ms
    },
    random: () => 0.5,
  }
}

const context = { leak: leakIndex([]), sharedTenant: 'shared', ports: scoringPorts() }

interface Run {
  readonly outcome: Awaited<ReturnType<typeof runTrials>>
  readonly clusters: readonly ClusterResult[]
  readonly records: readonly TrialRecord[]
}

async function run(
  target: TrialTarget,
  options: Partial<RunTrialsOptions> = {},
  ports: Partial<RunTrialsPorts> = {},
): Promise<Run> {
  const clusters: ClusterResult[] = []
  const records: TrialRecord[] = []
  const outcome = await runTrials(
    { trials: 1, order: Array.from({ length: 20 }, (_, at) => at), concurrency: 4, budget: {}, ...options },
    {
      cases: { count: 20, at: (index) => [suiteCase(`c${index}`)] },
      target,
      score: (one, seen) => scoreCase(one, seen, context),
      journal: undefined,
      clock: virtualClock(),
      signal: new AbortController().signal,
      onTrial: (record) => records.push(record),
      ...ports,
      onCluster: (cluster) => {
        clusters.push(cluster)
        return ports.onCluster?.(cluster) ?? 'continue'
      },
    },
  )
  return { outcome, clusters, records }
}

const idsOf = (clusters: readonly ClusterResult[]): readonly (string | undefined)[] =>
  clusters.map(({ variants }) => variants[0]?.suiteCase.id)

describe('a run', () => {
  test('hands results on in the order of the draw, whichever answer comes first', async () => {
    const releases: (() => void)[] = []
    const target = scriptedTarget(async ({ suiteCase: { id } }) => {
      // The first answer is held back until the fourth has come.
      if (id === 'c9') await new Promise<void>((resolve) => releases.push(resolve))
      if (id === 'c6') for (const release of releases) release()
      return observed('good')
    })
    const order = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    const { clusters, outcome } = await run(target, { order })
    expect(idsOf(clusters)).toEqual(order.map((index) => `c${index}`))
    expect(outcome).toEqual({ stopped: 'completed', retries: 0, resumed: 0 })
  })

  test('never has more trials under way than it may', async () => {
    let [underWay, most] = [0, 0]
    const target = scriptedTarget(async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await Promise.resolve()
      underWay -= 1
      return observed('good')
    })
    await run(target, { concurrency: 3, trials: 5 })
    expect(most).toBe(3)
    expect(target.asked).toHaveLength(100)
  })

  test('runs every variant and every trial of a case as one cluster', async () => {
    const target = scriptedTarget(() => observed('good'))
    const { clusters } = await run(
      target,
      { trials: 2, order: [0] },
      { cases: { count: 1, at: () => [suiteCase('a'), suiteCase('a~typos', { variant: 'typos' })] } },
    )
    expect(
      clusters.map(({ variants }) => variants.map(({ suiteCase: { id }, trials }) => [id, trials.length])),
    ).toEqual([
      [
        ['a', 2],
        ['a~typos', 2],
      ],
    ])
    expect(target.asked.toSorted()).toEqual(['a#0', 'a#1', 'a~typos#0', 'a~typos#1'])
  })

  test('stops where it is told enough, and what ran ahead does not count', async () => {
    const target = scriptedTarget(() => observed('good'))
    let seen = 0
    const { clusters, outcome } = await run(target, {}, { onCluster: () => (++seen === 5 ? 'stop' : 'continue') })
    expect(idsOf(clusters)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4'])
    expect(outcome.stopped).toBe('decided')
    expect(target.asked.length).toBeLessThan(20)
  })

  test('ends when its answers have cost what they may', async () => {
    const target = scriptedTarget(() => observed('good', { costMicroUsd: 1_000 }))
    const { outcome, records } = await run(target, { budget: { costMicroUsd: 5_000 }, concurrency: 1 })
    expect(outcome.stopped).toBe('cost-budget')
    expect(records).toHaveLength(5)
  })

  test('ends when its time is over', async () => {
    const clock = virtualClock()
    const target = scriptedTarget(async () => {
      await clock.sleep(100, new AbortController().signal)
      return observed('good')
    })
    const { outcome, records } = await run(target, { budget: { timeMs: 350 }, concurrency: 1 }, { clock })
    expect(outcome.stopped).toBe('time-budget')
    expect(records).toHaveLength(4)
  })

  test('ends at once, without a result, when it is interrupted', async () => {
    const controller = new AbortController()
    const target = scriptedTarget(() => {
      if (target.asked.length === 3) controller.abort()
      return { kind: 'failed', failure: { kind: 'interrupted', message: 'interrupted' } }
    })
    const { outcome, records } = await run(target, { concurrency: 1 }, { signal: controller.signal })
    expect(outcome.stopped).toBe('interrupted')
    expect(records).toEqual([])
  })

  test('passes a full disk on instead of going on without a journal', async () => {
    const target = scriptedTarget(() => observed('good'))
    const journal = {
      recorded: () => undefined,
      append: () => Promise.reject(new Error('ENOSPC')),
      flush: async () => undefined,
    }
    await expect(run(target, {}, { journal })).rejects.toThrow('ENOSPC')
    expect(target.asked.length).toBeLessThan(20)
  })
})

describe('a failure', () => {
  test.each([
    ['unavailable', 5],
    ['timeout', 5],
    ['rejected', 1],
    ['malformed', 1],
  ] as const)('of kind %s is tried %i times, and is then no verdict', async (kind, tries) => {
    const target = scriptedTarget(() => ({ kind: 'failed', failure: { kind, message: 'why' } }))
    const { records } = await run(target, { order: [0] })
    expect(target.asked).toHaveLength(tries)
    expect(records.map(({ result }) => result)).toEqual([{ kind: 'errored', failure: kind, why: 'why' }])
  })

  test('that passes is no failure', async () => {
    const target = scriptedTarget(() =>
      target.asked.length < 3 ? { kind: 'failed', failure: { kind: 'unavailable', message: '503' } } : observed('good'),
    )
    const { records, outcome } = await run(target, { order: [0] })
    expect(records[0]?.result.kind).toBe('scored')
    expect(outcome.retries).toBe(2)
  })

  test('thrown by the target leaves its case without verdict and no other', async () => {
    const target = scriptedTarget(({ suiteCase: { id } }) => {
      if (id === 'c3') throw new Error('boom')
      return observed('good')
    })
    const { records, clusters } = await run(target)
    expect(clusters).toHaveLength(20)
    expect(records.filter(({ result }) => result.kind === 'errored')).toEqual([
      { at: [3, 0, 0], id: 'c3', result: { kind: 'errored', failure: 'crashed', why: 'boom' } },
    ])
  })

  test('"too many requests" halves the concurrency and keeps everybody quiet as long as it asks', async () => {
    const clock = virtualClock()
    let refusals = 0
    const target = scriptedTarget(() => {
      if (refusals < 2) {
        refusals += 1
        return { kind: 'failed', failure: { kind: 'rate-limited', message: '429', retryAfterMs: 2_000 } }
      }
      return observed('good')
    })
    const { outcome, clusters } = await run(target, { concurrency: 8 }, { clock })
    expect(clusters).toHaveLength(20)
    expect(outcome).toMatchObject({ stopped: 'completed', retries: 2 })
    expect(Math.max(...clock.slept)).toBe(2_000)
  })

  test('that asks to wait for an hour is a result, not an hour', async () => {
    const target = scriptedTarget(() => ({
      kind: 'failed',
      failure: { kind: 'rate-limited', message: '429', retryAfterMs: 3_600_000 },
    }))
    const { records } = await run(target, { order: [0] })
    expect(records[0]?.result).toMatchObject({ kind: 'errored', failure: 'rate-limited' })
    expect(target.asked).toHaveLength(1)
  })

  test('of every case does not multiply the requests: retries have a budget', async () => {
    const target = scriptedTarget(() => ({ kind: 'failed', failure: { kind: 'unavailable', message: 'down' } }))
    const { outcome } = await run(
      target,
      { order: Array.from({ length: 200 }, (_, at) => at) },
      { cases: { count: 200, at: (index) => [suiteCase(`c${index}`)] } },
    )
    expect(outcome.retries).toBeLessThanOrEqual(50 + 40 + 1)
    expect(target.asked.length).toBeLessThan(300)
  })

  test('of the key ends the run, for no further case would fare better', async () => {
    const target = scriptedTarget(() => ({ kind: 'failed', failure: { kind: 'unauthorized', message: '401' } }))
    const { outcome } = await run(target, { concurrency: 2 })
    expect(outcome.stopped).toBe('unauthorized')
    expect(target.asked.length).toBeLessThanOrEqual(2)
  })
})
