import { ok, type Problem, type Result } from '../../base/result.ts'
import type { InputOf, OperationName } from '../../contract/http/operations.ts'
import { LIST_MAX } from '../../application/state/records.ts'
import type { Session } from './session.ts'

/** Operations that answer in pages. */
export type PagedOperation = {
  readonly [Name in OperationName]: InputOf<Name> extends { readonly cursor?: string | undefined } ? Name : never
}[OperationName]

/** Every item of a list, page by page: for commands that print or decide on the whole. */
export async function everyItem<Name extends PagedOperation>(
  session: Session,
  name: Name,
  input: InputOf<Name>,
): Promise<Result<readonly Readonly<Record<string, unknown>>[], Problem>> {
  const all: Readonly<Record<string, unknown>>[] = []
  let cursor: string | undefined
  do {
    const listed = await session.call(name, { ...input, limit: LIST_MAX, cursor })
    if (!listed.ok) return listed
    const page = listed.value as unknown as {
      readonly items: readonly Readonly<Record<string, unknown>>[]
      readonly nextCursor: string | null
    }
    all.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return ok(all)
}
