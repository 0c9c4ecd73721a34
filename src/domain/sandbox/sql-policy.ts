import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { sqlTokens, type SqlToken } from './sql-tokens.ts'

export interface SqlPolicy {
  /** Tables that may be read, spelled as the database holds them: `orders`, `shop.orders`. */
  readonly tables: readonly string[]
  /** Functions besides the built-in list, in lower case. They must neither write nor read tables by name. */
  readonly functions?: readonly string[] | undefined
}

export interface ReadStatement {
  /** Tables that it reads. */
  readonly tables: readonly string[]
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))
/** Words that begin or hide something other than reading rows, or that dialects use to name tables elsewhere than in `from`. */
const FORBIDDEN = words(
  `insert update delete merge replace upsert into drop alter create truncate rename grant revoke copy call do exec execute
  prepare deallocate declare begin start commit rollback savepoint lock unlock set reset show use vacuum analyze explain
  describe load attach detach pragma outfile dumpfile infile share table recursive apply straight_join handler listen notify
  reindex cluster comment security import refresh tablesample returning lateral_view match_recognize procedure system shutdown kill backup restore deny waitfor dbcc`,
)
/** What may stand before a bracket without being a function. */
const BEFORE_BRACKET = words(
  `in exists and or not as over filter using on any all some values from join select where having by when then else case
  between like is union intersect except distinct within group limit offset partition order interval with materialized
  lateral array row cast`,
)
const FUNCTIONS = words(
  `count sum avg min max abs round floor ceil ceiling trunc mod power sqrt sign coalesce nullif greatest least lower upper
  length char_length trim ltrim rtrim substr substring replace concat concat_ws left right position strpos
  split_part date date_trunc date_part to_char to_date now age row_number rank dense_rank percent_rank ntile lag lead
  first_value last_value stddev variance percentile_cont percentile_disc mode bool_and bool_or array_agg string_agg
  group_concat ifnull iif strftime numeric decimal varchar char`,
)
/** Only words that no dialect takes for an alias: `from orders offset, secrets` is two tables where `offset` is free. */
const ENDS_FROM = words('where group having order union select')
const DEPTH_MAX = 40

interface Frame {
  /** Inside the list of tables after `from`. */
  isFrom: boolean
  /** The next name is a table. */
  wantsTable: boolean
  /** Between `with` and its `select`. */
  isWith: boolean
  /** Names of `with` that can be seen here. */
  readonly names: Set<string>
  /** The bracket is the body of this `with` name. */
  readonly defines?: string | undefined
}

class NotAllowed extends Error {}

/**
 * One statement that only reads, from tables on the list. Everything else is refused: several statements, writing words,
 * functions that are not listed, names that only a dialect could resolve. A filter in front of the database, not in place of
 * its rights: give the connection a role that can read these tables and nothing else.
 * Fails with `sql/not-plain` or `sql/not-allowed`.
 */
export function checkSql(sql: string, policy: SqlPolicy): Result<ReadStatement, Problem> {
  const tokens = sqlTokens(sql)
  if (!tokens.ok) return tokens
  try {
    return ok({ tables: new Reader(tokens.value, policy).read() })
  } catch (error) {
    if (error instanceof NotAllowed) return fail({ code: 'sql/not-allowed', message: error.message })
    throw error
  }
}

class Reader {
  readonly #tokens: readonly SqlToken[]
  readonly #tables: ReadonlySet<string>
  readonly #functions: ReadonlySet<string>
  readonly #read = new Set<string>()
  readonly #frames: Frame[] = [{ isFrom: false, wantsTable: false, isWith: false, names: new Set() }]
  #at = 0
  /** A name of `with` whose body is the next bracket. */
  #defines: string | undefined

  constructor(tokens: readonly SqlToken[], policy: SqlPolicy) {
    // One semicolon at the end ends the statement; any other would begin a second one.
    this.#tokens = isMark(tokens.at(-1), ';') ? tokens.slice(0, -1) : tokens
    this.#tables = new Set(policy.tables)
    this.#functions = new Set(policy.functions)
  }

  read(): readonly string[] {
    const first = wordOf(this.#tokens[0])
    if (first !== 'select' && first !== 'with') throw new NotAllowed('it does not begin with `select` or `with`')
    for (; this.#at < this.#tokens.length; this.#at++) this.#take(this.#tokens[this.#at] as SqlToken)
    if (this.#frames.length !== 1) throw new NotAllowed('a bracket does not end')
    if (this.#frame.wantsTable) throw new NotAllowed('a table is missing')
    return [...this.#read]
  }

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame
  }

  #take(token: SqlToken): void {
    if (isMark(token, ';')) throw new NotAllowed('it holds a second statement')
    if (isMark(token, '(')) this.#open()
    else if (isMark(token, ')')) this.#close()
    else if (token.kind === 'word' && FORBIDDEN.has(token.text) && !this.#isFunction(token.text))
      throw new NotAllowed(`\`${token.text}\` is not for reading`)
    else if (this.#frame.wantsTable) this.#table(token)
    else if (isMark(token, ',')) this.#frame.wantsTable = this.#frame.isFrom
    else if (token.kind === 'word') this.#word(token.text)
    else if (token.kind === 'quoted' && isMark(this.#next, '(')) throw new NotAllowed('a quoted name is called')
  }

  get #previous(): SqlToken | undefined {
    return this.#tokens[this.#at - 1]
  }

  get #next(): SqlToken | undefined {
    return this.#tokens[this.#at + 1]
  }

  #isFunction(name: string): boolean {
    return isMark(this.#next, '(') && FUNCTIONS.has(name)
  }

  #open(): void {
    if (this.#frames.length > DEPTH_MAX) throw new NotAllowed(`brackets are deeper than ${DEPTH_MAX}`)
    const { wantsTable, names } = this.#frame
    this.#frame.wantsTable = false
    this.#frames.push({ isFrom: wantsTable, wantsTable, isWith: false, names: new Set(names), defines: this.#defines })
    this.#defines = undefined
  }

  #close(): void {
    const { wantsTable, defines } = this.#frame
    if (this.#frames.length === 1 || wantsTable) throw new NotAllowed('a bracket ends that did not begin')
    this.#frames.pop()
    // A name can be seen behind its body only: inside, it would still mean the table.
    if (defines !== undefined) this.#frame.names.add(defines)
  }

  #word(text: string): void {
    const frame = this.#frame
    const isQualified = isMark(this.#previous, '.')
    // Behind a dot every word is a name, keywords too.
    if (!isQualified) {
      if (text === 'from' || text === 'join') {
        frame.isFrom = true
        frame.wantsTable = true
      } else if (ENDS_FROM.has(text)) frame.isFrom = false
      if (text === 'with') frame.isWith = this.#at === 0 || isMark(this.#previous, '(')
      if (text === 'select') frame.isWith = false
      if (text === 'in' && !isMark(this.#next, '(')) throw new NotAllowed('`in` without a bracket could name a table')
      if (text === 'as' && this.#namesBody()) return
    }
    if (!isMark(this.#next, '(') || (BEFORE_BRACKET.has(text) && !isQualified)) return
    if (isQualified || !(FUNCTIONS.has(text) || this.#functions.has(text)))
      throw new NotAllowed(`\`${text}\` may not be called`)
  }

  /** `with NAME as (`: remembers the name for the bracket that follows. Windows are named alike, outside `with`. */
  #namesBody(): boolean {
    const name = nameOf(this.#previous)
    if (!this.#frame.isWith || name === undefined || !isMark(this.#next, '(')) return false
    this.#defines = name
    return true
  }

  #table(token: SqlToken): void {
    const frame = this.#frame
    const word = wordOf(token)
    if (word === 'lateral' || word === 'only') return
    if (word === 'select' || word === 'with' || word === 'values') {
      // The bracket held a query, not a list of tables.
      if (!isMark(this.#previous, '(')) throw new NotAllowed('a table is missing')
      frame.isFrom = false
      frame.wantsTable = false
      frame.isWith = word === 'with'
      return
    }
    const parts: string[] = []
    for (let part = nameOf(token); part !== undefined; part = nameOf(this.#tokens[this.#at])) {
      parts.push(part)
      if (!isMark(this.#next, '.')) break
      this.#at += 2
    }
    if (parts.length === 0 || parts.length > 3) throw new NotAllowed('a table is missing')
    if (isMark(this.#next, '(')) throw new NotAllowed('a function stands for a table')
    const name = parts.join('.')
    const isDefined = parts.length === 1 && frame.names.has(name)
    // A dot inside a quoted name would make one name look like two.
    if (!isDefined && (parts.some((part) => part.includes('.')) || !this.#tables.has(name)))
      throw new NotAllowed(`table \`${name.slice(0, 130)}\` is not on the list`)
    if (!isDefined) this.#read.add(name)
    frame.wantsTable = false
  }
}

function isMark(token: SqlToken | undefined, text: '(' | ')' | ',' | '.' | ';'): boolean {
  return token?.kind === 'mark' && token.text === text
}

function wordOf(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'word' ? token.text : undefined
}

function nameOf(token: SqlToken | undefined): string | undefined {
  return token?.kind === 'word' || token?.kind === 'quoted' ? token.text : undefined
}
