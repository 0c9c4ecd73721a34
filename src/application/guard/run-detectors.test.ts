import { describe, expect, test } from 'vitest'
import { fail, ok, type Result } from '../../base/result.ts'
import type { Detector, DetectorFailure, DetectorSetting, DetectorVerdict } from '../../domain/guardrail/detector.ts'
import { resolveGuardPolicy } from '../../domain/guardrail/guard-policy.ts'
import { guardText } from '../../domain/guardrail/guard-text.ts'
import { guardWithDetectors, type GuardedText } from './guard-with-detectors.ts'
import { detectorRunner, type DetectorPorts, type DetectorRunner } from './run-detectors.ts'

const SETTING: DetectorSetting = { at: 0.5, action: 'block', onError: 'degrade', deadlineMs: 100 }
const never = new AbortController().signal

type Outcome = Result<readonly DetectorVerdict[], DetectorFailure>

/** A detector that a user might have written: one word is bad. It keeps what it was asked. */
function wordDetector(
  id: string,
  judge: (texts: readonly string[], signal: AbortSignal) => Promise<Outcome> | Outcome = wordVerdicts,
): Detector & { readonly asked: string[][] } {
  const asked: string[][] = []
  return {
    id,
    version: '1',
    asked,
    async detect(texts, signal) {
      asked.push([...texts])
      return judge(texts, signal)
    },
  }
}

function wordVerdicts(texts: readonly string[]): Outcome {
  return ok(texts.map((text) => ({ score: text.includes('evil') ? 0.9 : 0.1, category: 'injection' })))
}

/** A clock that stands until it is moved, and deadlines that end when told. */
function standingPorts(): DetectorPorts & { now: number; endAll(): void } {
  const open = new Set<AbortController>()
  return {
    now: 0,
    nowMs() {
      return this.now
    },
    deadline(_, parent) {
      const controller = new AbortController()
      open.add(controller)
      parent.addEventListener('abort', () => controller.abort(), { once: true })
      if (parent.aborted) controller.abort()
      return { signal: controller.signal, release: () => void open.delete(controller) }
    },
    endAll() {
      for (const controller of open) controller.abort()
    },
  }
}

const broken = (cause: DetectorFailure['cause']): Outcome =>
  fail({ code: 'detector/unreachable', message: 'not there', cause })

test('each text gets the reports of every detector of its side, in order', async () => {
  const [first, second, outputOnly] = [wordDetector('first'), wordDetector('second'), wordDetector('output-only')]
  const run = detectorRunner(
    [
      { detector: first, setting: SETTING },
      { detector: outputOnly, setting: SETTING, sides: ['output'] },
      { detector: second, setting: SETTING, sides: ['input', 'document'] },
    ],
    standingPorts(),
  )
  const reports = await run(['good', 'evil'], 'input', never)
  expect(
    reports.map((each) => each.map(({ id, outcome }) => [id, outcome.ok ? outcome.value.score : outcome.failure.code])),
  ).toEqual([
    [
      ['first', 0.1],
      ['second', 0.1],
    ],
    [
      ['first', 0.9],
      ['second', 0.9],
    ],
  ])
  expect(outputOnly.asked).toEqual([])
})

test('nothing to judge asks nobody', async () => {
  const detector = wordDetector('word')
  expect(await detectorRunner([{ detector, setting: SETTING }], standingPorts())([], 'input', never)).toEqual([])
  expect(detector.asked).toEqual([])
})

const verdict = { score: 1, category: 'pii' }
const NONSENSE: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 7],
  ['a list', [verdict]],
  ['no value', { ok: true }],
  ['a value that is no list', { ok: true, value: { length: 1, 0: verdict } }],
  ['a verdict that is nothing', { ok: true, value: [null] }],
  ['a hole', { ok: true, value: Array(1) }],
  ['a score in words', { ok: true, value: [{ ...verdict, score: '1' }] }],
  ['a category that there is not', { ok: true, value: [{ ...verdict, category: 'fine' }] }],
  ['spans that are none', { ok: true, value: [{ ...verdict, spans: [null] }] }],
  ['spans that are no list', { ok: true, value: [{ ...verdict, spans: 'all' }] }],
  ['no failure', { ok: false }],
  ['a failure without a code', { ok: false, failure: { cause: 'service' } }],
  ['a failure whose code is a sentence', { ok: false, failure: { code: 'the text was: secret', cause: 'service' } }],
  ['neither', { ok: 'yes', value: [verdict] }],
]

test('a failure that does not say whose it is counts as the text’s, which never degrades', async () => {
  const detector = wordDetector(
    'vague',
    () => ({ ok: false, failure: { code: 'own/odd', message: 'x' } }) as unknown as Outcome,
  )
  const run = detectorRunner([{ detector, setting: SETTING }], standingPorts())
  const judged = [{ raw: 'x', judgement: guardText('x', resolveGuardPolicy(undefined, 'T1').output) }]
  expect(await guardWithDetectors(judged, run, { side: 'output', signal: never })).toMatchObject([{ action: 'block' }])
})

test.each([
  ['throws', () => Promise.reject(new Error('no'))],
  [
    'throws at once',
    () => {
      throw new Error('no')
    },
  ],
  ['resolves nothing', async () => undefined],
  ['has no report of a text', async () => []],
  ['has a report that is none', async () => [undefined]],
])('where the runner %s, nothing goes on', async (_what, run) => {
  const judged = [{ raw: 'x', judgement: guardText('x', resolveGuardPolicy(undefined, 'T1').output) }]
  expect(
    await guardWithDetectors(judged, run as unknown as DetectorRunner, { side: 'output', signal: never }),
  ).toMatchObject([{ action: 'block', text: '', findings: [{ detector: 'guard/failed' }] }])
})

describe('what a detector does wrong is its failure, and nobody else’s', () => {
  test.each<{ what: string; judge: () => Outcome | Promise<Outcome>; code: string }>([
    { what: 'throws', judge: () => Promise.reject(new Error('the text was: secret')), code: 'detector/threw' },
    { what: 'gives too few verdicts', judge: () => ok([]), code: 'detector/bad-verdict' },
    { what: 'scores above 1', judge: () => ok([{ score: 2, category: 'pii' }]), code: 'detector/bad-verdict' },
    { what: 'scores NaN', judge: () => ok([{ score: Number.NaN, category: 'pii' }]), code: 'detector/bad-verdict' },
    ...NONSENSE.map(([what, said]) => ({
      what: `resolves ${what}`,
      judge: () => said as Outcome,
      code: 'detector/bad-verdict',
    })),
    {
      what: 'throws where it is read',
      judge: () => ({
        get ok(): true {
          throw new Error('secret')
        },
        value: [],
      }),
      code: 'detector/threw',
    },
    {
      what: 'throws at once',
      judge: () => {
        throw new Error('secret')
      },
      code: 'detector/threw',
    },
    {
      what: 'points past the text',
      judge: () => ok([{ score: 1, category: 'pii', spans: [{ start: 0, end: 99 }] }]),
      code: 'detector/bad-verdict',
    },
  ])('$what', async ({ judge, code }) => {
    const run = detectorRunner(
      [
        { detector: wordDetector('wrong', judge), setting: SETTING },
        { detector: wordDetector('right'), setting: SETTING },
      ],
      standingPorts(),
    )
    const [reports] = await run(['evil'], 'input', never)
    expect(reports?.map(({ outcome }) => (outcome.ok ? 'ok' : outcome.failure.code))).toEqual([code, 'ok'])
    expect(JSON.stringify(reports)).not.toContain('secret')
  })
})

test('a detector that heeds no signal is left behind at its deadline', async () => {
  const ports = standingPorts()
  const detector = wordDetector('deaf', () => new Promise<Outcome>(() => undefined))
  const reports = detectorRunner([{ detector, setting: SETTING }], ports)(['x'], 'input', never)
  ports.endAll()
  expect(await reports).toMatchObject([[{ outcome: { ok: false, failure: { code: 'detector/timeout' } } }]])
})

test.each([
  { what: 'a short text', text: 'x'.repeat(4_000), promptChars: undefined, cause: 'service' },
  { what: 'a long text', text: 'x'.repeat(4_001), promptChars: undefined, cause: 'text' },
  { what: 'any text of a detector that text can slow down', text: 'x', promptChars: 0, cause: 'text' },
])('a deadline that passes over $what is the doing of the $cause', async ({ text, promptChars, cause }) => {
  const ports = standingPorts()
  const detector = { ...wordDetector('slow', () => new Promise<Outcome>(() => undefined)), promptChars }
  const reports = detectorRunner([{ detector, setting: SETTING }], ports)(['short', text], 'input', never)
  ports.endAll()
  expect(await reports).toMatchObject([
    [{ outcome: { failure: { code: 'detector/timeout', cause: promptChars === 0 ? 'text' : cause } } }],
    [{ outcome: { failure: { code: 'detector/timeout', cause } } }],
  ])
})

test('a caller that is gone before it asks: nothing is sent', async () => {
  const detector = wordDetector('word')
  const gone = AbortSignal.abort()
  const reports = await detectorRunner([{ detector, setting: SETTING }], standingPorts())(['x'], 'input', gone)
  expect(reports).toMatchObject([[{ outcome: { failure: { code: 'detector/aborted' } } }]])
  expect(detector.asked).toEqual([])
})

test('five failures of the service in a row open the breaker; after its time one call tries', async () => {
  const ports = standingPorts()
  let isUp = false
  const detector = wordDetector('flaky', (texts) => (isUp ? wordVerdicts(texts) : broken('service')))
  const run = detectorRunner([{ detector, setting: SETTING }], ports)
  const codeOf = async (): Promise<string> => {
    const outcome = (await run(['x'], 'input', never))[0]?.[0]?.outcome
    return outcome === undefined ? 'none' : outcome.ok ? 'ok' : outcome.failure.code
  }
  for (let call = 0; call < 5; call++) expect(await codeOf()).toBe('detector/unreachable')
  expect(await codeOf()).toBe('detector/circuit-open')
  expect(detector.asked).toHaveLength(5)
  isUp = true
  ports.now = 29_999
  expect(await codeOf()).toBe('detector/circuit-open')
  ports.now = 30_000
  expect(await codeOf()).toBe('ok')
  expect(await codeOf()).toBe('ok')
})

test('failures that the text brings about, and callers that go away, never open the breaker', async () => {
  const detector = wordDetector('picky', () => broken('text'))
  const run = detectorRunner([{ detector, setting: SETTING }], standingPorts())
  for (let call = 0; call < 20; call++) await run(['x'], 'input', never)
  for (let call = 0; call < 20; call++) await run(['x'], 'input', AbortSignal.abort())
  expect(await run(['x'], 'input', never)).toMatchObject([[{ outcome: { failure: { code: 'detector/unreachable' } } }]])
  expect(detector.asked).toHaveLength(21)
})

test('the 65th call at a time is told that the detector is busy', async () => {
  const ports = standingPorts()
  const detector = wordDetector('slow', () => new Promise<Outcome>(() => undefined))
  const run = detectorRunner([{ detector, setting: SETTING }], ports)
  const out = Array.from({ length: 64 }, () => run(['x'], 'input', never))
  expect(await run(['x'], 'input', never)).toMatchObject([[{ outcome: { failure: { code: 'detector/busy' } } }]])
  ports.endAll()
  await Promise.all(out)
})

test.each([
  { what: '1,001 texts', texts: Array<string>(1_001).fill('x') },
  { what: '2,000,001 characters', texts: ['x'.repeat(1_000_001), 'x'.repeat(1_000_000)] },
])('$what at once are refused, not passed', async ({ texts }) => {
  const detector = wordDetector('word')
  const reports = await detectorRunner([{ detector, setting: SETTING }], standingPorts())(texts, 'input', never)
  expect(reports).toHaveLength(texts.length)
  expect(reports[0]).toMatchObject([{ outcome: { failure: { code: 'detector/too-long', cause: 'text' } } }])
  expect(detector.asked).toEqual([])
})

test('detectors raise what the guard passed, see only what would go on, and nothing that is blocked', async () => {
  const policy = resolveGuardPolicy(undefined, 'T1')
  const detector = wordDetector('word')
  const run = detectorRunner([{ detector, setting: SETTING }], standingPorts())
  const raws = ['good', 'evil', 'mail bob@example.com', `evil \ud800`, '']
  const guarded: GuardedText[] = raws.map((raw) => ({ raw, judgement: guardText(raw, policy.output) }))
  guarded.push({ raw: 'evil too', judgement: { action: 'block', score: 0.9, findings: [], text: 'evil too' } })
  const raised = await guardWithDetectors(guarded, run, { side: 'output', signal: never })
  expect(detector.asked).toEqual([['good', 'evil', 'mail [EMAIL]']])
  expect(raised.map(({ action }) => action)).toEqual(['allow', 'block', 'redact', 'block', 'allow', 'block'])
  expect(raised[1]).toMatchObject({
    score: 0.9,
    findings: [
      { detector: 'detector/word', category: 'injection', start: 0, end: 4, score: 0.9, guarantee: 'detector' },
    ],
  })
})
