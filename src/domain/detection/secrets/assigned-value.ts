/** Where a name that holds an anchor ends and the value that is assigned to it begins. */
export interface Assignment {
  /** The whole name around the anchor. */
  readonly name: string
  /** Offset of the first unit of the value. */
  readonly at: number
  /** The value stands in quotes, or behind a sign that assigns: `=`, `:`, `=>`. A word such as `is`, and a cell of a table, are weaker. */
  readonly isStrong: boolean
}

const NAME_MAX = 48
const IS = 'is|was|es|est|ist|lautet|jest'
/** Another plain word behind a space, which is none that says what the value is. */
const GOES_ON = new RegExp(`^ (?!(?:${IS}) )[A-Za-z]`)
const TAIL_MAX = 60
const WORDS_MAX = 3

/** The assignment whose name holds `text[at, at + length)`, or `undefined` where there is none. Looks at 200 units at most. */
export function assignmentAt(text: string, at: number, length: number): Assignment | undefined {
  if (!isWordEdge(text, at, at + length)) return undefined
  let begin = at
  while (begin > 0 && at - begin < NAME_MAX && isNameUnit(text.charCodeAt(begin - 1))) begin -= 1
  const isOption = text[begin] === '-'
  const end = endOfName(text, at + length, isOption)
  const name = text.slice(begin, end)
  const rest = text.slice(end, end + 120)
  const operator = operatorOf(rest, isOption)
  if (operator === undefined) return undefined
  const scheme = /^(?:Bearer|Basic|Token|FlyV1|Api-Key|ApiKey) {1,3}/i.exec(
    text.slice(end + operator.length, end + operator.length + 20),
  )
  return { name, at: end + operator.length + (scheme?.[0].length ?? 0), isStrong: operator.isStrong }
}

/** `meraki` is a name in `merakiKey` and `my_meraki`, and none in `CameraKit`; `sumo` is none in `sumOfAll`. */
function isWordEdge(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start)
  const before = start > 0 ? text.charCodeAt(start - 1) : 0
  const startsHump = isUpper(first) && isLower(before)
  if (isLetter(first) && isLetter(before) && !startsHump) return isEscaped(text, start)
  const last = text.charCodeAt(end - 1)
  const after = text.charCodeAt(end)
  return !(isLetter(last) && isLower(after))
}

function isEscaped(text: string, start: number): boolean {
  return text[start - 2] === '\\' && 'nrt'.includes(text.charAt(start - 1))
}

function endOfName(text: string, from: number, isOption: boolean): number {
  const limit = Math.min(text.length, from + TAIL_MAX)
  let words = 0
  let index = from
  for (; index < limit; index++) {
    const code = text.charCodeAt(index)
    if (isNameUnit(code)) continue
    // A space goes on with the name only in front of another plain word: `api key: x`, and not in `--token x` or `token is x`.
    if (code !== 32 || isOption || words === WORDS_MAX || !GOES_ON.test(text.slice(index, index + 9))) break
    words += 1
  }
  return index
}

interface Operator {
  readonly length: number
  readonly isStrong: boolean
}

const VALUE_FIELD = /^["'\\]{0,2}\s{0,2},?\s{1,40}["'\\]{0,2}value["'\\]{0,2}\s{0,3}[:=]\s{0,3}["'\\]{0,2}/i
const TYPED = /^\s{0,2}:\s{0,2}(?:string|str|&str|&'static str|String)\s{0,2}=\s{0,3}["'`]/
const ASSIGNS = /^["'`\\\])*]{0,4}\s{0,4}(?:=>|[:?|+]{0,3}={1,3}|:{1,2}|->)\s{0,20}["'`\\([{*]{0,3}/
const CALLS = /^(?:["'`]\s{0,3},\s{0,3}["'`]|\(["'`]|["'`]\]\s{0,3}=\s{0,3}["'`]|>)/
const SAYS = new RegExp(`^(?: {1,3}(?:${IS}):? {1,3}| {0,3}[是为為は은는] {0,3}|[\`*]{0,2} {0,3}\\| {0,8})["'\`*]{0,3}`)

function operatorOf(rest: string, isOption: boolean): Operator | undefined {
  for (const pattern of [VALUE_FIELD, TYPED, CALLS, ASSIGNS]) {
    const found = pattern.exec(rest)
    if (found !== null) return { length: found[0].length, isStrong: true }
  }
  if (isOption) {
    const gap = /^ {1,3}["']?/.exec(rest)
    if (gap !== null) return { length: gap[0].length, isStrong: true }
  }
  const said = SAYS.exec(rest)
  return said === null ? undefined : { length: said[0].length, isStrong: false }
}

const isUpper = (code: number): boolean => code >= 65 && code <= 90
const isLower = (code: number): boolean => code >= 97 && code <= 122
const isLetter = (code: number): boolean => isUpper(code) || isLower(code)
const isNameUnit = (code: number): boolean =>
  isLetter(code) || (code >= 48 && code <= 57) || code === 95 || code === 45 || code === 46

/** The words of a name, lower case: `mySecretKey_2` is `my secret key 2`. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\d]+/u)
    .filter((word) => word !== '')
}
