import { ok, type Problem, type Result } from '../../../base/result.ts'
import { shellWord } from '../../../base/shell-word.ts'
import { withSession } from '../commands/with-session.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { listPages, type Item, type ListPage, type PagedCall, type PagedOperation } from './list-pages.ts'
import type { PageOptions } from './page-options.ts'

export type ListOptions = SessionOptions & PageOptions & { readonly json: boolean }

/** How a list is shown. */
export interface Listing {
  /** Name of the list in JSON; `items` where it is left out. */
  readonly member?: string
  /** Prints items of one page, of which there is one at least. */
  readonly print: (items: readonly Item[]) => void
  /** Says that there are none; `none` where it is left out. */
  readonly printNone?: () => void
  /** Told of the items of each page, however they are shown. */
  readonly see?: (items: readonly Item[]) => void
  /** What is said behind the items that were shown: members of the JSON, and lines for people. */
  readonly close?: (session: Session) => Promise<Result<ListEnd, Problem>>
}

export interface ListEnd {
  readonly members: Readonly<Record<string, unknown>>
  readonly lines: readonly string[]
}

/**
 * Prints a list of the state as its pages come in: `--limit` items behind `--cursor`, or all. Where more follow, standard
 * error says by which command. JSON that a failure cut off stays open, so that nobody takes it for the whole.
 */
export function printList<Name extends PagedOperation>(
  terminal: Terminal,
  options: ListOptions,
  call: PagedCall<Name>,
  listing: Listing,
): Promise<number> {
  const { cursor, all, limit, again } = options
  const show = options.json ? asJson(terminal, listing) : asLines(terminal, listing)
  return withSession(
    terminal,
    options,
    async (session) => {
      let shown = 0
      let nextCursor: string | null = null
      for await (const page of listPages(session, call, { cursor, limit: all ? undefined : limit })) {
        if (!page.ok) return page
        show.page(page.value)
        listing.see?.(page.value.items)
        shown += page.value.items.length
        nextCursor = page.value.nextCursor
        await terminal.drain()
        if (terminal.interrupted.aborted) return ok(undefined)
      }
      const end = listing.close === undefined ? ok(NOTHING) : await listing.close(session)
      if (!end.ok) return end
      show.end(nextCursor, end.value)
      if (nextCursor !== null)
        terminal.error(`${shown} shown, more follow; next: ${again} --cursor ${shellWord(nextCursor)} (or --all)\n`)
      return ok(undefined)
    },
    () => undefined,
  )
}

const NOTHING: ListEnd = { members: {}, lines: [] }

interface Show {
  page(page: ListPage): void
  end(nextCursor: string | null, end: ListEnd): void
}

function asLines(terminal: Terminal, { print, printNone = () => printLine(terminal, 'none') }: Listing): Show {
  let isEmpty = true
  return {
    page({ items }) {
      if (items.length === 0) return
      isEmpty = false
      print(items)
    },
    end(_, { lines }) {
      if (isEmpty) printNone()
      for (const line of lines) printLine(terminal, line)
    },
  }
}

/** One JSON document, written as the pages come in: what `JSON.stringify` would make of the whole. */
function asJson(terminal: Terminal, { member = 'items' }: Listing): Show {
  let before = `{\n  "schemaVersion": 1,\n  ${JSON.stringify(member)}: [`
  let after = ']'
  return {
    page({ items }) {
      for (const item of items) {
        terminal.out(`${before}\n    ${indented(item, '    ')}`)
        before = ','
        after = '\n  ]'
      }
    },
    end(nextCursor, { members }) {
      if (after === ']') terminal.out(before)
      const rest = Object.entries({ nextCursor, ...members }).map(
        ([name, value]) => `,\n  ${JSON.stringify(name)}: ${indented(value, '  ')}`,
      )
      printLine(terminal, `${after}${rest.join('')}\n}`)
    },
  }
}

/** No string of JSON holds a line break, so each one is between members. */
function indented(value: unknown, by: string): string {
  return inertJson(value, 2).replaceAll('\n', `\n${by}`)
}
