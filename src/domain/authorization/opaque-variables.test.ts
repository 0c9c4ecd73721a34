import { expect, test } from 'vitest'
import { EMPTY_STORE, hideResult, resolveArguments, type OpaqueStore } from './opaque-variables.ts'

const UNTRUSTED = { integrity: 'untrusted', confidentiality: 'tenant' } as const
const OPEN = { integrityMin: 'untrusted', confidentialityMax: 'restricted' } as const

function hidden(...texts: readonly string[]): OpaqueStore {
  let store = EMPTY_STORE
  for (const text of texts) {
    const step = hideResult(store, text, UNTRUSTED, 1)
    if (!step.ok) throw new Error(step.failure)
    store = step.value.store
  }
  return store
}

test('a long untrusted result is shown as a handle; a short or a trusted one as it is', () => {
  expect(hideResult(EMPTY_STORE, 'x'.repeat(50), UNTRUSTED, 40)).toMatchObject({ value: { shown: '$var1' } })
  expect(hideResult(EMPTY_STORE, 'short', UNTRUSTED, 40)).toMatchObject({ value: { shown: 'short' } })
  expect(hideResult(EMPTY_STORE, 'x'.repeat(50), { ...UNTRUSTED, integrity: 'curated' }, 40)).toMatchObject({
    value: { shown: 'x'.repeat(50) },
  })
})

test('handles are put back at any depth, with the join of their labels', () => {
  const result = resolveArguments({ body: 'See: $var1', list: [{ text: '$var2' }], n: 3 }, hidden('one', 'two'), OPEN)
  expect(result).toEqual({
    ok: true,
    value: { arguments: { body: 'See: one', list: [{ text: 'two' }], n: 3 }, label: UNTRUSTED },
  })
})

test('a text that was put back names no other variable', () => {
  const result = resolveArguments({ body: '$var1' }, hidden('$var2', 'secret'), OPEN)
  expect(result).toMatchObject({ value: { arguments: { body: '$var2' } } })
})

test.each([
  ['an unknown handle', { a: '$var9' }, OPEN, 'opaque/unknown'],
  ['a handle with more digits than a known one', { a: '$var11' }, OPEN, 'opaque/unknown'],
  ['a sink for trusted text', { a: '$var1' }, { ...OPEN, integrityMin: 'user' }, 'opaque/integrity'],
  ['a sink for public text', { a: '$var1' }, { ...OPEN, confidentialityMax: 'public' }, 'opaque/confidentiality'],
  ['a text put in too often', { a: '$var2'.repeat(3) }, OPEN, 'opaque/too-large'],
] as const)('%s is refused', (_, args, sink, failure) => {
  expect(resolveArguments(args, hidden('one', 'y'.repeat(600_000)), sink)).toEqual({ ok: false, failure })
})

test('arguments without handles pass whatever the sink', () => {
  expect(
    resolveArguments({ a: '$variable' }, EMPTY_STORE, { integrityMin: 'trusted', confidentialityMax: 'public' }),
  ).toMatchObject({
    ok: true,
    value: { label: undefined },
  })
})

test('the store is bounded', () => {
  const full = {
    variables: Array.from({ length: 200 }, (_, at) => ({ name: `$var${at + 1}`, text: 'x', label: UNTRUSTED })),
  }
  expect(hideResult(full, 'text', UNTRUSTED, 1)).toEqual({ ok: false, failure: 'opaque/too-large' })
})
