import { fail, ok, type Result } from '../../base/result.ts'
import type { Json } from '../../base/json.ts'

/** What may be learnt from an untrusted text: one of few answers, so that it cannot carry an order. */
export type Extraction =
  | { readonly type: 'boolean' }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }

/** Bits that a session may still learn. */
export interface BitBudget {
  readonly bitsLeft: number
}

export type DeclassifyFailure = 'declassify/not-in-schema' | 'declassify/budget' | 'declassify/bad-schema'

const ANSWERS_MAX = 2 ** 32

/** Bits of one answer: the logarithm of how many answers there are. Undefined for a schema with none or too many. */
export function bitsOf(extraction: Extraction): number | undefined {
  const count = answersOf(extraction)
  return count === undefined || count < 1 || count > ANSWERS_MAX ? undefined : Math.log2(count)
}

function answersOf(extraction: Extraction): number | undefined {
  switch (extraction.type) {
    case 'boolean':
      return 2
    case 'enum':
      return new Set(extraction.values).size
    case 'integer':
      return Number.isSafeInteger(extraction.min) && Number.isSafeInteger(extraction.max)
        ? extraction.max - extraction.min + 1
        : undefined
  }
}

/**
 * Lets one answer through, as the user's own trust: it fits the schema and the session's budget pays for it.
 * A refused answer costs its bits as well: whether it was refused is something learnt.
 */
export function declassify(
  answer: Json,
  extraction: Extraction,
  budget: BitBudget,
): { readonly result: Result<boolean | number | string, DeclassifyFailure>; readonly budget: BitBudget } {
  const bits = bitsOf(extraction)
  if (bits === undefined) return { result: fail('declassify/bad-schema'), budget }
  // One bit at least: an answer out of one says that there was one.
  const cost = Math.max(1, bits)
  if (cost > budget.bitsLeft) return { result: fail('declassify/budget'), budget }
  const rest = { bitsLeft: budget.bitsLeft - cost }
  return { result: fits(answer, extraction), budget: rest }
}

function fits(answer: Json, extraction: Extraction): Result<boolean | number | string, DeclassifyFailure> {
  if (extraction.type === 'boolean' && typeof answer === 'boolean') return ok(answer)
  if (extraction.type === 'enum' && typeof answer === 'string' && extraction.values.includes(answer)) return ok(answer)
  if (
    extraction.type === 'integer' &&
    typeof answer === 'number' &&
    Number.isSafeInteger(answer) &&
    answer >= extraction.min &&
    answer <= extraction.max
  )
    return ok(answer)
  return fail('declassify/not-in-schema')
}
