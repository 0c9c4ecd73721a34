export interface Contradiction {
  /** Offset of the later sentence. */
  readonly start: number
  readonly first: string
  readonly second: string
}

interface Directive {
  readonly start: number
  readonly text: string
  readonly isForbidding: boolean
  readonly stems: ReadonlySet<string>
}

/** Sentences that are held against each other: pairs grow with the square. */
const SENTENCES_MAX = 200
const SHOWN_CHARS_MAX = 80
const SAME_FROM = 0.75
const STEMS_MIN = 2

const FORBIDDING = /\b(?:never|do not|don't|must not|mustn't|may not|avoid|under no circumstances|no longer)\b/i
const FILLER = new Set(
  'a an the to of in on at for with and or but is are be you your it its this that these those always must should shall please may can will never do not don t mustn avoid no any all only ever as by from them their under circumstances longer'.split(
    ' ',
  ),
)

/**
 * Directives of one prompt that cannot both be kept: the same said and forbidden, two lengths, two languages, two forms.
 * Best effort, by words; two sentences that say one thing in different words are not found.
 */
export function findContradictions(text: string): readonly Contradiction[] {
  const directives = directivesOf(text)
  const found: Contradiction[] = []
  for (const [place, second] of directives.entries())
    for (const first of directives.slice(0, place))
      if (isOpposite(first, second) || isOtherWise(first, second))
        found.push({ start: second.start, first: shown(first.text), second: shown(second.text) })
  return found
}

function directivesOf(text: string): readonly Directive[] {
  return [...text.matchAll(/[^.!?;\n]+/g)]
    .map(({ index, 0: sentence }) => {
      const lead = sentence.length - sentence.trimStart().length
      const words = (sentence.toLowerCase().match(/\p{L}+|\d+/gu) ?? []).filter((word) => !FILLER.has(word))
      return {
        start: index + lead,
        text: sentence.trim(),
        isForbidding: FORBIDDING.test(sentence),
        stems: new Set(words.map(stemOf)),
      }
    })
    .filter(({ text: sentence }) => sentence !== '')
    .slice(0, SENTENCES_MAX)
}

const stemOf = (word: string): string => word.replace(/(?:ies|es|s|ing|ed)$/, '')

function isOpposite(first: Directive, second: Directive): boolean {
  if (first.isForbidding === second.isForbidding) return false
  const shared = [...first.stems].filter((stem) => second.stems.has(stem)).length
  if (shared < STEMS_MIN) return false
  return shared / Math.max(first.stems.size, second.stems.size) >= SAME_FROM
}

/** Kinds of wishes of which a prompt can have one: the group says the kind, the choice the wish. */
const CHOICES: readonly (readonly (readonly [wish: string, pattern: RegExp])[])[] = [
  [
    [
      'short',
      /\b(?:be (?:brief|concise|short|terse)|(?:answer|reply) (?:briefly|concisely)|in (?:one|a single) (?:word|sentence))\b/i,
    ],
    [
      'long',
      /\b(?:be (?:detailed|thorough|comprehensive|exhaustive)|(?:answer|reply|explain) (?:in (?:great |full )?detail|at length|exhaustively))\b/i,
    ],
  ],
  [
    ['json', /\b(?:(?:answer|reply|respond|output)[^.]{0,30}\bjson\b)/i],
    ['prose', /\b(?:(?:answer|reply|respond|output)[^.]{0,30}\b(?:plain text|prose|markdown|full sentences)\b)/i],
  ],
  ['english', 'german', 'french', 'spanish', 'italian', 'polish', 'portuguese', 'dutch'].map(
    (language) =>
      [language, new RegExp(`\\b(?:answer|reply|respond|write|speak)\\b[^.]{0,30}\\bin ${language}\\b`, 'i')] as const,
  ),
]

function isOtherWise(first: Directive, second: Directive): boolean {
  if (first.isForbidding || second.isForbidding) return false
  return CHOICES.some((wishes) => {
    const [one, other] = [wishIn(wishes, first.text), wishIn(wishes, second.text)]
    return one !== undefined && other !== undefined && one !== other
  })
}

function wishIn(wishes: (typeof CHOICES)[number], text: string): string | undefined {
  return wishes.find(([, pattern]) => pattern.test(text))?.[0]
}

const shown = (text: string): string =>
  text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX - 1)}…` : text
