import { isIP } from 'node:net'
import { Pool } from 'undici'
import { classifyAddress } from '../../../domain/routing/address-class.ts'
import { admitCall, afterCall, CLOSED, type BreakerState } from '../../../domain/resilience/circuit-breaker.ts'
import { countOutlier, isEjected, UNSEEN, type OutlierState } from '../../../domain/resilience/outlier-ejection.ts'
import { earnRetry, openRetryBudget, spendRetry, type RetryBudget } from '../../../domain/resilience/retry-budget.ts'
import { isReachable, pinnedLookup } from '../../http/pinned-lookup.ts'
import { exchange, type ExchangeOutcome } from './exchange.ts'
import { transportFailure } from './transport-failure.ts'
import type { PreparedRequest, TransportFailure, UpstreamHealth, UpstreamInfo } from './transport.ts'
import type { UpstreamOptions } from './upstream-options.ts'

/** Longest pause that a provider's `retry-after` can bring about. */
const COOL_DOWN_MAX_MS = 60_000

interface UpstreamHead {
  readonly key: string | undefined
  readonly own: Readonly<Record<string, string>> | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** One upstream at work: its connections, and what its last calls say about the next. */
export class Upstream {
  readonly options: UpstreamOptions
  readonly info: UpstreamInfo
  readonly #pool: Pool
  readonly #monotonicMs: () => number
  readonly #isAddressRefused: boolean
  #breaker: BreakerState = CLOSED
  #outlier: OutlierState = UNSEEN
  #budget: RetryBudget
  #coolUntilMs = 0
  #inFlight = 0
  /** Headers of the last call: they change with the key, and with the protocol's own. */
  #head: UpstreamHead = { key: undefined, own: undefined, headers: { 'content-type': 'application/json' } }

  constructor(options: UpstreamOptions, monotonicMs: () => number) {
    const url = new URL(options.url)
    const { id, protocol, region, models, apiVersion } = options
    this.options = options
    this.info = { id, protocol, region, models, apiVersion, basePath: url.pathname.replace(/\/+$/, '') }
    this.#monotonicMs = monotonicMs
    this.#budget = openRetryBudget(options.retry)
    // A numeric host is looked up by nobody, so it is judged here.
    const host = url.hostname.replace(/^\[|\]$/g, '')
    this.#isAddressRefused = isIP(host) !== 0 && !isReachable(classifyAddress(host), options.network)
    this.#pool = new Pool(url.origin, {
      connections: options.connectionsMax,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      connect: { timeout: options.timeouts.connectMs, lookup: pinnedLookup(options.network) },
    })
  }

  /** Why no call may start now, or undefined; a breaker that lets one call try counts this one. */
  admit(isEjectionIgnored: boolean): TransportFailure | undefined {
    const now = this.#monotonicMs()
    if (this.#isAddressRefused) return transportFailure('upstream/address-refused')
    if (this.#inFlight >= this.options.connectionsMax + this.options.waitingMax)
      return transportFailure('upstream/queue-full', 1_000)
    if (now < this.#coolUntilMs) return transportFailure('upstream/cooling-down', this.#coolUntilMs - now)
    if (!isEjectionIgnored && isEjected(this.#outlier, now))
      return transportFailure('upstream/ejected', this.#outlier.ejectedUntilMs - now)
    const { isAdmitted, state } = admitCall(this.#breaker, now)
    this.#breaker = state
    if (isAdmitted) return undefined
    return transportFailure('upstream/circuit-open', state.kind === 'open' ? state.untilMs - now : 1_000)
  }

  get isEjected(): boolean {
    return isEjected(this.#outlier, this.#monotonicMs())
  }

  /** An admitted call; every one ends in exactly one count. */
  async call(prepared: Extract<PreparedRequest, { kind: 'send' }>, signal: AbortSignal): Promise<ExchangeOutcome> {
    const key = this.options.key()
    if (key === null) {
      this.#count('neutral')
      return { kind: 'failed', failure: transportFailure('upstream/no-key') }
    }
    this.#budget = earnRetry(this.#budget, this.options.retry)
    this.#inFlight += 1
    let isCounted = false
    const count = (outcome: 'good' | 'bad' | 'neutral'): void => {
      if (!isCounted) this.#count(outcome)
      isCounted = true
    }
    const outcome = await exchange(this.#pool, {
      path: this.info.basePath + prepared.path,
      headers: this.#headersFor(prepared.headers, key),
      body: prepared.body,
      signal,
      times: this.options.timeouts,
      bodyBytesMax: this.options.bodyBytesMax,
      monotonicMs: this.#monotonicMs,
      // Counted here: by the time that the caller has the answer, all of it may have come.
      onHead: (status) => {
        if (status >= 500) count('bad')
        else if (status === 429) count('neutral')
      },
      onClose: (failure) => {
        this.#inFlight -= 1
        if (failure === undefined) count('good')
        else count(isBlameless(failure) ? 'neutral' : 'bad')
      },
    })
    if (outcome.kind === 'failed') return outcome
    if (outcome.status === 429) this.#coolDown(outcome.headers['retry-after'])
    if (outcome.status >= 300 && outcome.status < 400) {
      outcome.body.cancel()
      return { kind: 'failed', failure: { ...transportFailure('upstream/redirect'), status: outcome.status } }
    }
    return outcome
  }

  /** A storm of 429 ends sooner when nobody asks during the pause that the provider named. */
  #coolDown(retryAfter: string | undefined): void {
    const seconds = Number(retryAfter)
    if (retryAfter === undefined || !Number.isFinite(seconds) || seconds <= 0) return
    this.#coolUntilMs = this.#monotonicMs() + Math.min(COOL_DOWN_MAX_MS, seconds * 1_000)
  }

  #headersFor(own: UpstreamHead['own'], key: string | undefined): UpstreamHead['headers'] {
    if (this.#head.key !== key || this.#head.own !== own) {
      const headers = { 'content-type': 'application/json', ...own, ...this.#keyHeader(key) }
      this.#head = { key, own, headers }
    }
    return this.#head.headers
  }

  #keyHeader(key: string | undefined): Readonly<Record<string, string>> {
    if (key === undefined) return {}
    switch (this.options.protocol) {
      case 'anthropic':
        return { 'x-api-key': key }
      case 'azure-openai':
        return { 'api-key': key }
      case 'openai':
      case 'ollama':
        return { authorization: `Bearer ${key}` }
    }
  }

  /** Takes a retry out of the budget; false when it is spent. */
  spendRetry(): boolean {
    const left = spendRetry(this.#budget)
    if (left === undefined) return false
    this.#budget = left
    return true
  }

  /** An admitted call that was not made after all. */
  withdraw(): void {
    this.#count('neutral')
  }

  #count(outcome: 'good' | 'bad' | 'neutral'): void {
    const now = this.#monotonicMs()
    this.#breaker = afterCall(this.#breaker, outcome, this.options.breaker, now)
    if (outcome !== 'neutral') this.#outlier = countOutlier(this.#outlier, outcome === 'bad', this.options.outlier, now)
  }

  health(): UpstreamHealth {
    return {
      id: this.options.id,
      inFlight: this.#inFlight,
      breaker: this.#breaker.kind,
      isEjected: this.isEjected,
      coolsDownForMs: Math.max(0, this.#coolUntilMs - this.#monotonicMs()),
    }
  }

  /** What is still under way is cut off: who closes has drained before. */
  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}

/** Failures that say nothing about the upstream. */
function isBlameless({ code }: TransportFailure): boolean {
  return code === 'upstream/cancelled' || code === 'upstream/closed' || code === 'upstream/too-large'
}
