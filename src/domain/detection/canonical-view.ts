/** A normal form of a text in which each UTF-16 unit knows where it came from in the raw text. */
export interface View {
  readonly text: string
  /** Raw start of each unit of `text`. */
  readonly starts: Uint32Array
  /** Raw end (exclusive) of each unit of `text`. */
  readonly ends: Uint32Array
  /** Characters that a reader does not see: zero-width, tag and direction characters, variation selectors. */
  readonly invisible: number
  /** ASCII text that was hidden in tag characters (U+E0020–U+E007E). */
  readonly tagText: string
}

/* oxlint-disable no-misleading-character-class -- each character is looked for by itself, on purpose */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]/
/* oxlint-enable no-misleading-character-class */
const DECIMAL_DIGIT = /\p{Nd}/u
const COMBINING = /\p{Mn}/u

/** Letters that readers take for Latin ones; source: Unicode UTS #39 confusables, the Cyrillic, Greek and Armenian part. */
const CONFUSABLES = new Map(
  [
    ...'аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwкkтtмmвbнhАaЕeОoРpСcУyХxІiЈjЅsКkТtМmВbНhզqոnսuօoհhցg'.matchAll(/(.)([a-z])/gu),
    ...'αaεeιiκkνvοoρpτtυuχxωwΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧx'.matchAll(/(.)([a-z])/gu),
  ].map((pair) => [pair[1] ?? '', pair[2] ?? ''] as const),
)

/**
 * Strips invisibles, applies NFKC per character, folds case, all scripts' digits and confusable letters.
 * Linear in the input; guarantees the normal form it states and nothing about meaning.
 */
export function canonicalView(raw: string): View {
  const plain = asciiView(raw)
  if (plain !== undefined) return plain
  const builder = new ViewBuilder()
  let invisible = 0
  let tagText = ''
  for (let start = 0; start < raw.length;) {
    const code = raw.codePointAt(start) ?? 0
    const end = start + (code > 0xffff ? 2 : 1)
    if (code >= 0xe0000 && code <= 0xe0fff) {
      invisible += 1
      if (code >= 0xe0020 && code <= 0xe007e) tagText += String.fromCharCode(code - 0xe0000)
    } else if (code > 0x7e && code < 0xffff && INVISIBLE.test(raw.charAt(start))) invisible += 1
    else for (const char of foldCharacter(raw.slice(start, end))) builder.push(char, start, end)
    start = end
  }
  return builder.finish(invisible, tagText)
}

/** Text in plain ASCII maps onto itself, but for its case. */
function asciiView(raw: string): View | undefined {
  for (let index = 0; index < raw.length; index++) if (raw.charCodeAt(index) > 0x7e) return undefined
  const starts = new Uint32Array(raw.length)
  const ends = new Uint32Array(raw.length)
  for (let index = 0; index < raw.length; index++) {
    starts[index] = index
    ends[index] = index + 1
  }
  return { text: raw.toLowerCase(), starts, ends, invisible: 0, tagText: '' }
}

function foldCharacter(char: string): string {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x80) return char.toLowerCase()
  const confusable = CONFUSABLES.get(char)
  if (confusable !== undefined) return confusable
  if (COMBINING.test(char)) return ''
  const folded = char.normalize('NFKC').toLowerCase()
  const bare = folded.normalize('NFD').replace(/\p{Mn}/gu, '')
  const latin = /^[a-z]+$/.test(bare) ? bare : folded
  if (!DECIMAL_DIGIT.test(latin)) return CONFUSABLES.get(latin) ?? latin
  return [...latin].map(digitOf).join('')
}

/** Decimal digits of every script stand in runs of ten (Unicode core specification, section 4.6); two runs may touch. */
function digitOf(char: string): string {
  if (!DECIMAL_DIGIT.test(char) || /[0-9]/.test(char)) return char
  const code = char.codePointAt(0) ?? 0
  let zero = code
  while (DECIMAL_DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String((code - zero) % 10)
}

class ViewBuilder {
  readonly #parts: string[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  push(text: string, start: number, end: number): void {
    this.#parts.push(text)
    for (let unit = 0; unit < text.length; unit++) {
      this.#starts.push(start)
      this.#ends.push(end)
    }
  }

  finish(invisible: number, tagText: string): View {
    return {
      text: this.#parts.join(''),
      starts: Uint32Array.from(this.#starts),
      ends: Uint32Array.from(this.#ends),
      invisible,
      tagText,
    }
  }
}

/** The raw span of a span in the view. */
export function rawSpan(view: View, start: number, end: number): { readonly start: number; readonly end: number } {
  if (end <= start) return { start: view.starts[start] ?? 0, end: view.starts[start] ?? 0 }
  return { start: view.starts[start] ?? 0, end: view.ends[end - 1] ?? 0 }
}
