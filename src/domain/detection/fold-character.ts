import { CONFUSABLES } from './confusables.ts'

const DECIMAL_DIGIT = /\p{Nd}/u
const MARKS = /\p{Mn}|\p{Me}/gu
const IS_MARK = /^(?:\p{Mn}|\p{Me})$/u
/* oxlint-disable no-misleading-character-class -- each character is looked for by itself, on purpose */
const INVISIBLE =
  /^[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]$/u
/* oxlint-enable no-misleading-character-class */

/** Zero-width, direction and tag characters, fillers, variation selectors. */
export function isInvisible(char: string): boolean {
  return INVISIBLE.test(char)
}

/** The canonical form of one character (a code point as text); the empty string when a reader sees nothing of it. */
export function foldCharacter(char: string): string {
  if (isInvisible(char)) return ''
  const confusable = CONFUSABLES.get(char)
  if (confusable !== undefined) return confusable
  if (IS_MARK.test(char)) return ''
  if (char === '\u2028' || char === '\u2029' || char === '\u0085') return '\n'
  if (char === '\u1680' || char === '\u2800') return ' '
  const folded = char.normalize('NFKC')
  const bare = folded.normalize('NFD').replace(MARKS, '')
  const latin = isAscii(bare) ? bare : folded
  if (!DECIMAL_DIGIT.test(latin)) return CONFUSABLES.get(latin) ?? latin
  return Array.from(latin, digitOf).join('')
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7e) return false
  return text !== ''
}

/** Decimal digits of every script stand in runs of ten (Unicode core specification, section 4.6); two runs may touch. */
function digitOf(char: string): string {
  if (!DECIMAL_DIGIT.test(char) || /[0-9]/.test(char)) return char
  const code = char.codePointAt(0) ?? 0
  let zero = code
  while (DECIMAL_DIGIT.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String((code - zero) % 10)
}
