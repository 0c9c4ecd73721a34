import type { SpareUnits } from '../spare-units.ts'
import { withUnits } from '../text-units.ts'
import {
  findShared,
  fingerprintIndex,
  hashAt,
  hashesOf,
  isSieved,
  sieveOf,
  type FingerprintIndex,
  type GuardedText,
  type Sieve,
} from './fingerprints.ts'
import { foldLetters, isLetterAt, type Stretch } from './folded-letters.ts'
import { foldLeet } from './leet.ts'
import type { LetterCodes } from './letters.ts'

/** Longer grams leave fewer letters between two. */
const GRAM_MOST = 12

/**
 * Says of letters that they repeat nothing of what is guarded. Both are read as `leet` folds them, so that one pass stands for the
 * letters as they are too; and every gram of what is guarded is in the sieve, so that of the letters one gram in `stride` is
 * enough: any run that counts holds one of them.
 */
export class Screen {
  /** The fewest letters in a row that count for any of the texts. */
  readonly lettersMin: number
  readonly #gram: number
  readonly #stride: number
  readonly #sieve: Sieve
  readonly #texts: readonly GuardedText[]
  #index: FingerprintIndex | undefined

  constructor(texts: readonly GuardedText[], gram: number) {
    const lettersMin = texts.reduce((least, text) => Math.min(least, text.lettersMin), Number.POSITIVE_INFINITY)
    this.lettersMin = lettersMin
    this.#gram = Math.min(gram, GRAM_MOST, Math.ceil(lettersMin / 2))
    this.#stride = lettersMin - this.#gram + 1
    this.#texts = texts.map((text) => ({ ...text, codes: foldedCopy(text.codes), lettersMin }))
    this.#sieve = sieveOf(this.#texts.map(({ codes }) => hashesOf(codes, this.#gram)))
  }

  /** Whether the first `count` of folded letters may repeat something. */
  isMet(codes: LetterCodes, count: number): boolean {
    const { lettersMin } = this
    const [gram, stride, { sieve, sieveShift }] = [this.#gram, this.#stride, this.#sieve]
    for (let at = 0; at + gram <= count; at += stride) {
      if (!isSieved(sieve, hashAt(codes, at, gram) >>> sieveShift)) continue
      const around = codes.subarray(Math.max(0, at + gram - lettersMin), Math.min(count, at + lettersMin))
      this.#index ??= fingerprintIndex(this.#texts, gram)
      if (findShared(around, this.#index).length > 0) return true
    }
    return false
  }
}

function foldedCopy(codes: LetterCodes): LetterCodes {
  const copy = codes.slice()
  foldLeet(copy)
  return copy
}

/** False where no run of `text`, a canonical form, is shared with what the screens stand for, as it is or in `leet`. Linear. */
export function mayShare(text: string, screens: readonly Screen[], spare: SpareUnits): boolean {
  // No unit is more than one letter.
  if (screens.every(({ lettersMin }) => text.length < lettersMin)) return false
  const codes = spare.take(text.length)
  const signs: number[] = []
  return withUnits(text, (units) => {
    const whole = { units, from: 0, to: text.length }
    const count = foldLetters(codes, whole, signs)
    return screens.some((screen) => screen.isMet(codes, count)) || mayShareSigns(codes, whole, { screens, signs })
  })
}

/** Where one unit of so many is a sign, what is near one is most of the text. */
const MANY_SIGNS = 32

/** The same with signs as the letters that they look like: only what is near a sign reads otherwise then. */
function mayShareSigns(
  codes: LetterCodes,
  { units, to: length }: Stretch,
  { screens, signs }: { readonly screens: readonly Screen[]; readonly signs: readonly number[] },
): boolean {
  const isIn = (from: number, to: number): boolean => {
    const count = foldLetters(codes, { units, from, to })
    return screens.some((screen) => screen.isMet(codes, count))
  }
  if (signs.length * MANY_SIGNS > length) return isIn(0, length)
  const reach = Math.max(...screens.map(({ lettersMin }) => lettersMin))
  for (let next = 0; next < signs.length;) {
    let from = signs[next] as number
    for (let left = reach; from > 0 && left > 0;) if (isLetterAt(units, --from)) left -= 1
    let to = signs[next] as number
    for (let left = reach; to < length && left > 0; to++)
      if (to === signs[next]) {
        next += 1
        left = reach
      } else if (isLetterAt(units, to)) left -= 1
    if (isIn(from, to)) return true
  }
  return false
}
