import { fail, ok, type Result } from '../../base/result.ts'
import { isJsonObject, type Json } from '../../base/json.ts'
import type { BoundedSchema } from '../manifest/guard-authority.ts'

/** Bits that a session may still learn. */
export interface BitBudget {
  readonly bitsLeft: number
}

export type DeclassifyFailure = 'declassify/not-in-schema' | 'declassify/budget' | 'declassify/bad-schema'
export type BoundedValue = boolean | number | string

const ANSWERS_MAX = 2 ** 32
const FIRST_DAY = '1900-01-01'
const LAST_DAY = '2199-12-31'
const DAYS = 109_573
const ENUM_CHARS_MAX = 200

/**
 * Bits of one answer: the logarithm of how many answers there are, none among them, since that there is no answer is
 * something learnt. Undefined for a schema that admits none, or too many to be harmless.
 */
export function bitsOf(schema: BoundedSchema): number | undefined {
  const count = answersOf(schema)
  return count >= 1 && count <= ANSWERS_MAX ? Math.log2(count + 1) : undefined
}

function answersOf(schema: BoundedSchema): number {
  if ('enum' in schema) return new Set(schema.enum).size
  switch (schema.type) {
    case 'boolean':
      return 2
    case 'string':
      return DAYS
    case 'integer':
      return Number.isSafeInteger(schema.minimum) && Number.isSafeInteger(schema.maximum)
        ? schema.maximum - schema.minimum + 1
        : 0
    case 'number':
      return schema.multipleOf > 0 ? Math.floor((schema.maximum - schema.minimum) / schema.multipleOf) + 1 : 0
  }
}

/**
 * Lets one answer through, as the user's own trust: it fits the schema and the session's budget pays for it.
 * A refused answer costs its bits as well: whether it was refused is something learnt.
 */
export function declassify(
  answer: Json,
  schema: BoundedSchema,
  budget: BitBudget,
): { readonly result: Result<BoundedValue, DeclassifyFailure>; readonly budget: BitBudget } {
  const bits = bitsOf(schema)
  if (bits === undefined) return { result: fail('declassify/bad-schema'), budget }
  if (!(bits <= budget.bitsLeft)) return { result: fail('declassify/budget'), budget }
  const value = boundedValue(answer, schema)
  return {
    result: value === undefined ? fail('declassify/not-in-schema') : ok(value),
    budget: { bitsLeft: budget.bitsLeft - bits },
  }
}

/** INVARIANT: what is returned is one of the schema's own values, so that nothing travels in its spelling. */
function boundedValue(answer: Json, schema: BoundedSchema): BoundedValue | undefined {
  if ('enum' in schema) return schema.enum.find((value) => value === answer)
  if (schema.type === 'boolean') return typeof answer === 'boolean' ? answer : undefined
  if (schema.type === 'string') return typeof answer === 'string' && isDay(answer) ? answer : undefined
  if (typeof answer !== 'number' || !(answer >= schema.minimum && answer <= schema.maximum)) return undefined
  if (schema.type === 'integer') return Number.isSafeInteger(answer) ? answer : undefined
  const step = Math.round((answer - schema.minimum) / schema.multipleOf)
  const nearest = Number((schema.minimum + step * schema.multipleOf).toPrecision(12))
  return Math.abs(nearest - answer) <= schema.multipleOf * 1e-6 ? nearest : undefined
}

/** A day that there is. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < FIRST_DAY || text > LAST_DAY) return false
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day >= 1 && day <= (days[month - 1] ?? 0)
}

const ITEMS_MAX = 50
const LIST_BITS = Math.log2(ITEMS_MAX + 1)

/**
 * What a withheld result may tell at one path: a value, or with `[]` in the path the values of a list, in order. What does
 * not fit is `null`; a list longer than 50 is cut. Undefined: the budget does not pay for it, or there is nothing there.
 */
export function revealAt(
  root: Json | undefined,
  field: string,
  schema: BoundedSchema,
  budget: BitBudget,
): { readonly value: Json | undefined; readonly budget: BitBudget } {
  const isList = field.includes('[]') || Array.isArray(root)
  const bits = bitsOf(schema) ?? Infinity
  const found = root === undefined ? [] : valuesAt(root, field.split('.')).slice(0, isList ? ITEMS_MAX : 1)
  const cost = (isList ? LIST_BITS : 0) + bits * Math.max(1, found.length)
  if (!(cost <= budget.bitsLeft)) return { value: undefined, budget }
  const values = found.map((value) => boundedValue(value, schema) ?? null)
  return { value: isList ? values : values[0], budget: { bitsLeft: budget.bitsLeft - cost } }
}

/** The values at a path of names; `[]` behind a name, and a list at the root, stand for each item. */
function valuesAt(root: Json, parts: readonly string[]): readonly Json[] {
  let layer: readonly Json[] = Array.isArray(root) ? (root as readonly Json[]).slice(0, ITEMS_MAX) : [root]
  for (const part of parts) {
    const key = part.replace(/\[\]$/, '')
    layer = layer
      .flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, key) ? [value[key] ?? null] : [null]))
      .flatMap((value) =>
        part.endsWith('[]') ? (Array.isArray(value) ? (value as readonly Json[]) : [null]) : [value],
      )
      .slice(0, ITEMS_MAX)
  }
  return layer
}

/** Why a schema cannot be told from, in the words of whoever wrote it; undefined where it can. */
export function boundedProblem(schema: BoundedSchema): string | undefined {
  if ('enum' in schema && schema.enum.some((value) => typeof value === 'string' && value.length > ENUM_CHARS_MAX))
    return `a value is longer than ${ENUM_CHARS_MAX} characters`
  return bitsOf(schema) === undefined ? 'it admits no value, or more than 4,294,967,296' : undefined
}
