import { ADDRESS_REFUSED } from '../../http/pinned-lookup.ts'
import type { TransportCode, TransportFailure } from './transport.ts'

const REASONS: Readonly<Record<TransportCode, string>> = {
  'upstream/connect-failed': 'the provider cannot be reached',
  'upstream/dns-failed': 'the name of the provider cannot be resolved',
  'upstream/address-refused': 'the name of the provider leads to an address that it must not have',
  'upstream/connect-timeout': 'the connection to the provider took too long',
  'upstream/first-byte-timeout': 'the provider did not begin to answer in time',
  'upstream/inter-token-timeout': 'the provider paused for too long within its answer',
  'upstream/total-timeout': 'the answer of the provider took too long',
  'upstream/reset': 'the provider broke the connection off',
  'upstream/malformed': 'the answer of the provider is no HTTP',
  'upstream/redirect': 'the provider answered with a redirect, which is never followed',
  'upstream/too-large': 'the answer of the provider is too large',
  'upstream/queue-full': 'too many requests wait for the provider',
  'upstream/circuit-open': 'the provider failed repeatedly and is left alone for a while',
  'upstream/ejected': 'the provider fails too often and is left out for a while',
  'upstream/cooling-down': 'the provider asked for a pause',
  'upstream/no-key': 'the key of the provider cannot be read',
  'upstream/unknown': 'no such provider is configured',
  'upstream/refused': 'the request must not go to this provider',
  'upstream/cancelled': 'the client went away',
  'upstream/closed': 'the gateway is stopping',
}

export function transportFailure(code: TransportCode, retryAfterMs?: number): TransportFailure {
  return { code, reason: REASONS[code], ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

const CODES: ReadonlyMap<string, TransportCode> = new Map([
  ['ENOTFOUND', 'upstream/dns-failed'],
  ['EAI_AGAIN', 'upstream/dns-failed'],
  ['EAI_FAIL', 'upstream/dns-failed'],
  [ADDRESS_REFUSED, 'upstream/address-refused'],
  ['UND_ERR_CONNECT_TIMEOUT', 'upstream/connect-timeout'],
  ['ETIMEDOUT', 'upstream/connect-timeout'],
  ['ECONNRESET', 'upstream/reset'],
  ['EPIPE', 'upstream/reset'],
  ['UND_ERR_SOCKET', 'upstream/reset'],
  ['UND_ERR_HEADERS_OVERFLOW', 'upstream/malformed'],
  ['UND_ERR_INVALID_ARG', 'upstream/malformed'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'upstream/reset'],
  ['UND_ERR_CLOSED', 'upstream/closed'],
  ['UND_ERR_DESTROYED', 'upstream/closed'],
] as const)

/** What an error of the HTTP client means. Its own message stays here: it may hold an address. */
export function failureOfError(error: Error): TransportFailure {
  const code = 'code' in error ? String(error.code) : ''
  const known = CODES.get(code)
  if (known !== undefined) return transportFailure(known)
  return transportFailure(
    code.startsWith('HPE_') || error.name === 'HTTPParserError' ? 'upstream/malformed' : 'upstream/connect-failed',
  )
}
