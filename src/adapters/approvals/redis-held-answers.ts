import type { HeldAnswers } from '../../application/gateway/held-answers.ts'
import { openRedis } from '../redis/open-redis.ts'

const PREFIX = 'gatehouse:held:'

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
  return {
    keep: async (id, sealed, ttlMs) =>
      (await call(() => redis.set(PREFIX + id, sealed, 'PX', Math.max(1, Math.floor(ttlMs)), 'NX'))) === 'OK',
    read: async (id) => (await call(() => redis.get(PREFIX + id))) ?? undefined,
    take: async (id) => typeof (await call(() => redis.getdel(PREFIX + id))) === 'string',
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  }
}
