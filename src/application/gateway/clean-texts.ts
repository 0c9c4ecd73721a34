/** Texts that were judged before and were clean: a conversation brings its whole history with each turn. */
export interface CleanTexts {
  /** Stands for a text under one policy; holds nothing of it. Undefined: there is nothing to judge. */
  keyOf(policy: string, text: string): string | undefined
  /** The score of a text in which nothing was found, if it was judged lately. */
  scoreOf(key: string): number | undefined
  add(key: string, score: number): void
}

const TEXTS_MAX = 50_000

/** Bounded; the longest unused goes first. Only what had no finding and left as it came is kept, and of that only a keyed hash. */
export function cleanTexts(digest: (purpose: string, text: string) => string): CleanTexts {
  const scores = new Map<string, number>()
  return {
    keyOf: (policy, text) => (text === '' ? undefined : digest(policy, text)),
    scoreOf(key) {
      const score = scores.get(key)
      if (score === undefined) return undefined
      scores.delete(key)
      scores.set(key, score)
      return score
    },
    add(key, score) {
      scores.set(key, score)
      if (scores.size > TEXTS_MAX) scores.delete(scores.keys().next().value ?? '')
    },
  }
}
