import { isIP } from 'node:net'
import { Pool } from 'undici'
import { classifyAddress } from '../../../domain/routing/address-class.ts'
import { admitCall, afterCall, CLOSED, type BreakerState } from '../../../domain/resilience/circuit-breaker.ts'
import { earnRetry, openRetryBudget, spendRetry, type RetryBudget } from '../../../domain/resilience/retry-budget.ts'
import { isReachable, pinnedLookup } from '../../http/pinned-lookup.ts'
import { isOfThePlace } from './answer-status.ts'
import { exchange, type ExchangeOutcome } from './exchange.ts'
import { circuitOpen, ModelCondition, type CallEnd } from './model-condition.ts'
import { transportFailure } from './transport-failure.ts'
import type { PreparedRequest, TransportFailure, UpstreamHealth, UpstreamInfo } from './transport.ts'
import type { UpstreamOptions } from './upstream-options.ts'

/** Models whose condition is kept. Releases name them, so they are few; of more the oldest begins anew. */
const MODELS_MAX = 256
/** Whatever model was asked for, nobody was there. */
const UNCONNECTED: ReadonlySet<string> = new Set([
  'upstream/connect-failed',
  'upstream/connect-timeout',
  'upstream/dns-failed',
])

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
  readonly #models = new Map<string, ModelCondition>()
  /** Of the place itself: it opens by connections that cannot be made. */
  #breaker: BreakerState = CLOSED
  #budget: RetryBudget
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

  #conditionOf(model: string): ModelCondition {
    let condition = this.#models.get(model)
    if (condition === undefined) {
      if (this.#models.size >= MODELS_MAX) this.#models.delete(this.#models.keys().next().value ?? '')
      this.#models.set(model, (condition = new ModelCondition(this.options)))
    }
    return condition
  }

  /** Why no call of a model may start now, or undefined; a breaker that lets one call try counts this one. */
  admit(model: string, isEjectionIgnored: boolean): TransportFailure | undefined {
    const now = this.#monotonicMs()
    if (this.#isAddressRefused) return transportFailure('upstream/address-refused')
    if (this.#inFlight >= this.options.connectionsMax + this.options.waitingMax)
      return transportFailure('upstream/queue-full', 1_000)
    const { isAdmitted, state } = admitCall(this.#breaker, now)
    this.#breaker = state
    if (!isAdmitted) return circuitOpen(state, now)
    const refused = this.#conditionOf(model).admit(isEjectionIgnored, now)
    if (refused !== undefined) this.#countPlace('neutral')
    return refused
  }

  isEjected(model: string): boolean {
    return this.#models.get(model)?.isEjected(this.#monotonicMs()) ?? false
  }

  /** An admitted call of a model; every one ends in exactly one count. */
  async call(
    model: string,
    prepared: Extract<PreparedRequest, { kind: 'send' }>,
    signal: AbortSignal,
  ): Promise<ExchangeOutcome> {
    const key = this.options.key()
    if (key === null) {
      this.withdraw(model)
      return { kind: 'failed', failure: transportFailure('upstream/no-key') }
    }
    const condition = this.#conditionOf(model)
    this.#budget = earnRetry(this.#budget, this.options.retry)
    this.#inFlight += 1
    let isCounted = false
    let isConnected = false
    const count = (end: CallEnd): void => {
      if (!isCounted) condition.count(end, this.#monotonicMs())
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
        isConnected = true
        this.#countPlace('good')
        if (isOfThePlace(status)) condition.refusedStatus = status
        if (status >= 500) count('bad')
        else if (status === 429 || isOfThePlace(status)) count('neutral')
      },
      onClose: (failure) => {
        this.#inFlight -= 1
        if (!isConnected) this.#countPlace(UNCONNECTED.has(failure?.code ?? '') ? 'bad' : 'neutral')
        if (failure === undefined) count('good')
        else count(isBlameless(failure) ? 'neutral' : 'bad')
      },
    })
    if (outcome.kind === 'failed') return outcome
    if (outcome.status === 429) condition.coolDown(outcome.headers['retry-after'], this.#monotonicMs())
    if (outcome.status >= 300 && outcome.status < 400) {
      outcome.body.cancel()
      return { kind: 'failed', failure: { ...transportFailure('upstream/redirect'), status: outcome.status } }
    }
    return outcome
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
  withdraw(model: string): void {
    this.#countPlace('neutral')
    this.#conditionOf(model).count('neutral', this.#monotonicMs())
  }

  #countPlace(end: CallEnd): void {
    this.#breaker = afterCall(this.#breaker, end, this.options.breaker, this.#monotonicMs())
  }

  /** The worst that is true of any of its models. */
  health(): UpstreamHealth {
    const now = this.#monotonicMs()
    const models = [...this.#models.values()]
    const breakers = [this.#breaker.kind, ...models.map(({ breaker }) => breaker)]
    return {
      id: this.options.id,
      inFlight: this.#inFlight,
      breaker: (['open', 'trying'] as const).find((kind) => breakers.includes(kind)) ?? 'closed',
      isEjected: models.some((model) => model.isEjected(now)),
      coolsDownForMs: Math.max(0, ...models.map((model) => model.coolsDownForMs(now))),
      refusedStatus: models.find(({ refusedStatus }) => refusedStatus !== null)?.refusedStatus ?? null,
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
