// Small text tools of the simulated model: sentences, stems, overlap.

const STOP = new Set(
  'a an the of to in on for and or is are was were be been do does did can could would should i my me we our you your it its this that these those with at by from as if how what when where who which will not no so than then there have has had please hello hi thanks thank'.split(
    ' ',
  ),
)

function stem(word: string): string {
  return word.replace(/(?:ies)$/, 'y').replace(/(?:ing|edly|ed|es|s)$/, '')
}

export function stems(text: string): readonly string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !STOP.has(word)).map(stem)
}

export function sentencesOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** The sentences that share most stems with the question, in the order they are written. */
export function bestSentences(text: string, question: string, count: number): readonly string[] {
  const wanted = new Set(stems(question))
  const scored = sentencesOf(text).map((sentence, index) => {
    const own = new Set(stems(sentence))
    let shared = 0
    for (const word of own) if (wanted.has(word)) shared += 1
    return { sentence, index, score: shared / Math.sqrt(own.size + 1) + (shared > 0 ? shared : 0) }
  })
  const best = scored.toSorted((left, right) => right.score - left.score || left.index - right.index).slice(0, count)
  return best.toSorted((left, right) => left.index - right.index).map(({ sentence }) => sentence)
}

/** A number in [0, 1) from a seed and a text: the same pair always gives the same number (FNV-1a with a final mix). */
export function chance(seed: number, text: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
