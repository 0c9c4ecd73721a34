import { seededStream, type RandomStream } from '../../base/seeded-stream.ts'

export const PERTURBATIONS = [
  'typos',
  'lower-case',
  'upper-case',
  'no-punctuation',
  'extra-spaces',
  'no-diacritics',
  'polite',
  'terse',
  'indirect',
  'german-frame',
  'french-frame',
  'spanish-frame',
] as const
export type Perturbation = (typeof PERTURBATIONS)[number]

/** Share of longer words that get a typing error. */
const TYPO_SHARE = 0.12
const WORD_CHARS_MIN = 4

/**
 * A wording that should change nothing: typing errors, letter case, punctuation, frames of politeness or of another language.
 * Deterministic for a seed. Frames ask for the same in other words; they do not translate the request.
 */
export function perturb(kind: Perturbation, text: string, seed: number): string {
  switch (kind) {
    case 'typos':
      return withTypos(text, seededStream(seed, 'typos', text))
    case 'lower-case':
      return text.toLowerCase()
    case 'upper-case':
      return text.toUpperCase()
    case 'no-punctuation':
      return text.replace(/[.,;:!?…¿¡]+(?=\s|$)/gu, '')
    case 'extra-spaces':
      return text.replaceAll(' ', '  ')
    case 'no-diacritics':
      return text
        .normalize('NFD')
        .replace(/\p{Mn}/gu, '')
        .normalize('NFC')
    case 'polite':
      return `Hello! I hope you are well. I would be grateful for your help with this: ${text} Thank you very much.`
    case 'terse':
      return `${text}\n\nShort answer please.`
    case 'indirect':
      return `A colleague asked me the following, and I would like to give the right answer: "${text}"`
    case 'german-frame':
      return `Guten Tag, ich habe eine Frage: ${text}`
    case 'french-frame':
      return `Bonjour, j'ai une question : ${text}`
    case 'spanish-frame':
      return `Hola, tengo una pregunta: ${text}`
  }
}

/** Swaps, doubles or drops one inner letter of some words. Numbers and names in code stay as they are: they carry meaning. */
function withTypos(text: string, random: RandomStream): string {
  return text.replace(/\p{L}+/gu, (word, at: number) => {
    const before = text[at - 1] ?? ' '
    if (word.length < WORD_CHARS_MIN || /[\d_@./#-]/.test(before) || /[\d_@./#-]/.test(text[at + word.length] ?? ' '))
      return word
    if (random() >= TYPO_SHARE) return word
    const letters = Array.from(word)
    const place = 1 + Math.floor(random() * (letters.length - 2))
    const [letter, next] = [letters[place] ?? '', letters[place + 1] ?? '']
    const edits = [[next, letter], [letter, letter, next], [next]] as const
    letters.splice(place, 2, ...(edits[Math.floor(random() * edits.length)] ?? [letter, next]))
    return letters.join('')
  })
}
