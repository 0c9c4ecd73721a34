/** What of OpenFeature's event emitter is used, by shape: the application hands its library's own in. */
export interface FlagEvents {
  emit(event: never, context?: never): void
}

export interface ProviderOptions<Events extends FlagEvents> {
  /** Address of the gateway. */
  readonly gateway: string
  readonly apiKey: string
  /** `new OpenFeatureEventEmitter()` of `@openfeature/server-sdk`. */
  readonly events: Events
  /** How often the gateway is asked; 500 ms, so that a kill switch counts within a second. */
  readonly everyMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

interface Resolution<Value> {
  readonly value: Value
  readonly reason: string
  readonly errorCode?: never
  readonly errorMessage?: string
  readonly flagMetadata?: { readonly stale: boolean }
}

export interface GatehouseProvider<Events> {
  readonly metadata: { readonly name: string }
  readonly runsOn: 'server'
  readonly events: Events
  initialize(): Promise<void>
  onClose(): Promise<void>
  resolveBooleanEvaluation(
    flag: string,
    fallback: boolean,
    context: { readonly [name: string]: unknown },
  ): Promise<Resolution<boolean>>
  resolveStringEvaluation(flag: string, fallback: string): Promise<Resolution<string>>
  resolveNumberEvaluation(flag: string, fallback: number): Promise<Resolution<number>>
  resolveObjectEvaluation<Value>(flag: string, fallback: Value): Promise<Resolution<Value>>
}

interface SwitchedOff {
  readonly system: boolean
  readonly tool: readonly string[]
  readonly model: readonly string[]
  readonly prompt: readonly string[]
  readonly tenant: readonly string[]
}

const EVERY_MS = 500
const TIMEOUT_MS = 5_000
const FLAG = /^(tool|model|prompt|tenant)\.(.{1,200})$/

/**
 * Kill switches as flags for the application's side: `system`, `tool.ID`, `model.NAME`, `prompt.ID`, `tenant.ID`; true means
 * that it may be used. Before the gateway has answered once no flag is known and the caller's default counts, which should
 * be false; while it is away the last answer counts and the provider is stale.
 */
export function gatehouseProvider<Events extends FlagEvents>(
  options: ProviderOptions<Events>,
): GatehouseProvider<Events> {
  const { gateway, apiKey, events, everyMs = EVERY_MS, fetch: send = globalThis.fetch } = options
  const url = `${gateway.replace(/\/+$/, '')}/v1/flags`
  let state: SwitchedOff | undefined
  let isStale = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false
  const emit = (event: string): void => events.emit(event as never)

  async function look(): Promise<boolean> {
    try {
      const headers = { authorization: `Bearer ${apiKey}` }
      const response = await send(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
      const next = response.status === 200 ? readState(await response.json()) : undefined
      if (next === undefined) return false
      const isChanged = state !== undefined && JSON.stringify(state) !== JSON.stringify(next)
      state = next
      if (isChanged) emit('PROVIDER_CONFIGURATION_CHANGED')
      return true
    } catch (error) {
      if (error instanceof Error) return false
      throw error
    }
  }

  async function follow(): Promise<void> {
    const isThere = await look()
    if (isClosed) return
    if (isThere && isStale) emit('PROVIDER_READY')
    if (!isThere && !isStale) emit('PROVIDER_STALE')
    isStale = !isThere
    again()
  }

  function again(): void {
    timer = setTimeout(() => void follow(), everyMs)
    if (typeof timer === 'object') timer.unref()
  }

  return {
    metadata: { name: 'gatehouse' },
    runsOn: 'server',
    events,
    async initialize() {
      if (!(await look())) throw new Error('the gateway does not say what is switched off')
      again()
    },
    async onClose() {
      isClosed = true
      clearTimeout(timer)
    },
    resolveBooleanEvaluation: async (flag, fallback, { tenant }) => resolve(state, isStale, { flag, fallback, tenant }),
    resolveStringEvaluation: async (flag, fallback) => unknown(flag, fallback),
    resolveNumberEvaluation: async (flag, fallback) => unknown(flag, fallback),
    resolveObjectEvaluation: async (flag, fallback) => unknown(flag, fallback),
  }
}

function unknown<Value>(flag: string, value: Value): Resolution<Value> {
  return {
    value,
    reason: 'ERROR',
    errorCode: 'FLAG_NOT_FOUND' as never,
    errorMessage: `\`${flag}\` is no flag of Gatehouse`,
  }
}

function resolve(
  state: SwitchedOff | undefined,
  isStale: boolean,
  { flag, fallback, tenant }: { readonly flag: string; readonly fallback: boolean; readonly tenant: unknown },
): Resolution<boolean> {
  const [, kind, name] = FLAG.exec(flag) ?? []
  if (state === undefined || (flag !== 'system' && kind === undefined)) return unknown(flag, fallback)
  const isOff =
    state.system ||
    (typeof tenant === 'string' && state.tenant.includes(tenant)) ||
    (kind !== undefined && state[kind as 'tool'].includes(name ?? ''))
  return { value: !isOff, reason: isOff ? 'DISABLED' : isStale ? 'STALE' : 'STATIC', flagMetadata: { stale: isStale } }
}

/** Undefined: no answer of a gateway. */
function readState(body: unknown): SwitchedOff | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { off } = body as { readonly off?: Partial<SwitchedOff> }
  const lists = [off?.tool, off?.model, off?.prompt, off?.tenant]
  const isWhole =
    typeof off?.system === 'boolean' &&
    lists.every((list) => Array.isArray(list) && list.every((name) => typeof name === 'string'))
  return isWhole ? (off as SwitchedOff) : undefined
}
