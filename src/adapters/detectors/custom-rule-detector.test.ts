import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import { detectorRunner } from '../../application/guard/run-detectors.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { systemDeadline } from '../clock/system-deadline.ts'
import { customRuleDetector, type CustomRuleOptions } from './custom-rule-detector.ts'
import type { RemoteDetector } from './http-detector.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
})
afterAll(() => cleanUp.disposeAsync())

const never = new AbortController().signal
let count = 0

async function rule(
  source: string,
  options: Partial<CustomRuleOptions> = {},
): Promise<RemoteDetector & AsyncDisposable> {
  count += 1
  const file = join(folder, `rule ${count} #.mjs`)
  await writeFile(file, source)
  const detector = customRuleDetector({
    id: 'own',
    version: '1',
    file,
    category: 'topic',
    deadlineMs: 5_000,
    ...options,
  })
  return { ...detector, [Symbol.asyncDispose]: () => detector.close() }
}

test('a rule scores each text, as a number or with spans', async () => {
  await using detector = await rule(`export function judge(text) {
    const start = text.indexOf('lottery')
    return start < 0 ? 0 : { score: 0.9, spans: [{ start, end: start + 7 }] }
  }`)
  expect(await detector.detect(['win the lottery', 'hello'], never)).toEqual({
    ok: true,
    value: [
      { score: 0.9, category: 'topic', spans: [{ start: 8, end: 15 }] },
      { score: 0, category: 'topic', spans: [] },
    ],
  })
})

test('a rule may be asynchronous, and calls at the same time each get their own answer', async () => {
  await using detector = await rule(`export const judge = async (text) => Number(text)`)
  const scores = ['0.1', '0.2', '0.3', '0.4']
  const outcomes = await Promise.all(scores.map((score) => detector.detect([score], never)))
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value[0]?.score : undefined))).toEqual([0.1, 0.2, 0.3, 0.4])
})

const HOSTILE = `export function judge(text) {
  if (text === 'loop') for (;;);
  if (text === 'wait') return new Promise(() => undefined)
  if (text === 'heap') { const kept = []; for (;;) kept.push(new Array(100_000).fill(text + kept.length)) }
  if (text === 'stack') { const dive = () => dive() + 1; return dive() }
  if (text === 'exit') process.exit(0)
  if (text === 'throw') throw new Error('the text was ' + text)
  if (text === 'undefined') return undefined
  if (text === 'symbol') return { score: Symbol('x') }
  return 0.2
}`

describe('a rule that goes wrong fails, for this text, and the next call is served', () => {
  test.each([
    { text: 'loop', deadlineMs: 300, code: 'timeout' },
    { text: 'wait', deadlineMs: 300, code: 'timeout' },
    { text: 'heap', deadlineMs: 30_000, code: 'rule-failed' },
    { text: 'stack', deadlineMs: 30_000, code: 'rule-failed' },
    { text: 'exit', deadlineMs: 30_000, code: 'rule-failed' },
    { text: 'throw', deadlineMs: 30_000, code: 'rule-failed' },
    { text: 'undefined', deadlineMs: 30_000, code: 'rule-failed' },
    { text: 'symbol', deadlineMs: 30_000, code: 'rule-failed' },
  ])('$text: detector/$code', async ({ text, deadlineMs, code }) => {
    await using detector = await rule(HOSTILE, { deadlineMs, memoryMb: 32 })
    const outcome = await detector.detect([text], never)
    expect(outcome).toMatchObject({ ok: false, failure: { code: `detector/${code}`, cause: 'text' } })
    expect(JSON.stringify(outcome)).not.toContain('the text was')
    expect(await detector.detect(['fine'], never)).toMatchObject({ ok: true, value: [{ score: 0.2 }] })
  })
})

test.each([
  { what: 'a syntax error', source: 'export function judge( {' },
  { what: 'no function `judge`', source: 'export const judge = 1' },
  { what: 'a throw while it loads', source: 'throw new Error("no")' },
])('a rule file with $what is unloadable', async ({ source }) => {
  await using detector = await rule(source)
  expect(await detector.detect(['x'], never)).toMatchObject({
    failure: { code: 'detector/rule-unloadable', cause: 'service' },
  })
})

test('a caller that goes away ends the rule', async () => {
  await using detector = await rule(HOSTILE)
  await detector.detect(['fine'], never)
  const caller = new AbortController()
  const outcome = detector.detect(['loop'], caller.signal)
  caller.abort()
  expect(await outcome).toMatchObject({ failure: { code: 'detector/aborted' } })
  expect(await detector.detect(['fine'], never)).toMatchObject({ ok: true })
})

test('calls take turns, so that a text that loops ends nobody else’s call', async () => {
  await using detector = await rule(HOSTILE, { deadlineMs: 500 })
  const outcomes = await Promise.all(['fine', 'loop', 'fine', 'fine'].map((text) => detector.detect([text], never)))
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, true])
})

test('the rule sees no environment', async () => {
  await using detector = await rule('export const judge = () => Math.min(1, Object.keys(process.env).length)')
  expect(await detector.detect(['x'], never)).toMatchObject({ ok: true, value: [{ score: 0 }] })
})

test('a score that is none is caught by the runner', async () => {
  await using detector = await rule('export const judge = () => ({ score: "high", spans: [] })')
  const run = detectorRunner(
    [{ detector, setting: { at: 0.5, action: 'log', onError: 'block', deadlineMs: 10_000 } }],
    {
      nowMs: monotonicMs,
      deadline: systemDeadline,
    },
  )
  expect(await run(['x'], 'input', never)).toMatchObject([[{ outcome: { failure: { code: 'detector/bad-verdict' } } }]])
})
