import type { EpochMs } from '../../base/instant.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { valuesAtPath } from './provenance.ts'
import { says } from './value-forms.ts'

type Scalar = string | number | boolean

/** What a value may be: one of a list (texts in any case), what one of the texts says, or a number up to the largest one. */
export interface ArgumentBound {
  readonly values: readonly Scalar[]
  readonly texts: readonly string[]
  readonly upTo?: number | undefined
}

/** A right to call one tool, minted from the manifest and the user's request, never from what the model says. */
export interface Capability {
  readonly tool: string
  /** Per argument, the values that it may take; an argument that is not named is free. */
  readonly allowed: Readonly<Record<string, readonly Scalar[]>>
  /** Per path of an argument (`attachments[].url`), what must hold of each value there: all of it. One that is absent leads nowhere. */
  readonly bounds?: Readonly<Record<string, readonly ArgumentBound[]>> | undefined
  readonly callsLeft: number
  readonly amount?: { readonly argument: string; readonly left: number } | undefined
  readonly expiresAt: EpochMs
}

export type CapabilityFailure =
  | 'capability/other-tool'
  | 'capability/expired'
  | 'capability/spent'
  | 'capability/argument'
  | 'capability/amount'

const ITEMS_MAX = 1_000

/** Checks a call against a capability and returns what is left of it. Nothing is spent where the call is refused. */
export function exercise(
  capability: Capability,
  call: { readonly tool: string; readonly arguments: JsonObject },
  now: EpochMs,
): Result<Capability, CapabilityFailure> {
  if (call.tool !== capability.tool) return fail('capability/other-tool')
  // Written so that a bound that is no number admits nothing.
  if (!(now < capability.expiresAt)) return fail('capability/expired')
  if (!(capability.callsLeft >= 1)) return fail('capability/spent')
  for (const [name, allowed] of Object.entries(capability.allowed)) {
    const value = Object.hasOwn(call.arguments, name) ? call.arguments[name] : undefined
    if (value === undefined || !itemsOf(value).every((item) => allowed.some((one) => one === item)))
      return fail('capability/argument')
  }
  for (const [path, bounds] of Object.entries(capability.bounds ?? {})) {
    const values = valuesAtPath(call.arguments, path).flatMap(itemsWithin)
    if (!values.every((value) => bounds.every((bound) => isWithin(value, bound)))) return fail('capability/argument')
  }
  const left = { ...capability, callsLeft: capability.callsLeft - 1 }
  if (capability.amount === undefined) return ok(left)
  const { argument } = capability.amount
  const spent = Object.hasOwn(call.arguments, argument) ? call.arguments[argument] : undefined
  if (typeof spent !== 'number' || !(spent >= 0 && spent <= capability.amount.left)) return fail('capability/amount')
  return ok({ ...left, amount: { argument, left: capability.amount.left - spent } })
}

/** Nothing, and an empty list, lead nowhere. */
function itemsWithin(value: Json): readonly Json[] {
  if (value === null) return []
  return Array.isArray(value) && value.length <= ITEMS_MAX ? (value as readonly Json[]) : [value]
}

function isWithin(value: Json, { values, texts, upTo }: ArgumentBound): boolean {
  if (typeof value === 'object') return false
  if (typeof value === 'number' && upTo !== undefined && value >= 0 && value <= upTo) return true
  const plain = typeof value === 'string' ? value.toLowerCase() : value
  if (values.some((one) => (typeof one === 'string' ? one.toLowerCase() : one) === plain)) return true
  return typeof value !== 'boolean' && texts.some((text) => says(text, String(value)))
}

/** An empty list names nobody, and a list too long to judge is none that was allowed. */
function itemsOf(value: Json): readonly Json[] {
  if (!Array.isArray(value)) return [value]
  return value.length === 0 || value.length > ITEMS_MAX ? [null] : (value as readonly Json[])
}

/** Rights only shrink: the intersection of two capabilities for one tool. */
export function narrow(left: Capability, right: Omit<Capability, 'tool'>): Capability {
  const allowed: Record<string, readonly Scalar[]> = { ...left.allowed }
  for (const [name, values] of Object.entries(right.allowed)) {
    const own = Object.hasOwn(allowed, name) ? allowed[name] : undefined
    allowed[name] = own === undefined ? values : own.filter((value) => values.includes(value))
  }
  const bounds: Record<string, readonly ArgumentBound[]> = { ...left.bounds }
  for (const [path, more] of Object.entries(right.bounds ?? {}))
    bounds[path] = [...(left.bounds?.[path] ?? []), ...more]
  const { amount: mine } = left
  const { amount: other } = right
  const isSame = mine !== undefined && other !== undefined && mine.argument === other.argument
  return {
    tool: left.tool,
    allowed,
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
    callsLeft: Math.min(left.callsLeft, right.callsLeft),
    // Two different amounts cannot both be kept in one: then nothing may be spent.
    amount: isSame
      ? { argument: mine.argument, left: Math.min(mine.left, other.left) }
      : mine !== undefined && other !== undefined
        ? { argument: mine.argument, left: 0 }
        : (mine ?? other),
    expiresAt: Math.min(left.expiresAt, right.expiresAt) as EpochMs,
  }
}
