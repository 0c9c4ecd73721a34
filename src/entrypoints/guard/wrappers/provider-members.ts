import type { Guard } from '../guard-setup.ts'
import { guardedJson, isFields } from './content.ts'
import { isSealed } from './other-texts.ts'

/**
 * What a provider says around an answer, text by text; what it sealed for itself goes on as it came. The value itself where nothing
 * has changed. Throws `GuardDenied`.
 */
export function guardedMembers(guard: Guard, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return guardedJson(guard, value)
  const sealed: unknown[] = []
  const open: unknown = JSON.parse(
    JSON.stringify(value, (name, member: unknown) => {
      if (!isSealed(name, member)) return member
      sealed.push(member)
      return ''
    }),
  )
  const judged = guardedJson(guard, open)
  if (judged === open) return value
  let at = 0
  const reseal = (name: string, member: unknown): unknown => (isSealed(name, member) ? sealed[at++] : member)
  return JSON.parse(JSON.stringify(judged), reseal)
}

/** The value without logs of single tokens, at any depth: they would repeat what was taken out, or tell what is held back. */
export function withoutTokenLogs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTokenLogs)
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/logprobs/i.test(name))
      .map(([name, member]) => [name, withoutTokenLogs(member)]),
  )
}
