/** What a sentence says, as far as words show it. */
export interface Terms {
  /** Stems of content words. */
  readonly words: readonly string[]
  /** Numbers in one spelling: `1,250.50` and `1.250,50` are `1250.5`. */
  readonly numbers: readonly string[]
  /** Capitalised words that do not begin the sentence, in lower case. */
  readonly names: readonly string[]
  readonly isNegated: boolean
}

const STOP = new Set(
  (
    'a an the and or but if then else of to in on at by for with from as is are was were be been being it its this that these those he she they we you i his her their our your my me him them us who whom which what when where why how not no nor so than too very can could will would shall should may might must do does did done have has had having there here about into over under between through during before after above below up down out off again further once also such only own same other some any each few more most both all just because while until against ' +
    'der die das den dem des ein eine einer eines einem einen und oder aber wenn von zu im in am an auf bei fur mit aus als ist sind war waren sein wird werden es er sie wir ihr nicht kein keine auch nur noch schon sehr kann konnen hat haben sich dass nach uber unter vor durch ' +
    'le la les un une des du de et ou mais si dans sur par pour avec sans est sont etait ete etre il elle ils elles nous vous ne pas plus que qui ce cette ces son sa ses leur se au aux en y a ont ' +
    'el los las unos unas del y o pero para con sin es son fue ser no que se su sus al lo como mas por'
  ).split(' '),
)
const NEGATION =
  /\b(?:not|no|never|none|neither|nor|without|cannot|\w{1,12}n['’]t|nicht|kein\w{0,2}|nie|ohne|pas|jamais|aucun\w{0,1}|sans|sin|nunca|ning[uú]n\w{0,1})\b/iu
const TOKENS = /\p{L}[\p{L}\p{M}'’-]{0,40}|\d[\d.,]{0,24}/gu
const TOKENS_MAX = 20_000

/** Content words, numbers, names and negation of a text; linear. */
export function termsOf(text: string): Terms {
  const words: string[] = []
  const numbers: string[] = []
  const names: string[] = []
  let seen = 0
  let isFirst = true
  for (const match of text.matchAll(TOKENS)) {
    if (++seen > TOKENS_MAX) break
    const token = match[0]
    if (/^\d/.test(token)) {
      numbers.push(normalNumber(token))
      isFirst = false
      continue
    }
    const plain = fold(token)
    if (!STOP.has(plain) && plain.length > 1) {
      words.push(stem(plain))
      if (!isFirst && /^\p{Lu}/u.test(token)) names.push(plain)
    }
    isFirst = false
  }
  return { words, numbers, names, isNegated: NEGATION.test(text) }
}

function fold(token: string): string {
  return token
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/['’]s?$/, '')
}

/** Thousands separators go, the decimal one becomes a point, zeros behind it go. */
export function normalNumber(token: string): string {
  const bare = token.replace(/[.,]{1,24}$/, '')
  const last = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','))
  const tail = bare.length - last - 1
  const separators = bare.replace(/\d/g, '')
  const isGrouping =
    last < 0 || (tail === 3 && new Set(separators).size === 1 && bare.length > 4 && !bare.startsWith('0'))
  if (isGrouping) return bare.replace(/[.,]/g, '')
  const whole = bare.slice(0, last).replace(/[.,]/g, '')
  const decimals = bare.slice(last + 1).replace(/0{1,24}$/, '')
  return decimals === '' ? whole : `${whole}.${decimals}`
}

const ENDINGS = [
  'ationally', 'ization', 'isation', 'fulness', 'ousness', 'iveness', 'ations', 'ation', 'ments', 'ingly', 'ities', 'ement', 'ment', 'ness', 'ance', 'ence', 'able', 'ible', 'ions', 'ings', 'edly', 'ies', 'ied', 'ity', 'ive', 'ion', 'ing', 'ers', 'ens', 'ung', 'ent', 'est', 'ed', 'es', 'er', 'en', 'ly', 'al', 's', 'e', 'n', 'y',
] // prettier-ignore
const STEM_MIN = 4

/** Takes common endings off, twice at most; light on purpose: it joins forms of a word, not words of a family. */
function stem(word: string): string {
  let cut = word
  for (let round = 0; round < 2; round++) {
    const ending = ENDINGS.find((end) => cut.endsWith(end) && cut.length - end.length >= STEM_MIN)
    if (ending === undefined) break
    cut = cut.slice(0, cut.length - ending.length)
  }
  return cut
}
