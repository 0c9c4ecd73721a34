import { sha256Pure } from '../../../base/sha256.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { BUCKETS, CHAR_BUCKETS, CONCEPT_BUCKETS, WORD_BUCKETS } from './featurise.ts'
import { STRIDE_CHARS, WINDOW_CHARS } from './text-windows.ts'

/** A trained classifier: int8 weights with one scale for each group of features, and its calibration. */
export interface LinearModel {
  readonly weights: Int8Array
  readonly charScale: number
  readonly wordScale: number
  readonly conceptScale: number
  readonly bias: number
  /** Score = sigmoid(slope × margin + intercept + perDoubling × doublings of windows); Platt's form, fixed at two points of the development split. */
  readonly slope: number
  readonly intercept: number
  readonly perDoubling: number
}

const MAGIC = 0x4a4e4947
const DIGEST_BYTES = 32
/** What the file must agree on with this code, in its order. */
const SETTINGS = [MAGIC, 1, CHAR_BUCKETS, WORD_BUCKETS, CONCEPT_BUCKETS, WINDOW_CHARS, STRIDE_CHARS] as const
const FLOATS = ['charScale', 'wordScale', 'conceptScale', 'bias', 'slope', 'intercept', 'perDoubling'] as const
const HEADER_BYTES = 4 * (SETTINGS.length + FLOATS.length)
const FLOATS_AT = 4 * SETTINGS.length
const FILE_BYTES = HEADER_BYTES + BUCKETS + DIGEST_BYTES

/**
 * Reads a weights file: magic "GINJ", version and feature settings (u32), seven f32, int8 weights, SHA-256 of all before; little-endian.
 * Fails with `model/malformed`, `model/unsupported` or `model/damaged`.
 */
export function parseLinearModel(bytes: Uint8Array): Result<LinearModel, Problem> {
  if (bytes.length !== FILE_BYTES)
    return refuse('malformed', `weights have ${bytes.length} bytes, expected ${FILE_BYTES}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0, true) !== MAGIC) return refuse('malformed', 'weights do not begin with `GINJ`')
  if (SETTINGS.some((setting, index) => view.getUint32(4 * index, true) !== setting))
    return refuse('unsupported', 'weights are of another version or other feature settings')
  const digest = sha256Pure(bytes.subarray(0, FILE_BYTES - DIGEST_BYTES))
  if (digest.some((byte, index) => byte !== bytes[FILE_BYTES - DIGEST_BYTES + index]))
    return refuse('damaged', 'checksum of the weights does not match')
  const floats = FLOATS.map((_, index) => view.getFloat32(FLOATS_AT + 4 * index, true))
  if (!floats.every(Number.isFinite)) return refuse('malformed', 'weights hold a number that is not finite')
  const [charScale, wordScale, conceptScale, bias, slope, intercept, perDoubling] = floats as Seven
  const weights = Int8Array.from(new Int8Array(bytes.buffer, bytes.byteOffset + HEADER_BYTES, BUCKETS))
  return ok({ weights, charScale, wordScale, conceptScale, bias, slope, intercept, perDoubling })
}

type Seven = [number, number, number, number, number, number, number]

/** The file that `parseLinearModel` reads. */
export function encodeLinearModel(model: LinearModel): Uint8Array {
  const bytes = new Uint8Array(FILE_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [index, setting] of SETTINGS.entries()) view.setUint32(4 * index, setting, true)
  for (const [index, name] of FLOATS.entries()) view.setFloat32(FLOATS_AT + 4 * index, model[name], true)
  bytes.set(new Uint8Array(model.weights.buffer, model.weights.byteOffset, BUCKETS), HEADER_BYTES)
  bytes.set(sha256Pure(bytes.subarray(0, FILE_BYTES - DIGEST_BYTES)), FILE_BYTES - DIGEST_BYTES)
  return bytes
}

function refuse(
  kind: 'malformed' | 'unsupported' | 'damaged',
  message: string,
): { readonly ok: false; readonly failure: Problem } {
  return fail({ code: `model/${kind}`, message, next: 'restore the file from the package' })
}
