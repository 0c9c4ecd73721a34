/** Words that formats ask for, in any case. Before one that begins with a letter or digit, no format takes another. */
export const FORMAT_WORDS = ['dot', 'bic', 'swift', '0x', 'bc1', '(at)', '[at]', '{at}'] as const
export type FormatWord = (typeof FORMAT_WORDS)[number]

/** Where each of the `FORMAT_WORDS` stands that may count, in order, by its number. */
export type WordPlaces = readonly (readonly number[])[]

/** A text without any of the words. */
export const NO_WORDS: WordPlaces = FORMAT_WORDS.map(() => [])

const PATTERNS: readonly RegExp[] = FORMAT_WORDS.map((word) => new RegExp(word.replace(/[()[\]{}]/g, '\\$&'), 'gi'))

/** For texts that nobody has passed over: every occurrence. */
export function wordPlacesOf(text: string): WordPlaces {
  return PATTERNS.map((pattern, word) => {
    const places: number[] = []
    pattern.lastIndex = 0
    while (pattern.test(text)) places.push(pattern.lastIndex - (FORMAT_WORDS[word]?.length ?? 0))
    return places
  })
}
