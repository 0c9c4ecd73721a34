import { textOf } from '../../base/bytes.ts'

/** Text hidden in a piece of the raw text by an encoding. */
export interface DecodedPiece {
  readonly encoding: 'base64' | 'hex' | 'percent' | 'entity' | 'escape' | 'rot13' | 'reversed' | 'spaced' | 'tags'
  readonly text: string
  /** Raw span that holds the encoded form. */
  readonly start: number
  readonly end: number
}

export interface Decoded {
  readonly pieces: readonly DecodedPiece[]
  /** True when a budget ended the search: what was left is unknown, and the caller must say so. */
  readonly isOverBudget: boolean
}

const DEPTH_MAX = 3
const CANDIDATES_MAX = 64
const CHARS_MAX = 262_144
/** Shorter encoded runs cannot hold an instruction and are common in ordinary text. */
const RUN_MIN = 16

/** Decodes what looks encoded, nested to `DEPTH_MAX`, within budgets; never throws. */
export function decodePieces(raw: string): Decoded {
  const pieces: DecodedPiece[] = []
  const budget = { candidates: CANDIDATES_MAX, chars: CHARS_MAX }
  let isOverBudget = false
  let layer: { text: string; start: number; end: number }[] = [{ text: raw, start: 0, end: raw.length }]
  for (let depth = 0; depth < DEPTH_MAX && layer.length > 0; depth++) {
    const next: typeof layer = []
    for (const source of layer) {
      for (const run of encodedRuns(source.text)) {
        const text = run.decode()
        if (text === undefined) continue
        budget.candidates -= 1
        budget.chars -= text.length
        if (budget.candidates < 0 || budget.chars < 0) {
          isOverBudget = true
          break
        }
        const start = depth === 0 ? run.start : source.start
        const end = depth === 0 ? run.end : source.end
        pieces.push({ encoding: run.encoding, text, start, end })
        next.push({ text, start, end })
      }
    }
    layer = next
  }
  return { pieces, isOverBudget }
}

interface Run {
  readonly encoding: DecodedPiece['encoding']
  readonly start: number
  readonly end: number
  decode(): string | undefined
}

function* encodedRuns(text: string): Generator<Run> {
  yield* runsOf(text, isBase64Char, (run) => decodeBase64(run), 'base64')
  yield* runsOf(text, isHexChar, (run) => decodeHex(run), 'hex')
  if (text.includes('%')) yield* wholeText(text, 'percent', decodePercent)
  if (text.includes('&#')) yield* wholeText(text, 'entity', decodeEntities)
  if (text.includes('\\u') || text.includes('\\x')) yield* wholeText(text, 'escape', decodeEscapes)
}

function* wholeText(text: string, encoding: Run['encoding'], decode: (text: string) => string): Generator<Run> {
  const decoded = decode(text)
  if (decoded !== text) yield { encoding, start: 0, end: text.length, decode: () => decoded }
}

function* runsOf(
  text: string,
  belongs: (code: number) => boolean,
  decode: (run: string) => string | undefined,
  encoding: Run['encoding'],
): Generator<Run> {
  let start = -1
  for (let index = 0; index <= text.length; index++) {
    const inside = index < text.length && belongs(text.charCodeAt(index))
    if (inside && start < 0) start = index
    if (inside || start < 0) continue
    const [from, to] = [start, index]
    start = -1
    if (to - from >= RUN_MIN) yield { encoding, start: from, end: to, decode: () => decode(text.slice(from, to)) }
  }
}

/** Without the padding: `q=…` and two runs that `=` joins are decoded too. */
function isBase64Char(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 43 ||
    code === 47 ||
    code === 45 ||
    code === 95
  )
}

function isHexChar(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)
}

function decodeBase64(run: string): string | undefined {
  const standard = run.replaceAll('-', '+').replaceAll('_', '/')
  if (standard.length % 4 === 1) return undefined
  // A word of letters alone decodes to noise; a real payload mixes cases or digits.
  if (!/[A-Z]/.test(standard) || !/[a-z]/.test(standard)) return undefined
  const binary = atob(standard + '='.repeat((4 - (standard.length % 4)) % 4))
  return printable(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
}

function decodeHex(run: string): string | undefined {
  if (run.length % 2 !== 0) return undefined
  return printable(
    Uint8Array.from({ length: run.length / 2 }, (_, index) => Number.parseInt(run.slice(2 * index, 2 * index + 2), 16)),
  )
}

/** Text only if the bytes are UTF-8 and almost wholly printable. */
function printable(bytes: Uint8Array): string | undefined {
  const text = textOf(bytes)
  if (text === undefined || text.length < 8) return undefined
  let odd = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) odd += 1
  }
  return odd * 20 <= text.length ? text : undefined
}

function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const bytes = Uint8Array.from({ length: run.length / 3 }, (_, index) =>
      Number.parseInt(run.slice(3 * index + 1, 3 * index + 3), 16),
    )
    return textOf(bytes) ?? run
  })
}

function decodeEntities(text: string): string {
  return text.replace(
    /&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));/g,
    (whole, hex: string | undefined, decimal: string | undefined) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code > 0x10ffff ? whole : String.fromCodePoint(code)
    },
  )
}

function decodeEscapes(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/g,
    (_, wide: string | undefined, narrow: string | undefined) =>
      String.fromCharCode(Number.parseInt(wide ?? narrow ?? '', 16)),
  )
}

export function rot13(text: string): string {
  let turned = ''
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 97 && code <= 122) turned += String.fromCharCode(((code - 97 + 13) % 26) + 97)
    else if (code >= 65 && code <= 90) turned += String.fromCharCode(((code - 65 + 13) % 26) + 65)
    else turned += text.charAt(index)
  }
  return turned
}
