import { firstBehind } from '../../domain/guardrail/guard-seams.ts'

/** Texts that a provider puts one behind the other: the texts of one message, and of messages of one role in a row. */
export interface TextRun {
  /** Where it stands, for the record. */
  readonly where: string
  readonly side: 'input' | 'document'
  readonly texts: readonly RunText[]
}

export interface RunText {
  readonly text: string
  /** It was judged as one with the text before it. */
  readonly isJoined: boolean
}

export interface SeamWindow {
  readonly where: string
  readonly side: TextRun['side']
  readonly text: string
  /** Offsets in `text`: a finding counts where it lies across one of them. Undefined: any counts. */
  readonly seams: readonly number[] | undefined
  /** All of the guard is asked, or only what looks for values. */
  readonly asks: 'all' | 'values'
}

/** How far to both sides of a seam is looked at least and at most, and how much all windows from word to word may hold. */
const REACH_CHARS_MAX = 4_096
const WORD_WINDOW_CHARS_MAX = 1_048_576
const WINDOW_CHARS_MAX = 262_144
/** So many seams inside words, and so many windows from one of them to another, are looked at. */
const WORD_SEAMS_MAX = 1_024
const WORD_PAIRS_MAX = 1_024

const INSIDE_WORD = /^[\w+/=-]{2}$/

interface Joined extends Pick<TextRun, 'where' | 'side'> {
  readonly whole: string
  /** Between any two texts, in order, and those where nobody has judged across. */
  readonly seams: readonly number[]
  readonly unjudged: readonly number[]
  /** Seams with a part of a word on both sides. */
  readonly words: readonly number[]
}

/**
 * What is to be judged of runs, beside each text for itself: what lies around their seams. A value also hides behind the word
 * that it is glued to, so that it is looked for from each seam inside a word, and up to it. Undefined: these are too many.
 */
export function seamWindows(runs: readonly TextRun[]): readonly SeamWindow[] | undefined {
  const joined = runs.filter(({ texts }) => texts.length > 1).map(joinedRun)
  const count = joined.reduce((sum, { words }) => sum + words.length, 0)
  if (count > WORD_SEAMS_MAX) return undefined
  const pairs = count === 0 ? 0 : 1 + Math.floor(WORD_PAIRS_MAX / count)
  const windows = count * (pairs + 2)
  const reach = count === 0 ? 0 : Math.min(REACH_CHARS_MAX, Math.floor(WORD_WINDOW_CHARS_MAX / windows))
  return joined.flatMap((run) => [...aroundSeams(run), ...fromWords(run, { pairs, reach })])
}

function joinedRun({ where, side, texts }: TextRun): Joined {
  const whole = texts.map(({ text }) => text).join('')
  const seams: number[] = []
  const unjudged: number[] = []
  let at = 0
  for (const { text, isJoined } of texts) {
    if (at > 0 && at < whole.length) {
      if (seams.at(-1) !== at) seams.push(at)
      if (!isJoined && unjudged.at(-1) !== at) unjudged.push(at)
    }
    at += text.length
  }
  return { where, side, whole, seams, unjudged, words: seams.filter((seam) => isInsideWord(whole, seam)) }
}

function isInsideWord(whole: string, seam: number): boolean {
  return INSIDE_WORD.test(whole.slice(seam - 1, seam + 1))
}

/** Seams that lie near each other share a window. */
function aroundSeams({ unjudged, ...run }: Joined): readonly SeamWindow[] {
  const windows: SeamWindow[] = []
  let next = 0
  while (next < unjudged.length) {
    const from = (unjudged[next] as number) - REACH_CHARS_MAX
    let to = from
    const isNear = (seam: number): boolean =>
      to === from || (seam - REACH_CHARS_MAX <= to && seam + REACH_CHARS_MAX - from <= WINDOW_CHARS_MAX)
    for (; next < unjudged.length && isNear(unjudged[next] as number); next++)
      to = (unjudged[next] as number) + REACH_CHARS_MAX
    windows.push(...windowOf(run, unjudged, { from, to, asks: 'all' }))
  }
  return windows
}

/** SECURITY: where a value begins and where it ends somebody else chooses: both ends may be glued to a word. */
function fromWords(
  { words, seams, ...run }: Joined,
  { pairs, reach }: { readonly pairs: number; readonly reach: number },
): readonly SeamWindow[] {
  return words.flatMap((word, index) =>
    [
      { from: word - reach, to: word },
      ...words
        .slice(index + 1, index + 1 + pairs)
        .filter((end) => end - word <= reach)
        .map((end) => ({ from: word, to: end })),
      { from: word, to: word + reach },
    ].flatMap((place) => windowOf(run, seams, { ...place, asks: 'values' })),
  )
}

/** None where no seam lies within. */
function windowOf(
  { where, side, whole }: Pick<Joined, 'where' | 'side' | 'whole'>,
  seams: readonly number[],
  { asks, ...place }: { readonly from: number; readonly to: number; readonly asks: SeamWindow['asks'] },
): readonly SeamWindow[] {
  const from = Math.max(0, place.from)
  const to = Math.min(whole.length, place.to)
  const within = seams.slice(firstBehind(seams, from), firstBehind(seams, to - 1)).map((seam) => seam - from)
  if (within.length === 0) return []
  // A cut through a pair is the window's own doing.
  return [{ where, side, asks, seams: within, text: whole.slice(from, to).toWellFormed() }]
}
