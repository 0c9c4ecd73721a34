import type { IncomingHttpHeaders } from 'node:http'

/**
 * How bytes travel to upstreams and back: pools, time-outs, retries, breakers, fallbacks. It knows HTTP and nothing of
 * what the bytes mean: codecs stand on it.
 */
export interface Transport {
  /**
   * One request, to the first target that answers. `prepare` is asked anew for every target that is tried, so admission
   * and guards judge each one; no byte of the answer has been handed on before the target is settled.
   */
  send(request: TransportRequest): Promise<TransportOutcome>
  /** Upstreams by id, as configured now. */
  readonly upstreams: ReadonlyMap<string, UpstreamInfo>
  /** What each upstream is like at the moment, for metrics and the operator. */
  health(): readonly UpstreamHealth[]
  close(): Promise<void>
}

export type UpstreamProtocol = 'openai' | 'anthropic' | 'azure-openai' | 'ollama'

/** What a codec may know of an upstream; never its key. */
export interface UpstreamInfo {
  readonly id: string
  readonly protocol: UpstreamProtocol
  /** Path in front of each request's path, without a slash at its end. */
  readonly basePath: string
  readonly region: string | undefined
  readonly models: ReadonlySet<string> | undefined
  /** Azure OpenAI: `api-version` of each call. */
  readonly apiVersion: string | undefined
}

export interface TransportTarget {
  readonly upstream: string
  readonly model: string
}

export type PreparedRequest =
  | {
      readonly kind: 'send'
      /** Behind the upstream's base path; starts with a slash. */
      readonly path: string
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly body: string
    }
  /** This target must not have the request: the next one is tried. */
  | { readonly kind: 'refuse'; readonly reason: string }

export interface TransportRequest {
  /** In order of preference; none is tried twice except by retries. */
  readonly targets: readonly TransportTarget[]
  readonly prepare: (target: TransportTarget, upstream: UpstreamInfo) => PreparedRequest
  readonly signal: AbortSignal
}

/** One try, as records and metrics tell it. */
export interface TransportAttempt {
  readonly upstream: string
  readonly model: string
  /** Status of the answer, or null when there was none. */
  readonly status: number | null
  readonly code: TransportCode | null
  readonly ms: number
}

export type TransportCode =
  | 'upstream/connect-failed'
  | 'upstream/dns-failed'
  | 'upstream/address-refused'
  | 'upstream/connect-timeout'
  | 'upstream/first-byte-timeout'
  | 'upstream/inter-token-timeout'
  | 'upstream/total-timeout'
  | 'upstream/reset'
  | 'upstream/malformed'
  | 'upstream/redirect'
  | 'upstream/too-large'
  | 'upstream/queue-full'
  | 'upstream/circuit-open'
  | 'upstream/ejected'
  | 'upstream/cooling-down'
  | 'upstream/no-key'
  | 'upstream/unknown'
  | 'upstream/refused'
  | 'upstream/cancelled'
  | 'upstream/closed'

export interface TransportFailure {
  readonly code: TransportCode
  /** For people; holds nothing of a key or an address. */
  readonly reason: string
  /** Status of an answer that is not passed on. */
  readonly status?: number | undefined
  /** Milliseconds after which trying again makes sense, where somebody said so. */
  readonly retryAfterMs?: number | undefined
}

export type TransportOutcome =
  | {
      readonly kind: 'response'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: ResponseBody
      readonly target: TransportTarget
      readonly attempts: readonly TransportAttempt[]
    }
  | { readonly kind: 'failed'; readonly failure: TransportFailure; readonly attempts: readonly TransportAttempt[] }

/** How a body ended: whole, or broken off with the reason. */
export type BodyEnd = { readonly kind: 'end' } | { readonly kind: 'broken'; readonly failure: TransportFailure }

export interface ResponseBody {
  /**
   * Hands over each piece as it comes; while a returned promise is pending the upstream is held back. Resolves once,
   * never rejects for what an upstream or a client does; an exception of `onBytes` cancels the body and is thrown.
   */
  read(onBytes: (bytes: Buffer) => void | Promise<void>): Promise<BodyEnd>
  /** The whole body as text, up to a bound. */
  text(
    bytesMax: number,
  ): Promise<
    { readonly kind: 'text'; readonly text: string } | { readonly kind: 'broken'; readonly failure: TransportFailure }
  >
  /** Nobody wants the rest: the upstream is told at once. */
  cancel(): void
}

export interface UpstreamHealth {
  readonly id: string
  readonly inFlight: number
  readonly breaker: 'closed' | 'open' | 'trying'
  readonly isEjected: boolean
  readonly coolsDownForMs: number
  /** Status by which it refused the gateway itself (its key, its account, a deployment) and has not answered since; else null. */
  readonly refusedStatus: number | null
}
