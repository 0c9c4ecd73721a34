import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { FindingCategory } from '../../domain/detection/finding.ts'
import type { Detector, DetectorFailure } from '../../domain/guardrail/detector.ts'
import type { Tokenizer } from './tokenizer/read-tokenizer.ts'

/** The part of an `InferenceSession` (onnxruntime-node, onnxruntime-web) that is used. */
export interface OnnxSession<Tensor> {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(
    feeds: Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<string, { readonly data: unknown; readonly dims: readonly number[] }>>>
}

export interface OnnxDetectorOptions<Tensor> {
  readonly id: string
  /** Of the model file: its name and digest, say. */
  readonly version: string
  readonly category: FindingCategory
  readonly session: OnnxSession<Tensor>
  /** Such as `(data, dims) => new ort.Tensor('int64', data, dims)`. */
  readonly tensor: (data: BigInt64Array, dims: readonly [number, number]) => Tensor
  readonly tokenizer: Tokenizer
  /** How many classes the model tells apart, and which of them count as found: their probabilities are added. */
  readonly classes: number
  readonly positive: readonly number[]
  /** Longest sequence with its special tokens; 512 without it. */
  readonly tokensMax?: number | undefined
  /** Tokens from one window's start to the next; half a window without it. */
  readonly stride?: number | undefined
}

const TOKENS_MAX = 512
const WINDOWS_MAX = 512

type Value<Data> = Result<Data, DetectorFailure>

/**
 * A text classifier that the user brings as an ONNX file. Long texts are judged in windows that overlap, all of them, and
 * score as the worst. The signal is looked at between windows: one run of the session cannot be stopped.
 */
export function onnxDetector<Tensor>(options: OnnxDetectorOptions<Tensor>): Result<Detector, Problem> {
  const { id, version, category, session, tokenizer, classes, positive } = options
  const room = (options.tokensMax ?? TOKENS_MAX) - tokenizer.before.length - tokenizer.after.length
  const stride = options.stride ?? Math.ceil(room / 2)
  const unknown = session.inputNames.filter((name) => !INPUTS.has(name))
  const areClasses =
    positive.length > 0 && positive.every((index) => Number.isInteger(index) && index >= 0 && index < classes)
  if (unknown.length > 0 || !session.inputNames.includes('input_ids') || session.outputNames.length === 0)
    return refused(`the model of detector \`${id}\` is no text classifier with \`input_ids\``)
  if (room < 1 || stride < 1 || stride > room || !areClasses || new Set(positive).size !== positive.length)
    return refused(`windows, stride or classes of detector \`${id}\` do not fit together`)
  const scoreOf = async (text: string, signal: AbortSignal): Promise<Value<number>> => {
    const ids = tokenizer.encode(text)
    if (ids.length > room + stride * (WINDOWS_MAX - 1))
      return fail({ code: 'detector/too-long', message: `more than ${WINDOWS_MAX} windows`, cause: 'text' })
    let worst = 0
    for (let start = 0; ; start += stride) {
      if (signal.aborted) return fail({ code: 'detector/aborted', message: 'the call was stopped', cause: 'service' })
      const window = [...tokenizer.before, ...ids.slice(start, start + room), ...tokenizer.after]
      const score = await judge(window, options)
      if (!score.ok) return score
      worst = Math.max(worst, score.value)
      if (start + room >= ids.length) return ok(worst)
    }
  }
  return ok({
    id,
    version,
    async detect(texts, signal) {
      const verdicts: { score: number; category: FindingCategory }[] = []
      for (const text of texts) {
        const score = await scoreOf(text, signal)
        if (!score.ok) return score
        verdicts.push({ score: score.value, category })
      }
      return ok(verdicts)
    },
  })
}

function refused(message: string): Result<Detector, Problem> {
  return fail({ code: 'detector/model', message, next: 'check the model file and the options against its model card' })
}

const INPUTS: ReadonlySet<string> = new Set(['input_ids', 'attention_mask', 'token_type_ids'])

async function judge<Tensor>(
  ids: readonly number[],
  { session, tensor, classes, positive }: OnnxDetectorOptions<Tensor>,
): Promise<Value<number>> {
  const dims = [1, ids.length] as const
  const values: Readonly<Record<string, (id: number) => bigint>> = {
    input_ids: BigInt,
    attention_mask: () => 1n,
    token_type_ids: () => 0n,
  }
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, tensor(BigInt64Array.from(ids, values[name] ?? (() => 0n)), dims)]),
  )
  const outputs = await session.run(feeds)
  const data = outputs[session.outputNames[0] ?? '']?.data
  // Float32Array of most runtimes, a plain list of others: anything with `classes` finite numbers.
  const logits = Array.from((data ?? []) as ArrayLike<unknown>, Number)
  if (logits.length !== classes || !logits.every(Number.isFinite))
    return fail({ code: 'detector/bad-reply', message: `the model gave no ${classes} logits`, cause: 'text' })
  const probabilities = softmax(logits)
  return ok(
    Math.min(
      1,
      positive.reduce((sum, index) => sum + (probabilities[index] ?? 0), 0),
    ),
  )
}

/** Shifted by the largest, so that no exponent overflows. */
function softmax(logits: readonly number[]): readonly number[] {
  const largest = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - largest))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
