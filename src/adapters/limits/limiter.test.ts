import { expect, test } from 'vitest'
import { monotonicMs, systemClock } from '../clock/system-clock.ts'
import { estimateTokens } from '../tokens/estimate-tokens.ts'
import { limiterOf, type CallUsage, type LimitedCall, type Limiter } from './limiter.ts'

const BUDGET = 100_000
const LONG = 'another few words here, to be counted as tokens. '.repeat(100)
const MODEL = 'model-a'

const call = (answerTokensMax: number, id = 'first'): LimitedCall => ({
  scope: 'org/shop/local',
  id,
  by: { key: ['k'], tenant: [], system: ['shop'], tool: [] },
  tier: 'T1',
  model: MODEL,
  texts: () => ['Hi'],
  images: [],
  sounds: [],
  answerTokensMax,
  choices: 1,
})

const limiter = (): Limiter =>
  limiterOf(
    { rules: [{ id: 'tokens', per: 'system', unit: 'tokens', amount: BUDGET, period: 'month' }] },
    { clock: systemClock, monotonicMs, redisUrl: null, log: () => undefined },
  )

/** The longest answer that would still be let through, by halving. */
async function answerLeft(limits: Limiter): Promise<number> {
  let [fits, tooMuch] = [0, BUDGET + 1]
  while (tooMuch - fits > 1) {
    const tried = Math.floor((fits + tooMuch) / 2)
    const verdict = await limits.admit(call(tried, `try-${tried}`))
    if (verdict.kind === 'granted') {
      await verdict.settle('none')
      fits = tried
    } else tooMuch = tried
  }
  return fits
}

const input = await estimateTokens(MODEL, ['Hi'])
const long = await estimateTokens(MODEL, [LONG])

test.each<{
  name: string
  usage: CallUsage | 'none' | undefined
  came: readonly string[]
  reserved: number
  charged: number
}>([
  {
    name: 'more than was estimated, nobody says how much',
    usage: undefined,
    came: [LONG],
    reserved: 50,
    charged: input + long,
  },
  {
    name: 'less than was estimated, nobody says how much',
    usage: undefined,
    came: ['Hi'],
    reserved: 50,
    charged: input + 50,
  },
  { name: 'empty texts, nobody says how much', usage: undefined, came: ['', '', ''], reserved: 5, charged: input + 5 },
  {
    name: 'much, and the provider says how much',
    usage: { inputTokens: 3, outputTokens: 4 },
    came: [LONG],
    reserved: 50,
    charged: 7,
  },
  { name: 'nothing, as no provider was reached', usage: 'none', came: [], reserved: 50, charged: 0 },
])('an answer of which came $name', async ({ usage, came, reserved, charged }) => {
  await using limits = limiter()
  const verdict = await limits.admit(call(reserved))
  if (verdict.kind !== 'granted') throw new Error(verdict.kind)
  await verdict.settle(usage, undefined, () => came)
  expect(BUDGET - input - (await answerLeft(limits))).toBe(charged)
})

test('what came is not looked at where only requests count', async () => {
  await using limits = limiterOf(
    { rules: [{ id: 'requests', per: 'system', unit: 'requests', amount: 5, period: 'day' }] },
    { clock: systemClock, monotonicMs, redisUrl: null, log: () => undefined },
  )
  const verdict = await limits.admit(call(50))
  if (verdict.kind !== 'granted') throw new Error(verdict.kind)
  await verdict.settle(undefined, undefined, () => {
    throw new Error('counted')
  })
})
