import { expect, test } from 'vitest'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf, OperationName, OutputOf } from '../../../contract/http/operations.ts'
import type { Session } from '../session.ts'
import { everyItem, listPages, type ListPage, type PageWindow } from './list-pages.ts'

interface Asked {
  readonly limit?: number
  readonly cursor?: string
}

/** A session whose one list answers as told, and what it was asked for. */
function sessionWith(answer: (asked: Asked) => Result<ListPage, Problem>): Session & { readonly asked: Asked[] } {
  const asked: Asked[] = []
  return {
    asked,
    stateFolder: '',
    isRemote: false,
    call: async <Name extends OperationName>(_: Name, input: InputOf<Name>) => {
      asked.push(input as Asked)
      return answer(input as Asked) as unknown as Result<OutputOf<Name>, Problem>
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** A list of numbered items; the cursor is the number of the last one, and no page holds more than `most`. */
const numbers =
  (count: number, most = 1_000) =>
  ({ limit = 100, cursor = '0' }: Asked): Result<ListPage, Problem> => {
    const from = Number(cursor)
    const to = Math.min(from + Math.min(limit, most), count)
    const items = Array.from({ length: to - from }, (_, index) => ({ id: from + index + 1 }))
    return ok({ items, nextCursor: to < count ? String(to) : null })
  }

async function read(session: Session, window: PageWindow) {
  const ids: unknown[] = []
  let nextCursor: string | null | undefined
  for await (const page of listPages(session, { operation: 'listFindings', input: {} }, window)) {
    if (!page.ok) return { ids, failure: page.failure.code }
    ids.push(...page.value.items.map(({ id }) => id))
    nextCursor = page.value.nextCursor
  }
  return { ids, nextCursor }
}

test.each([
  { count: 250, window: { limit: 100 }, first: 1, shown: 100, nextCursor: '100' },
  { count: 250, window: { limit: 100, cursor: '200' }, first: 201, shown: 50, nextCursor: null },
  { count: 100, window: { limit: 100 }, first: 1, shown: 100, nextCursor: null },
  { count: 1_000, window: { limit: 1_000 }, first: 1, shown: 1_000, nextCursor: null },
  { count: 1_001, window: { limit: 1_000 }, first: 1, shown: 1_000, nextCursor: '1000' },
  { count: 1_700, window: {}, first: 1, shown: 1_700, nextCursor: null },
  { count: 1_700, window: { cursor: '1600' }, first: 1_601, shown: 100, nextCursor: null },
])('of $count items, $window gives $shown from number $first on', async ({ count, window, ...expected }) => {
  const { ids, nextCursor } = await read(sessionWith(numbers(count)), window)
  expect({ first: ids[0], shown: ids.length, nextCursor }).toEqual(expected)
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => expected.first + index))
})

test('a list of any length is never held whole: 500 are the most that is asked for at once', async () => {
  const session = sessionWith(numbers(5_000))
  await read(session, {})
  expect(session.asked).toHaveLength(10)
  expect(Math.max(...session.asked.map(({ limit }) => limit ?? 0))).toBe(500)
})

test('as many as were wanted are shown, also where an operation gives fewer at once', async () => {
  const { ids, nextCursor } = await read(sessionWith(numbers(1_000, 199)), { limit: 450 })
  expect([ids.length, nextCursor]).toEqual([450, '450'])
})

test('the first page that fails ends the list', async () => {
  const failing = sessionWith((asked) =>
    asked.cursor === '1000'
      ? fail({ code: 'http/cursor', message: 'the list has changed since the page before' })
      : numbers(3_000)(asked),
  )
  const { ids, failure } = await read(failing, {})
  expect([ids.length, failure]).toEqual([1_000, 'http/cursor'])
  expect(await everyItem(failing, 'listFindings', {})).toMatchObject({ ok: false, failure: { code: 'http/cursor' } })
})

test('a server that always names the same next page is not asked for ever', async () => {
  const session = sessionWith(() => ok({ items: [{ id: 1 }], nextCursor: 'again' }))
  expect(await read(session, {})).toMatchObject({ failure: 'http/cursor' })
  expect(session.asked).toHaveLength(2)
})
