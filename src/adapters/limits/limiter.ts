import type { Clock } from '../../base/instant.ts'
import type { ConfiguredLimits } from '../../contract/gateway-config/gateway-config.ts'
import { chargesOf, type Amounts, type Charge, type LimitedBy, type LimitRule } from '../../domain/limits/limit-rule.ts'
import type { LimitStore, Reservation, ReserveOutcome } from '../../domain/limits/limit-store.ts'
import { costOf, type PricedUsage, type PriceList } from '../../domain/limits/price.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import { estimateAudio, type Sound } from '../tokens/estimate-audio.ts'
import { estimateImages, type ImageDetail } from '../tokens/estimate-images.ts'
import { estimateTokens } from '../tokens/estimate-tokens.ts'
import { LimitStores } from './limit-stores.ts'
import { memoryLimitStore } from './memory-limit-store.ts'
import type { RedisLimitStore, Unsettled } from './redis-limit-store.ts'

export interface LimitedCall {
  /** Organization, system and environment. */
  readonly scope: string
  readonly id: string
  readonly by: LimitedBy
  readonly tier: Tier
  readonly model: string
  /** Everything that is sent; asked for only where tokens count. */
  readonly texts: () => readonly string[]
  /** The detail of each image that is sent. */
  readonly images: readonly ImageDetail[]
  readonly sounds: readonly Sound[]
  /** Tokens that the request lets each choice of the answer have; undefined: it names no bound. */
  readonly answerTokensMax: number | undefined
  /** How many answers it asks for. */
  readonly choices: number
}

export type CallUsage = PricedUsage

export type LimitVerdict =
  | {
      readonly kind: 'granted'
      /**
       * What it really took; `undefined`: the provider did not say, so the estimate stands, or what came where that is more.
       * `'none'`: no provider was reached. `answeredBy`: the model whose price it is, where it is not the one that was asked for.
       * `came`: the texts of the answer, as far as it came; asked for only where they are counted.
       */
      readonly settle: (
        usage: CallUsage | 'none' | undefined,
        answeredBy?: string,
        came?: () => readonly string[],
      ) => Promise<void>
    }
  | { readonly kind: 'limited'; readonly rule: string; readonly retryAfterMs: number }
  /** The shared counters are away, and the policy of the tier is to serve nothing meanwhile. */
  | { readonly kind: 'unavailable' }

/** Its stores end with it, unless they are somebody else's. */
export interface Limiter extends AsyncDisposable {
  admit(call: LimitedCall): Promise<LimitVerdict>
  /** Milliseconds since the shared counters were last there, 0 while they are. */
  awayForMs(): number
  /** What requests took that the shared counters do not know yet, or never will. */
  unsettled(): Unsettled
}

const ALL_SETTLED: Unsettled = { waiting: 0, lost: 0 }
const DEFAULT_ANSWER_TOKENS = 1_024
const DEFAULT_LOCAL_SHARE_MS = 60_000

export interface LimiterPorts {
  readonly clock: Clock
  readonly monotonicMs: () => number
  /** The URL of Redis as its reference says; null: it cannot be read. */
  readonly redisUrl: string | null
  readonly log: (line: string) => void
  /** Where it counts on; its own unless given. */
  readonly stores?: LimitStores | undefined
}

/** The limits of a configuration. Without rules everything is granted and nothing is counted. */
export function limiterOf(config: ConfiguredLimits | undefined, ports: LimiterPorts): Limiter {
  if (config === undefined) {
    const done = Promise.resolve()
    const granted = Promise.resolve<LimitVerdict>({ kind: 'granted', settle: () => done })
    return {
      admit: () => granted,
      awayForMs: () => 0,
      unsettled: () => ALL_SETTLED,
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
  return new ConfiguredLimiter(config, ports)
}

class ConfiguredLimiter implements Limiter {
  readonly #rules: readonly LimitRule[]
  readonly #prices: PriceList
  readonly #config: ConfiguredLimits
  readonly #monotonicMs: () => number
  readonly #stores: LimitStores
  readonly #areStoresOwn: boolean
  readonly #shared: RedisLimitStore | undefined
  readonly #local: LimitStore
  readonly #isTokenCounted: boolean

  constructor(config: ConfiguredLimits, { clock, monotonicMs, redisUrl, log, stores }: LimiterPorts) {
    this.#config = config
    this.#rules = config.rules.map(ruleOf)
    this.#prices = new Map(Object.entries(config.prices ?? {}))
    this.#monotonicMs = monotonicMs
    this.#isTokenCounted = this.#rules.some(({ unit }) => unit !== 'requests')
    this.#stores = stores ?? new LimitStores({ clock, log })
    this.#areStoresOwn = stores === undefined
    this.#shared = config.redis === undefined ? undefined : this.#stores.sharedAt(redisUrl ?? 'redis://127.0.0.1:1')
    const share = config.redis === undefined ? 1 : 1 / config.redis.replicas
    this.#local = memoryLimitStore(clock, share, this.#stores.counters)
  }

  awayForMs(): number {
    const { awaySinceMs } = this.#stores
    return awaySinceMs === undefined ? 0 : this.#monotonicMs() - awaySinceMs
  }

  unsettled(): Unsettled {
    return this.#stores.unsettled()
  }

  async admit(call: LimitedCall): Promise<LimitVerdict> {
    const estimate = this.#isTokenCounted ? await this.#estimate(call) : { inputTokens: 0, outputTokens: 0 }
    const charges = chargesOf(this.#rules, call.by, amountsOf(estimate, call.model, this.#prices))
    const { store, outcome } = await this.#reserve(call, charges)
    if (outcome.kind === 'unavailable') return outcome
    if (outcome.kind === 'limited')
      return { kind: 'limited', rule: outcome.charge.rule.id, retryAfterMs: outcome.retryAfterMs }
    const { reservation } = outcome
    return {
      kind: 'granted',
      settle: async (usage, model = call.model, came) =>
        this.#settle(store, reservation, { usage: usage ?? (await this.#atLeast(estimate, model, came)), model }),
    }
  }

  async #estimate({ model, texts, images, sounds, answerTokensMax, choices }: LimitedCall): Promise<CallUsage> {
    return {
      inputTokens: (await estimateTokens(model, texts())) + estimateImages(model, images) + estimateAudio(sounds),
      outputTokens: (answerTokensMax ?? this.#config.answerTokens ?? DEFAULT_ANSWER_TOKENS) * choices,
    }
  }

  /** SECURITY: a client that leaves before the provider says what its answer took must not get it for the estimate. */
  async #atLeast(estimate: CallUsage, model: string, came: (() => readonly string[]) | undefined): Promise<CallUsage> {
    if (came === undefined || !this.#isTokenCounted) return estimate
    const written = came().filter((text) => text !== '')
    const outputTokens = Math.max(estimate.outputTokens, await estimateTokens(model, written))
    return { inputTokens: estimate.inputTokens, outputTokens }
  }

  async #reserve(
    { scope, id, tier }: LimitedCall,
    charges: readonly Charge[],
  ): Promise<{ readonly store: LimitStore; readonly outcome: ReserveOutcome }> {
    const local = async (): Promise<{ readonly store: LimitStore; readonly outcome: ReserveOutcome }> => ({
      store: this.#local,
      outcome: await this.#local.reserve(scope, id, charges),
    })
    if (this.#shared === undefined) return local()
    const outcome = await this.#shared.reserve(scope, id, charges)
    if (outcome.kind !== 'unavailable') {
      this.#stores.awaySinceMs = undefined
      return { store: this.#shared, outcome }
    }
    this.#stores.awaySinceMs ??= this.#monotonicMs()
    const { localShareMs = DEFAULT_LOCAL_SHARE_MS, away } = this.#config.redis ?? {}
    // First each gateway lets its share through; then the tier decides, and unless told otherwise only T3 goes on.
    const isShared =
      this.awayForMs() <= localShareMs || (away?.[tier] ?? (tier === 'T3' ? 'local-share' : 'deny')) === 'local-share'
    return isShared ? local() : { store: this.#shared, outcome }
  }

  async #settle(
    store: LimitStore,
    reservation: Reservation,
    { usage, model }: { readonly usage: CallUsage | 'none'; readonly model: string },
  ): Promise<void> {
    const { charges } = reservation
    const used = usage === 'none' ? { inputTokens: 0, outputTokens: 0 } : usage
    const amounts = amountsOf(used, model, this.#prices)
    const takenOf = ({ rule }: Charge): number => amounts[rule.unit]
    await store.settle(reservation, charges.map(takenOf))
    if (store !== this.#local || this.#shared === undefined || usage === 'none') return
    // The share of this gateway let it through; budgets are of all gateways, and learn of it when they are back.
    const budgets = charges.filter(({ rule }) => rule.bound.kind === 'budget')
    await this.#shared.settle({ ...reservation, charges: budgets }, budgets.map(takenOf))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#areStoresOwn) await this.#stores[Symbol.asyncDispose]()
  }
}

const MILLIONTHS = 1_000_000

function ruleOf({ id, per, unit, amount, windowMs, burst, period }: ConfiguredLimits['rules'][number]): LimitRule {
  const scale = unit === 'cost' ? MILLIONTHS : 1
  return {
    id,
    per,
    unit,
    amount: amount * scale,
    bound:
      period === undefined
        ? { kind: 'rate', windowMs: windowMs ?? 1, burst: (burst ?? amount) * scale }
        : { kind: 'budget', period },
  }
}

function amountsOf(usage: CallUsage, model: string, prices: PriceList): Amounts {
  return {
    requests: 1,
    tokens: usage.inputTokens + usage.outputTokens,
    cost: costOf(prices, model, usage),
  }
}
