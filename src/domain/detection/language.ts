import { LANGUAGE_SEEDS } from './language-seeds.ts'

export interface DetectedLanguage {
  /** ISO 639-1 code. */
  readonly language: string
  /** 0 to 1: how far the best language is ahead of the others; not a measured probability. */
  readonly confidence: number
}

/** Scripts that are written in one language of those known here, or that special letters tell apart. */
const SCRIPTS: readonly { readonly script: RegExp; readonly languages: readonly string[] }[] = [
  { script: /\p{Script=Hangul}/u, languages: ['ko'] },
  { script: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, languages: ['ja'] },
  { script: /\p{Script=Han}/u, languages: ['zh'] },
  { script: /\p{Script=Thai}/u, languages: ['th'] },
  { script: /\p{Script=Greek}/u, languages: ['el'] },
  { script: /\p{Script=Hebrew}/u, languages: ['he'] },
  { script: /\p{Script=Arabic}/u, languages: ['ar'] },
  { script: /\p{Script=Devanagari}/u, languages: ['hi'] },
  { script: /\p{Script=Bengali}/u, languages: ['bn'] },
  { script: /\p{Script=Tamil}/u, languages: ['ta'] },
  { script: /\p{Script=Telugu}/u, languages: ['te'] },
  { script: /\p{Script=Georgian}/u, languages: ['ka'] },
  { script: /\p{Script=Armenian}/u, languages: ['hy'] },
  { script: /\p{Script=Cyrillic}/u, languages: ['ru', 'uk', 'bg'] },
  {
    script: /\p{Script=Latin}/u,
    languages: Object.keys(LANGUAGE_SEEDS).filter((id) => !['ru', 'uk', 'bg'].includes(id)),
  },
]

const scriptOf = (language: string): number => SCRIPTS.findIndex(({ languages }) => languages.includes(language))
const KANA = scriptOf('ja')
const HAN = scriptOf('zh')
const LATIN = scriptOf('en')

/** Languages that can be detected. */
export const LANGUAGES: readonly string[] = [...SCRIPTS.flatMap(({ languages }) => languages), 'fa', 'ur'].toSorted()

/** Read from each text; what comes later does not change the answer. */
const SAMPLE_CHARS = 4_000
const LETTERS_MIN = 12
/** Scripts in which one character says as much as about three letters. */
const DENSE = new Set(['zh', 'ja', 'ko'])
const DENSITY = 3
const DENSE_MIN = 4
/** Of all letters, in the script of most. */
const SHARE_MIN = 0.55
const CONFIDENCE_MIN = 0.6
/** Trigrams overlap, so two of them count as about one independent sign. */
const DEPENDENCE = 2

/**
 * The language of most of a text, by script and, where languages share one, by frequencies of three letters; undefined for texts
 * that are too short or too mixed to say. A detector: short texts, names and mixtures are often taken for a neighbour language.
 */
export function detectLanguage(text: string): DetectedLanguage | undefined {
  const sample = proseOf(text)
  const counts = countScripts(sample)
  // Japanese is written in Han characters among kana.
  if (counts.kana * 10 > counts.han) counts.byScript[KANA] = counts.kana + counts.han
  const most = counts.byScript.indexOf(Math.max(...counts.byScript))
  const languages = SCRIPTS[most]?.languages ?? []
  const count = counts.byScript[most] ?? 0
  if (count < (DENSE.has(languages[0] ?? '') ? DENSE_MIN : LETTERS_MIN)) return undefined
  const weight = (script: number): number => (DENSE.has(SCRIPTS[script]?.languages[0] ?? '') ? DENSITY : 1)
  const others = counts.byScript.reduce(
    (sum, other, script) => sum + (script === most || (most === KANA && script === HAN) ? 0 : other * weight(script)),
    0,
  )
  const share = (count * weight(most)) / (count * weight(most) + others)
  if (share < SHARE_MIN) return undefined
  if (languages.length > 1) return byTrigrams(sample, SCRIPTS[most]?.script ?? /\p{L}/u, languages)
  return share < CONFIDENCE_MIN
    ? undefined
    : { language: withinScript(languages[0] ?? '', sample), confidence: round(share) }
}

function countScripts(sample: string): { readonly byScript: number[]; readonly kana: number; readonly han: number } {
  const byScript = SCRIPTS.map(() => 0)
  for (const [letter] of sample.matchAll(/[\p{L}\p{M}]/gu)) {
    const script = letter < '\u0250' ? LATIN : SCRIPTS.findIndex((known) => known.script.test(letter))
    if (script >= 0) byScript[script] = (byScript[script] ?? 0) + 1
  }
  return { byScript, kana: byScript[KANA] ?? 0, han: byScript[HAN] ?? 0 }
}

/** Without code, addresses and digits, which belong to no language. */
function proseOf(text: string): string {
  return text
    .slice(0, SAMPLE_CHARS)
    .replace(
      /```[^`]{0,4000}```|`[^`\n]{1,200}`|https?:\S{1,400}|<[^<>\n]{1,200}>|\S{0,64}[\d_@{}[\]()=/\\]\S{0,64}/g,
      ' ',
    )
    .toLowerCase()
}

/** Persian and Urdu have letters that Arabic lacks. */
function withinScript(language: string, text: string): string {
  if (language !== 'ar') return language
  if (/[ٹڈڑںے]/.test(text)) return 'ur'
  return /[پچژگی]/.test(text) && (text.match(/[پچژگ]/g)?.length ?? 0) * 60 > text.length ? 'fa' : 'ar'
}

function trigramsOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const word of text.split(/[^\p{L}\p{M}]{1,4096}/u)) {
    if (word === '') continue
    const padded = ` ${word} `
    for (let at = 0; at + 3 <= padded.length; at++) {
      const trigram = padded.slice(at, at + 3)
      counts.set(trigram, (counts.get(trigram) ?? 0) + 1)
    }
  }
  return counts
}

interface Profile {
  readonly logs: ReadonlyMap<string, number>
  /** For what the seed does not show. */
  readonly unseen: number
}

const profiles = new Map<string, Profile>()

/** Made when a language is first compared, one per language. */
function profileOf(language: string): Profile {
  const known = profiles.get(language)
  if (known !== undefined) return known
  const counts = trigramsOf((LANGUAGE_SEEDS[language] ?? '').normalize('NFC'))
  const total = counts.values().reduce((sum, count) => sum + count, 0)
  // Additive smoothing over the trigrams that a language may have.
  const scale = total + 0.5 * 5_000
  const logs = new Map(counts.entries().map(([trigram, count]) => [trigram, Math.log((count + 0.5) / scale)]))
  const profile = { logs, unseen: Math.log(0.5 / scale) }
  profiles.set(language, profile)
  return profile
}

function byTrigrams(sample: string, script: RegExp, languages: readonly string[]): DetectedLanguage | undefined {
  const trigrams = trigramsOf(sample.normalize('NFC'))
  const scores = languages.map((language) => {
    const { logs, unseen } = profileOf(language)
    let score = 0
    for (const [trigram, count] of trigrams)
      if (script.test(trigram)) score += Math.min(count, 20) * (logs.get(trigram) ?? unseen)
    return { language, score }
  })
  const [best] = scores.toSorted((left, right) => right.score - left.score)
  if (best === undefined) return undefined
  const rest = scores.reduce((sum, { score }) => sum + Math.exp((score - best.score) / DEPENDENCE), 0)
  const confidence = round(1 / rest)
  return confidence < CONFIDENCE_MIN ? undefined : { language: best.language, confidence }
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
