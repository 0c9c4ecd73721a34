import { readFile, stat } from 'node:fs/promises'
import type { Clock } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseGatewayConfig, type GatewayConfig } from '../../contract/gateway-config/gateway-config.ts'
import type { RegionRules } from '../../domain/routing/plan-route.ts'
import { WorkloadTokens } from '../http/workload-tokens.ts'
import { errnoOf } from '../files/errno.ts'
import { LimitStores } from '../limits/limit-stores.ts'
import { limiterOf, type Limiter } from '../limits/limiter.ts'
import { configuredUpstreams } from '../providers/transport/configured-upstreams.ts'
import { ReloadableTransport } from '../providers/transport/reloadable-transport.ts'
import type { UpstreamProtocol } from '../providers/transport/transport.ts'
import { ResilientTransport, type TransportPorts } from '../providers/transport/resilient-transport.ts'
import { RotatingSecrets } from '../secrets/rotating-secrets.ts'
import type { McpPlace } from '../mcp/mcp-place.ts'
import { mcpPlaceOf, mcpSecretPlaces } from './mcp-places.ts'
import { readSecret, type SecretPlace, type SecretPorts } from '../secrets/secret-source.ts'

export interface LiveConfigPorts extends TransportPorts, SecretPorts {
  readonly clock: Clock
  readonly log: (line: string) => void
}

/** An upstream that whoever starts the process names, with its key. */
export interface NamedUpstream {
  readonly id: string
  readonly protocol: UpstreamProtocol
  readonly url: string
  readonly key: string | undefined
  readonly apiVersion?: string | undefined
  readonly models?: readonly string[] | undefined
  readonly region?: string | undefined
}

/** Where the configuration comes from: a file that is watched, or upstreams named at the start. */
export type ConfigSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'named'; readonly upstreams: readonly NamedUpstream[] }

const LOOK_MS = 1_000

/** The configuration in force: taken whole when it is valid, kept as it was when it is not. */
export class LiveConfig {
  readonly transport: ReloadableTransport
  readonly #source: ConfigSource
  readonly #ports: LiveConfigPorts
  #config: GatewayConfig
  #secrets: RotatingSecrets
  #regions: RegionRules
  #stamp: string
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> = Promise.resolve()
  #problem: string | undefined
  #limiter: Limiter
  readonly #stores: LimitStores
  #tokens: WorkloadTokens

  // oxlint-disable-next-line max-params -- where it comes from and what it says, what it needs and where it counts
  private constructor(source: ConfigSource, ports: LiveConfigPorts, taken: Taken, stores: LimitStores) {
    this.#stores = stores
    this.#source = source
    this.#ports = ports
    this.#config = taken.config
    this.#secrets = taken.secrets
    this.#stamp = taken.stamp
    this.#regions = regionRules(taken.config)
    this.#limiter = taken.limiter
    this.#tokens = new WorkloadTokens(taken.config.identity?.issuers ?? [], ports.clock)
    this.transport = new ReloadableTransport(transportOf(taken, ports))
  }

  static async open(source: ConfigSource, ports: LiveConfigPorts): Promise<Result<LiveConfig, readonly Problem[]>> {
    const stores = new LimitStores(ports)
    const taken = await take(source, ports, { stores })
    if (!taken.ok) return taken
    const live = new LiveConfig(source, ports, taken.value, stores)
    if (source.kind === 'file') {
      live.#timer = setInterval(() => void live.reloadIfChanged(), LOOK_MS)
      live.#timer.unref()
    }
    return ok(live)
  }

  get config(): GatewayConfig {
    return this.#config
  }

  /** Tokens of identity providers that stand for a system. */
  get tokens(): WorkloadTokens {
    return this.#tokens
  }

  /** Where a system's MCP server runs, with its secrets as they are now. */
  mcpPlaceOf(system: string, server: string): McpPlace | undefined {
    return mcpPlaceOf(this.#config, { system, server, secretOf: (name) => this.#secrets.current(name) })
  }

  get regions(): RegionRules {
    return this.#regions
  }

  /** Why the file as it is now is not in force, or undefined. */
  get problem(): string | undefined {
    return this.#problem
  }

  get limiter(): Limiter {
    return this.#limiter
  }

  /** One at a time: two looks at once must not take one file twice. */
  reloadIfChanged(isForced = false): Promise<void> {
    const next = this.#running.then(async () => {
      if (this.#source.kind === 'file' && (isForced || (await stampOf(this.#source.path)) !== this.#stamp))
        await this.#reload()
    })
    this.#running = next
    return next
  }

  async #reload(): Promise<void> {
    const before = { config: this.#config, limiter: this.#limiter }
    const taken = await take(this.#source, this.#ports, { stores: this.#stores, before })
    if (!taken.ok) {
      const [first] = taken.failure
      const place = first?.at === undefined ? '' : `${first.at.file}:${first.at.line}:${first.at.column} `
      this.#problem = `${place}${first?.message ?? 'invalid'}`
      if (this.#source.kind === 'file') this.#stamp = await stampOf(this.#source.path)
      this.#ports.log(`configuration not taken, the last good one stays: ${this.#problem}`)
      return
    }
    const [secrets, tokens] = [this.#secrets, this.#tokens]
    if (JSON.stringify(this.#config.identity) !== JSON.stringify(taken.value.config.identity))
      this.#tokens = new WorkloadTokens(taken.value.config.identity?.issuers ?? [], this.#ports.clock)
    this.#config = taken.value.config
    this.#secrets = taken.value.secrets
    this.#stamp = taken.value.stamp
    this.#regions = regionRules(taken.value.config)
    this.#problem = undefined
    this.transport.replace(transportOf(taken.value, this.#ports))
    this.#limiter = taken.value.limiter
    this.#ports.log('configuration taken')
    await secrets.close()
    if (tokens !== this.#tokens) await tokens[Symbol.asyncDispose]()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    await this.transport.close()
    await this.#secrets.close()
    await this.#tokens[Symbol.asyncDispose]()
    await this.#stores[Symbol.asyncDispose]()
  }
}

interface Taken {
  readonly config: GatewayConfig
  readonly secrets: RotatingSecrets
  readonly stamp: string
  readonly limiter: Limiter
  readonly namedKeys: ReadonlyMap<string, string | undefined>
}

/** Where limits are counted, and what was in force until now. */
interface Counted {
  readonly stores: LimitStores
  readonly before?: Pick<Taken, 'config' | 'limiter'> | undefined
}

async function take(
  source: ConfigSource,
  ports: LiveConfigPorts,
  counted: Counted,
): Promise<Result<Taken, readonly Problem[]>> {
  const stamp = source.kind === 'file' ? await stampOf(source.path) : ''
  const parsed = source.kind === 'file' ? await readConfig(source.path) : ok(namedConfig(source.upstreams))
  if (!parsed.ok) return parsed
  const places = new Map<string, SecretPlace>()
  for (const { id, key } of parsed.value.upstreams) if (key !== undefined) places.set(id, key)
  for (const [name, place] of mcpSecretPlaces(parsed.value)) places.set(name, place)
  const secrets = await RotatingSecrets.open(places, ports)
  const named = source.kind === 'named' ? source.upstreams : []
  const limiter = await limiterFor(parsed.value, ports, counted)
  return ok({
    config: parsed.value,
    secrets,
    stamp,
    limiter,
    namedKeys: new Map(named.map(({ id, key }) => [id, key])),
  })
}

/** Whatever changes, what was taken stays taken: a reload must not hand out every budget anew. */
async function limiterFor(
  { limits }: GatewayConfig,
  ports: LiveConfigPorts,
  { stores, before }: Counted,
): Promise<Limiter> {
  if (before !== undefined && JSON.stringify(before.config.limits) === JSON.stringify(limits)) return before.limiter
  const url = limits?.redis?.url
  return limiterOf(limits, { ...ports, stores, redisUrl: url === undefined ? null : await readSecret(url, ports) })
}

async function readConfig(path: string): Promise<Result<GatewayConfig, readonly Problem[]>> {
  try {
    return parseGatewayConfig(path, await readFile(path, 'utf8'))
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined) throw error
    return fail([
      {
        code: 'gateway-config/unreadable',
        message: `\`${path}\` cannot be read (${code})`,
        next: 'check the path and its rights',
      },
    ])
  }
}

/** Changes when the file does; a file that is gone has a stamp as well. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined) throw error
    return code
  }
}

function namedConfig(upstreams: readonly NamedUpstream[]): GatewayConfig {
  return {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'Gateway',
    upstreams: upstreams.map(({ id, protocol, url, apiVersion, region, models }) => ({
      id,
      protocol,
      url,
      apiVersion,
      region,
      network: 'private',
      ...(models === undefined ? {} : { models: [...models] }),
    })),
  }
}

function transportOf({ config, secrets, namedKeys }: Taken, ports: LiveConfigPorts): ResilientTransport {
  const options = configuredUpstreams(config.upstreams, (id) => secrets.current(id))
  return new ResilientTransport(
    options.map((upstream) =>
      namedKeys.has(upstream.id) ? { ...upstream, key: () => namedKeys.get(upstream.id) } : upstream,
    ),
    ports,
  )
}

function regionRules({ regions }: GatewayConfig): RegionRules {
  return {
    tenants: new Map(Object.entries(regions?.tenants ?? {})),
    dataClasses: new Map(Object.entries(regions?.dataClasses ?? {})) as RegionRules['dataClasses'],
  }
}
