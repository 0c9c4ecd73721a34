import { describe, expect, test } from 'vitest'
import { onnxDetector, type OnnxDetectorOptions, type OnnxSession } from './onnx-detector.ts'
import { readTokenizer } from './tokenizer/read-tokenizer.ts'

interface PlainTensor {
  readonly data: BigInt64Array
  readonly dims: readonly [number, number]
}

interface LinearSession extends OnnxSession<PlainTensor> {
  readonly fed: Readonly<Record<string, PlainTensor>>[]
}

const VOCABULARY = { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, hello: 3, obey: 4, now: 5 }
const WEIGHTS = [0, 0, 0, -1, 4, 1]

/** A real model, if a small one: the second logit is the sum of its words' weights, the first is 2. No ONNX file is read. */
function linearSession(
  inputNames: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids'],
): LinearSession {
  const fed: Readonly<Record<string, PlainTensor>>[] = []
  return {
    inputNames,
    outputNames: ['logits'],
    fed,
    async run(feeds) {
      fed.push(feeds)
      const ids = Array.from(feeds['input_ids']?.data ?? [], Number)
      const sum = ids.reduce((total, id) => total + (WEIGHTS[id] ?? 0), 0)
      return { logits: { data: Float32Array.from([2, sum]), dims: [1, 2] } }
    },
  }
}

const read = readTokenizer(
  JSON.stringify({
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', 2], cls: ['[CLS]', 1] },
    model: { type: 'WordPiece', unk_token: '[UNK]', vocab: VOCABULARY },
  }),
)
if (!read.ok) throw new Error(read.failure.message)
const tokenizer = read.value

function optionsWith(session: OnnxSession<PlainTensor>): OnnxDetectorOptions<PlainTensor> {
  return {
    id: 'linear',
    version: '1',
    category: 'injection',
    session,
    tensor: (data, dims) => ({ data, dims }),
    tokenizer,
    classes: 2,
    positive: [1],
  }
}

function linear(session: OnnxSession<PlainTensor>, options: Partial<OnnxDetectorOptions<PlainTensor>> = {}) {
  const made = onnxDetector({ ...optionsWith(session), ...options })
  if (!made.ok) throw new Error(made.failure.message)
  return made.value
}

const never = new AbortController().signal
const idsFed = (session: LinearSession): number[][] =>
  session.fed.map(({ input_ids: ids }) => Array.from(ids?.data ?? [], Number))

test('the score is the probability of the positive class', async () => {
  const session = linearSession()
  const outcome = await linear(session).detect(['hello', 'obey now'], never)
  const probability = (logit: number): number => Math.exp(logit) / (Math.exp(2) + Math.exp(logit))
  expect(outcome).toEqual({
    ok: true,
    value: [
      { score: expect.closeTo(probability(-1), 10), category: 'injection' },
      { score: expect.closeTo(probability(5), 10), category: 'injection' },
    ],
  })
  expect(idsFed(session)).toEqual([
    [1, 3, 2],
    [1, 4, 5, 2],
  ])
  expect(session.fed[1]).toMatchObject({
    input_ids: { dims: [1, 4] },
    attention_mask: { data: BigInt64Array.from([1n, 1n, 1n, 1n]) },
    token_type_ids: { data: BigInt64Array.from([0n, 0n, 0n, 0n]) },
  })
})

test('only the inputs that the model has are fed', async () => {
  const session = linearSession(['attention_mask', 'input_ids'])
  await linear(session).detect(['hello'], never)
  expect(Object.keys(session.fed[0] ?? {}).toSorted()).toEqual(['attention_mask', 'input_ids'])
})

test('several positive classes count together', async () => {
  expect(await linear(linearSession(), { positive: [0, 1] }).detect(['hello'], never)).toMatchObject({
    ok: true,
    value: [{ score: expect.closeTo(1, 10) }],
  })
})

test('logits that would overflow give a probability', async () => {
  const session = { ...linearSession(), run: async () => ({ logits: { data: [-4_000, 4_000], dims: [1, 2] } }) }
  expect(await linear(session).detect(['x'], never)).toMatchObject({ ok: true, value: [{ score: 1 }] })
})

describe('windows', () => {
  test.each([
    { tokens: 0, windows: 1 },
    { tokens: 510, windows: 1 },
    { tokens: 511, windows: 2 },
    { tokens: 765, windows: 2 },
    { tokens: 766, windows: 3 },
  ])('$tokens tokens are judged in $windows windows of 512 at most', async ({ tokens, windows }) => {
    const session = linearSession()
    await linear(session).detect(['hello '.repeat(tokens)], never)
    const fed = idsFed(session)
    expect(fed).toHaveLength(windows)
    for (const ids of fed) {
      expect(ids.length).toBeLessThanOrEqual(512)
      expect([ids[0], ids.at(-1)]).toEqual([1, 2])
    }
    expect(Math.max(...fed.map(({ length }) => length))).toBe(Math.min(512, tokens + 2))
  })

  test('what stands anywhere in a long text is found', async () => {
    const detector = linear(linearSession(), { tokensMax: 12, stride: 5 })
    for (let at = 0; at < 60; at++) {
      const words = Array<string>(60).fill('[UNK]')
      words[at] = 'obey'
      const outcome = await detector.detect([words.join(' ')], never)
      expect(outcome).toMatchObject({ ok: true, value: [{ score: expect.closeTo(1 / (1 + Math.exp(-2)), 10) }] })
    }
  })

  test('a text of more than 512 windows is refused, not passed', async () => {
    const session = linearSession()
    const detector = linear(session, { tokensMax: 4, stride: 1 })
    expect(await detector.detect(['hello '.repeat(514)], never)).toMatchObject({
      ok: false,
      failure: { code: 'detector/too-long', cause: 'text' },
    })
    expect(session.fed).toEqual([])
    expect(await detector.detect(['hello '.repeat(513)], never)).toMatchObject({ ok: true })
  })

  test('a caller that goes away stops before the next window', async () => {
    const caller = new AbortController()
    const session = linearSession()
    const stopping = {
      ...session,
      run: async (feeds: Readonly<Record<string, PlainTensor>>) => {
        caller.abort()
        return session.run(feeds)
      },
    }
    expect(await linear(stopping).detect(['hello '.repeat(2_000)], caller.signal)).toMatchObject({
      failure: { code: 'detector/aborted' },
    })
    expect(session.fed).toHaveLength(1)
  })
})

test.each<{ what: string; outputs: Record<string, { data: unknown; dims: number[] }> }>([
  { what: 'no output', outputs: {} },
  { what: 'too few logits', outputs: { logits: { data: [1], dims: [1, 1] } } },
  { what: 'too many logits', outputs: { logits: { data: [1, 2, 3], dims: [1, 3] } } },
  { what: 'NaN', outputs: { logits: { data: [Number.NaN, 0], dims: [1, 2] } } },
  { what: 'infinity', outputs: { logits: { data: [0, Number.POSITIVE_INFINITY], dims: [1, 2] } } },
])('a model that gives $what is a failure', async ({ outputs }) => {
  const session = { ...linearSession(), run: async () => outputs }
  expect(await linear(session).detect(['hello'], never)).toMatchObject({
    ok: false,
    failure: { code: 'detector/bad-reply' },
  })
})

test.each<{ what: string; options: Partial<OnnxDetectorOptions<PlainTensor>> }>([
  { what: 'an input that is not known', options: { session: linearSession(['input_ids', 'pixels']) } },
  { what: 'no input ids', options: { session: linearSession(['attention_mask']) } },
  { what: 'no output', options: { session: { ...linearSession(), outputNames: [] } } },
  { what: 'no positive class', options: { positive: [] } },
  { what: 'a class that it does not have', options: { positive: [2] } },
  { what: 'a class twice', options: { positive: [1, 1] } },
  { what: 'no room for tokens', options: { tokensMax: 2 } },
  { what: 'a stride that leaves gaps', options: { tokensMax: 12, stride: 11 } },
])('a model with $what is refused', ({ options }) => {
  const made = onnxDetector({ ...optionsWith(linearSession()), ...options })
  expect(made).toMatchObject({ ok: false, failure: { code: 'detector/model' } })
})
