import { EXACT_OBFUSCATIONS } from './obfuscations.ts'
import { decodeForm, writeForm } from './decode-form.ts'
import { below, pick, type Random } from './seeded-random.ts'

/** A change of a few characters of a readable text, with what it takes to undo it. */
export interface Edit {
  readonly at: number
  readonly before: string
  readonly after: string
}

export interface EditTechnique {
  readonly id: string
  /** Undefined where the text has no place for it. */
  readonly find: (text: string, random: Random) => Edit | undefined
}

export const applyEdit = (text: string, { at, before, after }: Edit): string =>
  text.slice(0, at) + after + text.slice(at + before.length)

/** The text before the edit; undefined where the text is not what the edit left. */
export function undoEdit(text: string, { at, before, after }: Edit): string | undefined {
  return text.startsWith(after, at) ? text.slice(0, at) + before + text.slice(at + after.length) : undefined
}

interface Word {
  readonly at: number
  readonly text: string
}

const WORDS_MAX = 400

/** Words of letters; a long text is looked at only so far. */
function wordsOf(text: string, least: number): readonly Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/\p{L}{1,40}/gu)) {
    if (match[0].length >= least) words.push({ at: match.index, text: match[0] })
    if (words.length >= WORDS_MAX) break
  }
  return words
}

/** Synonyms and the same word in other languages, by the field's attack vocabulary; own selection. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  ignore: ['skip', 'pay no heed to', 'set aside', 'leave out'],
  disregard: ['take no notice of', 'overlook', 'skip'],
  forget: ['unlearn', 'drop', 'let go of'],
  previous: ['older', 'foregoing', 'past'],
  instructions: ['directions', 'orders you got', 'briefing', 'guidance'],
  print: ['write out', 'put on screen', 'type'],
  show: ['present', 'lay out'],
  repeat: ['say again', 'echo', 'recite'],
  output: ['emit', 'write down'],
  system: ['operator', 'setup'],
  prompt: ['preamble', 'briefing', 'opening text'],
  hidden: ['unseen', 'private'],
  confidential: ['internal', 'private'],
  rules: ['limits', 'principles'],
  guidelines: ['principles', 'customs'],
  override: ['outrank', 'switch off'],
  bypass: ['go around', 'step over'],
  restrictions: ['limits', 'fences'],
  policy: ['code of conduct', 'line'],
  assistant: ['helper', 'bot', 'model'],
  call: ['invoke', 'trigger', 'fire'],
  run: ['start', 'launch'],
  user: ['customer', 'reader'],
}
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  ignore: ['ignoriere', 'ignorez', 'ignora', 'ignoruj', 'игнорируй', '無視して'],
  forget: ['vergiss', 'oublie', 'olvida', 'забудь'],
  previous: ['vorherigen', 'précédentes', 'anteriores', 'предыдущие', '以前の'],
  all: ['alle', 'toutes', 'todas', 'все'],
  instructions: ['Anweisungen', 'consignes', 'instrucciones', 'инструкции', '指示'],
  print: ['drucke', 'imprime', 'напечатай'],
  repeat: ['wiederhole', 'répète', 'repite'],
  show: ['zeige', 'montre', 'muestra', 'покажи'],
  your: ['deine', 'tes', 'tus', 'твои'],
  rules: ['Regeln', 'règles', 'reglas', 'правила'],
  system: ['système', 'sistema', 'системный'],
  prompt: ['Eingabe', 'consigne', 'mensaje', '提示'],
}

const replaced =
  (lexicon: Readonly<Record<string, readonly string[]>>) =>
  (text: string, random: Random): Edit | undefined => {
    const known = wordsOf(text, 3).filter(({ text: word }) => Object.hasOwn(lexicon, word.toLowerCase()))
    if (known.length === 0) return undefined
    const word = pick(random, known)
    return { at: word.at, before: word.text, after: pick(random, lexicon[word.text.toLowerCase()] ?? [word.text]) }
  }

/** One word changed in itself; what does not change it is no edit. */
const inWord =
  (least: number, change: (word: string, random: Random) => string | undefined) =>
  (text: string, random: Random): Edit | undefined => {
    const words = wordsOf(text, least)
    if (words.length === 0) return undefined
    const word = pick(random, words)
    const after = change(word.text, random)
    return after === undefined || after === word.text ? undefined : { at: word.at, before: word.text, after }
  }

const LOOK_ALIKE: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'ο',
  p: 'р',
  s: 'ѕ',
  x: 'х',
  y: 'у',
  n: 'ո',
  u: 'ս',
  g: 'ց',
  v: 'ν',
  h: 'һ',
  d: 'ԁ',
  l: 'ӏ',
}

const FORM_IDS = EXACT_OBFUSCATIONS.map(({ id }) => id)
const cut = (word: string, random: Random): number => 1 + below(random, word.length - 1)

/** Small changes that a reader or a model reads over; each uses up one unit of the budget for lossy steps. */
export const EDIT_TECHNIQUES: readonly EditTechnique[] = [
  {
    id: 'insert-character',
    find: inWord(4, (word, random) => {
      const at = cut(word, random)
      return word.slice(0, at) + pick(random, ['.', '*', '_', "'", 'x', '·', '|', '~', '\u0301', '-']) + word.slice(at)
    }),
  },
  {
    id: 'delete-character',
    find: inWord(5, (word, random) => {
      const at = cut(word, random)
      return word.slice(0, at) + word.slice(at + 1)
    }),
  },
  {
    id: 'swap-characters',
    find: inWord(5, (word, random) => {
      const at = 1 + below(random, word.length - 2)
      return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
    }),
  },
  {
    id: 'double-character',
    find: inWord(4, (word, random) => {
      const at = below(random, word.length)
      return word.slice(0, at) + word.charAt(at) + word.slice(at)
    }),
  },
  {
    id: 'split-word',
    find: inWord(5, (word, random) => {
      const at = cut(word, random)
      return `${word.slice(0, at)}${pick(random, [' ', '-', '\n', '/', '+', '" + "'])}${word.slice(at)}`
    }),
  },
  {
    id: 'mixed-case',
    find: inWord(4, (word, random) =>
      Array.from(word, (char) => (random() < 0.5 ? char.toUpperCase() : char.toLowerCase())).join(''),
    ),
  },
  {
    id: 'homoglyph',
    find: inWord(3, (word, random) => {
      const places = Array.from(word.toLowerCase(), (char, index) => (Object.hasOwn(LOOK_ALIKE, char) ? index : -1))
      const known = places.filter((index) => index >= 0)
      if (known.length === 0) return undefined
      const at = pick(random, known)
      return word.slice(0, at) + (LOOK_ALIKE[word.charAt(at).toLowerCase()] ?? '') + word.slice(at + 1)
    }),
  },
  {
    id: 'encode-word',
    find: inWord(4, (word, random) => {
      const id = pick(random, FORM_IDS)
      const written = writeForm(id, word)
      return written !== undefined && decodeForm(id, written) === word ? written : undefined
    }),
  },
  { id: 'synonym', find: replaced(SYNONYMS) },
  { id: 'foreign-word', find: replaced(FOREIGN) },
]
