import { Redis } from 'ioredis'

const COMMAND_TIMEOUT_MS = 500
const CONNECT_TIMEOUT_MS = 2_000
const RECONNECT_MAX_MS = 1_000

/** A client of Redis or Valkey that makes nobody wait: without a connection a command fails at once. */
export function openRedis(url: string): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(RECONNECT_MAX_MS, 50 * times),
  })
  // Every failed command says so to its caller; the client repeats it here for those who do not listen.
  redis.on('error', () => undefined)
  return redis
}
