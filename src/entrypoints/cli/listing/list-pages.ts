import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf, OperationName } from '../../../contract/http/operations.ts'
import type { Session } from '../session.ts'

/** Operations that answer in pages. */
export type PagedOperation = {
  readonly [Name in OperationName]: InputOf<Name> extends { readonly cursor?: string | undefined } ? Name : never
}[OperationName]

/** One list of the state, with what it is narrowed to. */
export interface PagedCall<Name extends PagedOperation> {
  readonly operation: Name
  readonly input: InputOf<Name>
}

export type Item = Readonly<Record<string, unknown>>

export interface ListPage {
  readonly items: readonly Item[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

/** Where a list begins, and how many of it are wanted. */
export interface PageWindow {
  /** `nextCursor` of an earlier page; the beginning where it is left out. */
  readonly cursor?: string | undefined
  /** All that there are where it is left out. */
  readonly limit?: number | undefined
}

/** Most that is asked for at once, and so most that is held at once. Below what an operation gives: then it knows whether more follow. */
const ITEMS_AT_ONCE = 500

/** Pages of a list, one after the other; ends with the first failure. */
export async function* listPages<Name extends PagedOperation>(
  session: Session,
  { operation, input }: PagedCall<Name>,
  { cursor, limit = Infinity }: PageWindow,
): AsyncGenerator<Result<ListPage, Problem>> {
  let left = limit
  let next = cursor
  do {
    const asked = Math.min(left, ITEMS_AT_ONCE)
    const listed = await session.call(operation, { ...input, limit: asked, cursor: next })
    if (!listed.ok) return yield listed
    const page = listed.value as unknown as ListPage
    // A server that says this would be asked for ever.
    if (page.nextCursor !== null && page.nextCursor === next)
      return yield fail({
        code: 'http/cursor',
        message: 'the list does not go on',
        next: 'ask for the first page again',
      })
    yield ok(page)
    left -= page.items.length
    next = page.nextCursor ?? undefined
  } while (next !== undefined && left > 0)
}

/** Every item of a list at once: for commands that decide on the whole. */
export async function everyItem<Name extends PagedOperation>(
  session: Session,
  operation: Name,
  input: InputOf<Name>,
): Promise<Result<readonly Item[], Problem>> {
  const all: Item[] = []
  for await (const page of listPages(session, { operation, input }, {})) {
    if (!page.ok) return page
    all.push(...page.value.items)
  }
  return ok(all)
}
