import { HELD_PER_OWNER_MAX, type HeldAnswers } from '../../application/gateway/held-answers.ts'
import { DAY_MS } from '../../base/instant.ts'
import { systemClock } from '../clock/system-clock.ts'
import { openRedis } from '../redis/open-redis.ts'

const PREFIX = 'gatehouse:held:'
const OWNER_LIFE_MS = 31 * DAY_MS
const OWNER_PREFIX = 'gatehouse:held-by:'

export interface SharedHeldAnswers extends HeldAnswers, AsyncDisposable {}

/** What waits, shared by many gateways in Redis or Valkey; `take` is one command, so one gateway has it. Away: nothing is kept or found. */
export function redisHeldAnswers(url: string): SharedHeldAnswers {
  const redis = openRedis(url)
  const call = async <Answer>(command: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await command()
    } catch (error) {
      if (error instanceof Error) return undefined
      throw error
    }
  }
  /** False: the owner has as many as they may. Gateways that ask at once may all be refused, never all be let in. */
  const addTo = async (owner: string, id: string, ttlMs: number): Promise<boolean> => {
    const now = systemClock()
    const answers = await redis
      .multi()
      .zremrangebyscore(OWNER_PREFIX + owner, '-inf', now)
      .zadd(OWNER_PREFIX + owner, now + ttlMs, id)
      .zcard(OWNER_PREFIX + owner)
      // What has ended goes by its own time; this is for owners who never come again.
      .pexpire(OWNER_PREFIX + owner, Math.max(ttlMs, OWNER_LIFE_MS))
      .exec()
    return Number(answers?.[2]?.[1] ?? Infinity) <= HELD_PER_OWNER_MAX
  }
  const takeFrom = (owner: string, id: string): Promise<unknown> => call(() => redis.zrem(OWNER_PREFIX + owner, id))
  return {
    async keep(id, sealed, { ttlMs, owner }) {
      const lifeMs = Math.max(1, Math.floor(ttlMs))
      const isKept =
        (await call(() => addTo(owner, id, lifeMs))) === true &&
        (await call(() => redis.set(PREFIX + id, sealed, 'PX', lifeMs, 'NX'))) === 'OK'
      if (!isKept) await takeFrom(owner, id)
      return isKept
    },
    read: async (id) => (await call(() => redis.get(PREFIX + id))) ?? undefined,
    async take(id, owner) {
      const isTaken = typeof (await call(() => redis.getdel(PREFIX + id))) === 'string'
      if (isTaken) await takeFrom(owner, id)
      return isTaken
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  }
}
