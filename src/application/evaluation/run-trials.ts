import type { CaseScore } from '../../domain/evaluation/score-case.ts'
import { voidLatency, type Observation, type SuiteCase } from '../../domain/evaluation/suite.ts'
import type { ClusterResult, TrialRecord } from '../../domain/evaluation/trial-record.ts'
import { AdaptiveSlots } from './adaptive-slots.ts'
import { attemptTrial, RETRY_DEFAULT, RetryBudget, type AttemptPorts, type RunClock } from './attempt-trial.ts'
import type { TrialJournal } from './trial-journal.ts'
import type { TrialTarget } from './trial-target.ts'

/** The cases of a suite by place, each as its variants (itself alone, most often): read when needed, never all at once. */
export interface CaseSource {
  readonly count: number
  at(index: number): readonly SuiteCase[] | Promise<readonly SuiteCase[]>
}

export const STOP_REASONS = [
  'completed',
  'decided',
  'cost-budget',
  'time-budget',
  'unauthorized',
  'interrupted',
] as const
export type StopReason = (typeof STOP_REASONS)[number]

export interface RunTrialsOptions {
  readonly trials: number
  /** Places of the cases in the order in which they are drawn. */
  readonly order: ArrayLike<number>
  readonly concurrency: number
  readonly budget: { readonly costMicroUsd?: number | undefined; readonly timeMs?: number | undefined }
}

export interface RunTrialsPorts {
  readonly cases: CaseSource
  readonly target: TrialTarget
  readonly score: (suiteCase: SuiteCase, observation: Observation) => CaseScore | Promise<CaseScore>
  readonly journal: TrialJournal | undefined
  readonly clock: RunClock
  readonly signal: AbortSignal
  /** Results in the order of the draw, whatever order they finished in; `stop` ends the sampling. */
  readonly onCluster: (result: ClusterResult) => 'continue' | 'stop'
  readonly onTrial: (record: TrialRecord) => void
}

export interface RunTrialsOutcome {
  readonly stopped: StopReason
  readonly retries: number
  /** Trials taken from the journal instead of being run. */
  readonly resumed: number
}

/** Cases that may be finished and wait for an earlier one: bounds memory while one case hangs. */
const AHEAD_MAX = 8_192

/**
 * Draws cases in order, runs their trials with bounded concurrency, and hands the results on in the order of the draw. So a
 * decision depends on seed and answers alone, never on which answer came first: what finished ahead of a stop is dropped.
 */
export async function runTrials(options: RunTrialsOptions, ports: RunTrialsPorts): Promise<RunTrialsOutcome> {
  const run = new TrialRun(options, ports)
  return run.all()
}

class TrialRun {
  readonly #options: RunTrialsOptions
  readonly #ports: RunTrialsPorts
  readonly #slots: AdaptiveSlots
  readonly #attempt: AttemptPorts
  readonly #retries = new RetryBudget()
  /**
   * Results that wait for an earlier one: a ring. A map that entries come into and go out of for ever leaves a chain of old
   * tables behind, and with them everything that was under way then, until the next full collection.
   */
  readonly #finished: (ClusterResult | undefined)[]
  readonly #startedMs: number
  #underWay = 0
  #wakeWaiter: (() => void) | undefined
  #next = 0
  #stop: StopReason | undefined
  #failure: Error | undefined
  #costMicroUsd = 0
  #resumed = 0
  #wakeProducer: (() => void) | undefined

  constructor(options: RunTrialsOptions, ports: RunTrialsPorts) {
    this.#options = options
    this.#ports = ports
    this.#slots = new AdaptiveSlots(options.concurrency)
    this.#finished = Array.from({ length: Math.min(AHEAD_MAX, options.order.length) })
    this.#startedMs = ports.clock.monotonicMs()
    const { target, clock, signal } = ports
    this.#attempt = { target, clock, slots: this.#slots, retries: this.#retries, policy: RETRY_DEFAULT, signal }
  }

  async all(): Promise<RunTrialsOutcome> {
    const { order } = this.#options
    for (let place = 0; place < order.length; place++) {
      while (place >= this.#next + AHEAD_MAX && this.#stop === undefined)
        await new Promise<void>((resolve) => {
          this.#wakeProducer = resolve
        })
      if (this.#isOver()) break
      await this.#start(place, order[place] as number)
    }
    // What is under way when sampling stops is let finish: it is paid for, and the journal keeps it.
    if (this.#underWay > 0)
      await new Promise<void>((resolve) => {
        this.#wakeWaiter = resolve
      })
    await this.#ports.journal?.flush()
    if (this.#failure !== undefined) throw this.#failure
    const ended = this.#stop ?? (this.#ports.signal.aborted ? 'interrupted' : 'completed')
    return { stopped: ended, retries: this.#retries.retries, resumed: this.#resumed }
  }

  /** Starts every trial of one case as slots come free. */
  async #start(place: number, caseIndex: number): Promise<void> {
    const found = this.#ports.cases.at(caseIndex)
    // Waiting where there is nothing to wait for costs a turn of the event loop for each case.
    const variants = found instanceof Promise ? await found : found
    const results = variants.map((suiteCase) => ({
      suiteCase,
      trials: Array.from<TrialRecord | undefined>({ length: this.#options.trials }),
    }))
    let left = variants.length * this.#options.trials
    for (const [variant, result] of results.entries()) {
      for (let trial = 0; trial < this.#options.trials; trial++) {
        const room = this.#slots.acquire()
        if (room !== undefined) await room
        if (this.#isOver()) return this.#slots.release()
        this.#underWay += 1
        void this.#trial(result.suiteCase, [caseIndex, variant, trial])
          .then((record) => {
            if (record === undefined) return
            result.trials[trial] = record
            left -= 1
            if (left === 0) this.#finish(place, { caseIndex, variants: results as ClusterResult['variants'] })
          })
          .catch((error: unknown) => {
            // A bug or a full disk: the run ends, and says so, when what is under way has ended.
            this.#failure ??= error instanceof Error ? error : new Error(String(error))
            this.#halt('interrupted')
          })
          .finally(() => {
            this.#slots.release()
            this.#underWay -= 1
            if (this.#underWay === 0) this.#wakeWaiter?.()
          })
      }
    }
  }

  /** Undefined when the run was interrupted: an interrupted trial is no result. */
  async #trial(suiteCase: SuiteCase, at: TrialRecord['at']): Promise<TrialRecord | undefined> {
    const { journal } = this.#ports
    const kept = journal?.recorded(at)
    if (kept !== undefined) {
      this.#resumed += 1
      this.#account(kept)
      return kept
    }
    const outcome = await attemptTrial({ suiteCase, trial: at[2] }, this.#attempt)
    if (outcome.kind === 'failed' && outcome.failure.kind === 'interrupted') return undefined
    if (outcome.kind === 'failed' && outcome.failure.kind === 'unauthorized') this.#halt('unauthorized')
    const record: TrialRecord = {
      at,
      id: suiteCase.id,
      result:
        outcome.kind === 'observed'
          ? await this.#scored(suiteCase, outcome.observation)
          : { kind: 'errored', failure: outcome.failure.kind, why: outcome.failure.message },
    }
    // A refusal of our key is not this case's result: with a good key it is run again.
    if (outcome.kind === 'observed' || outcome.failure.kind !== 'unauthorized') await journal?.append(record)
    this.#account(record)
    return record
  }

  async #scored(suiteCase: SuiteCase, observation: Observation): Promise<TrialRecord['result']> {
    const { timing, usage, reply, costMicroUsd, model } = observation
    const score = await this.#ports.score(suiteCase, observation)
    return {
      kind: 'scored',
      score,
      reply: reply.slice(0, REPLY_CHARS_MAX),
      latencyMs: timing?.latencyMs,
      latencyVoid: timing === undefined ? undefined : voidLatency(timing),
      inputTokens: usage?.inputTokens,
      outputTokens: usage?.outputTokens,
      costMicroUsd,
      model,
    }
  }

  #account(record: TrialRecord): void {
    const { budget } = this.#options
    if (record.result.kind === 'scored') this.#costMicroUsd += record.result.costMicroUsd ?? 0
    this.#ports.onTrial(record)
    if (budget.costMicroUsd !== undefined && this.#costMicroUsd >= budget.costMicroUsd) this.#halt('cost-budget')
  }

  #isOver(): boolean {
    const { timeMs } = this.#options.budget
    if (timeMs !== undefined && this.#ports.clock.monotonicMs() - this.#startedMs >= timeMs) this.#halt('time-budget')
    if (this.#ports.signal.aborted) this.#halt('interrupted')
    return this.#stop !== undefined
  }

  #halt(reason: StopReason): void {
    this.#stop ??= reason
    this.#wakeProducer?.()
  }

  #finish(place: number, result: ClusterResult): void {
    this.#finished[place % AHEAD_MAX] = result
    for (;;) {
      const next = this.#finished[this.#next % AHEAD_MAX]
      if (next === undefined) break
      this.#finished[this.#next % AHEAD_MAX] = undefined
      this.#next += 1
      if (this.#stop === 'decided') continue
      if (this.#ports.onCluster(next) === 'stop') this.#halt('decided')
    }
    this.#wakeProducer?.()
  }
}

/** Longest reply that is kept. */
const REPLY_CHARS_MAX = 20_000
