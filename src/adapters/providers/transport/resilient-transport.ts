import { backoffMs } from '../../../domain/resilience/retry-budget.ts'
import { isOfThePlace, isPassing } from './answer-status.ts'
import type { ExchangeOutcome } from './exchange.ts'
import { transportFailure } from './transport-failure.ts'
import type {
  Transport,
  TransportAttempt,
  TransportFailure,
  TransportOutcome,
  TransportRequest,
  TransportTarget,
  UpstreamHealth,
  UpstreamInfo,
} from './transport.ts'
import { Upstream } from './upstream.ts'
import type { UpstreamOptions } from './upstream-options.ts'

export interface TransportPorts {
  readonly monotonicMs: () => number
  /** Evenly spread in [0, 1). */
  readonly chance: () => number
}

/** Nothing of the request can have been worked on, or nothing of an answer had begun. */
const RETRIED_CODES: ReadonlySet<string> = new Set([
  'upstream/connect-failed',
  'upstream/connect-timeout',
  'upstream/dns-failed',
  'upstream/reset',
])

type Settled = Extract<TransportOutcome, { kind: 'response' }>
type Tried =
  | { readonly kind: 'response'; readonly response: Settled; readonly isUsable: boolean }
  | { readonly kind: 'failed'; readonly failure: TransportFailure }

/** Upstreams behind time-outs, retry budgets, breakers and a chain of targets. */
export class ResilientTransport implements Transport {
  readonly #upstreams = new Map<string, Upstream>()
  readonly #ports: TransportPorts
  readonly upstreams: ReadonlyMap<string, UpstreamInfo>

  constructor(options: readonly UpstreamOptions[], ports: TransportPorts) {
    this.#ports = ports
    for (const upstream of options) this.#upstreams.set(upstream.id, new Upstream(upstream, ports.monotonicMs))
    this.upstreams = new Map([...this.#upstreams].map(([id, { info }]) => [id, info]))
  }

  async send(request: TransportRequest): Promise<TransportOutcome> {
    const attempts: TransportAttempt[] = []
    // With everybody ejected it is the load or the network, not one upstream: then the first ones are asked anyway.
    const isEjectionIgnored = request.targets.every(
      ({ upstream, model }) => this.#upstreams.get(upstream)?.isEjected(model) ?? true,
    )
    const call: SendCall = { ports: this.#ports, request, attempts, isEjectionIgnored }
    let last: Tried | undefined
    for (let at = 0; at < request.targets.length; at += 1) {
      const target = request.targets[at] as TransportTarget
      const next = request.targets[at + 1]
      const hedgeAfterMs = this.#upstreams.get(target.upstream)?.options.hedgeAfterMs
      const isHedged = next !== undefined && hedgeAfterMs !== undefined
      const tried = isHedged
        ? await this.#hedge(call, [target, next], hedgeAfterMs)
        : await tryTarget(call, target, this.#upstreams.get(target.upstream), request.signal)
      if (isHedged) at += 1
      if (tried.kind === 'response' && tried.isUsable) {
        discard(last)
        return tried.response
      }
      if (tried.kind === 'failed' && tried.failure.code === 'upstream/cancelled') {
        discard(last)
        return { kind: 'failed', failure: tried.failure, attempts }
      }
      last = this.#moreTelling(last, tried)
    }
    if (last?.kind === 'response') return last.response
    return { kind: 'failed', failure: last?.failure ?? transportFailure('upstream/unknown'), attempts }
  }

  /** An answer tells the client more than a breaker that nobody got past; that one has to wait, more than what else is wrong. */
  #moreTelling(last: Tried | undefined, tried: Tried): Tried {
    if (last?.kind === 'response' && tried.kind === 'failed') return last
    if (last?.kind === 'failed' && tried.kind === 'failed' && last.failure.code === 'upstream/cooling-down') return last
    if (last?.kind === 'response' && tried.kind === 'response' && isOfThePlace(tried.response.status)) {
      discard(tried)
      return last
    }
    discard(last)
    return tried
  }

  /** Two targets, the second one only once the first has been silent for a while; the first usable answer wins. */
  async #hedge(
    call: SendCall,
    [first, second]: readonly [TransportTarget, TransportTarget],
    afterMs: number,
  ): Promise<Tried> {
    const aborts = [new AbortController(), new AbortController()] as const
    const start = (target: TransportTarget, { signal }: AbortController): Promise<Tried> =>
      tryTarget(call, target, this.#upstreams.get(target.upstream), AbortSignal.any([signal, call.request.signal]))
    const leading = start(first, aborts[0])
    const early = await Promise.race([leading, pause(afterMs, call.request.signal)])
    if (
      early !== undefined &&
      (early.kind === 'response' ? early.isUsable : early.failure.code === 'upstream/cancelled')
    )
      return early
    const following = start(second, aborts[1])
    const isUsable = (tried: Tried): boolean => tried.kind === 'response' && tried.isUsable
    const settled = [
      leading.then((tried) => ({ tried, at: 0 })),
      following.then((tried) => ({ tried, at: 1 })),
    ] as const
    const winner = await Promise.race([
      settled[0].then((one) => (isUsable(one.tried) ? one : settled[1])),
      settled[1].then((one) => (isUsable(one.tried) ? one : settled[0])),
    ])
    aborts[1 - winner.at]?.abort()
    discard(await [leading, following][1 - winner.at])
    return winner.tried
  }

  health(): readonly UpstreamHealth[] {
    return [...this.#upstreams.values()].map((upstream) => upstream.health())
  }

  async close(): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.close()))
  }
}

interface SendCall {
  readonly ports: TransportPorts
  readonly request: TransportRequest
  readonly attempts: TransportAttempt[]
  readonly isEjectionIgnored: boolean
}

/** One target with its retries. */
async function tryTarget(
  { ports, request, attempts, isEjectionIgnored }: SendCall,
  target: TransportTarget,
  upstream: Upstream | undefined,
  signal: AbortSignal,
): Promise<Tried> {
  const note = (startMs: number, status: number | null, failure?: TransportFailure): void =>
    void attempts.push({
      upstream: target.upstream,
      model: target.model,
      status,
      code: failure?.code ?? null,
      ms: ports.monotonicMs() - startMs,
    })
  let last: Tried | undefined
  for (let attempt = 0; ; attempt += 1) {
    const startMs = ports.monotonicMs()
    const refused =
      upstream === undefined ? transportFailure('upstream/unknown') : upstream.admit(target.model, isEjectionIgnored)
    if (upstream === undefined || refused !== undefined) {
      // A retry that the breaker stops leaves the answer that was there.
      if (last !== undefined) return last
      note(startMs, null, refused)
      return { kind: 'failed', failure: refused ?? transportFailure('upstream/unknown') }
    }
    const prepared = request.prepare(target, upstream.info)
    if (prepared.kind === 'refuse') {
      upstream.withdraw(target.model)
      const failure = { ...transportFailure('upstream/refused'), reason: prepared.reason }
      note(startMs, null, failure)
      return { kind: 'failed', failure }
    }
    discard(last)
    const outcome = await upstream.call(target.model, prepared, signal)
    note(
      startMs,
      outcome.kind === 'response' ? outcome.status : null,
      outcome.kind === 'failed' ? outcome.failure : undefined,
    )
    last = triedOf(outcome, target, attempts)
    const waitMs = retryWaitMs(outcome, attempt, upstream, ports)
    if (waitMs === undefined || !upstream.spendRetry()) return last
    await pause(waitMs, signal)
    if (signal.aborted) {
      discard(last)
      return { kind: 'failed', failure: transportFailure('upstream/cancelled') }
    }
  }
}

function triedOf(outcome: ExchangeOutcome, target: TransportTarget, attempts: readonly TransportAttempt[]): Tried {
  if (outcome.kind === 'failed') return outcome
  const { kind, status, headers, body } = outcome
  const isUsable = !isPassing(status) && !isOfThePlace(status)
  return { kind, response: { kind, status, headers, body, target, attempts }, isUsable }
}

/** Milliseconds until the next try, or undefined when there is to be none. */
function retryWaitMs(
  outcome: ExchangeOutcome,
  attempt: number,
  { options: { retry } }: Upstream,
  { chance }: TransportPorts,
): number | undefined {
  const isRetried = outcome.kind === 'response' ? isPassing(outcome.status) : RETRIED_CODES.has(outcome.failure.code)
  if (!isRetried || attempt >= retry.retriesMax) return undefined
  const named = outcome.kind === 'response' ? Number(outcome.headers['retry-after'] ?? 0) * 1_000 : 0
  // A pause longer than our own longest one is for the caller to wait out, or for the next target to bridge.
  if (named > 0) return undefined
  return backoffMs(attempt + 1, chance(), retry)
}

/** An answer that nobody will read is given back to the provider. */
function discard(tried: Tried | undefined): void {
  if (tried?.kind === 'response') tried.response.body.cancel()
}

/** Resolves after a time or when the signal comes. */
function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve(undefined)
    }
    const timer = setTimeout(done, ms)
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}
