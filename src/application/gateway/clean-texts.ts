/** Texts that were judged before and were clean: a conversation brings its whole history with each turn. */
export interface CleanTexts {
  /** Stands for a text under one policy; holds nothing of it. Undefined: there is nothing to judge. */
  keyOf(policy: string, text: string): string | undefined
  /** The score of a text in which nothing was found, if it was judged lately. */
  scoreOf(key: string): number | undefined
  add(key: string, score: number): void
}

const TEXTS_MAX = 50_000

/**
 * Bounded. Only what had no finding and left as it came is kept, and of that only a keyed hash.
 *
 * Two generations: what is asked for comes into the younger one, and when that is half of all, the older one is forgotten.
 * (Put back to the end of one map at each use, a text that every request brings left thousands of empty places behind in
 * its bucket, and each look-up walked over them.)
 */
export function cleanTexts(digest: (purpose: string, text: string) => string): CleanTexts {
  let young = new Map<string, number>()
  let old: ReadonlyMap<string, number> = new Map()
  const add = (key: string, score: number): void => {
    young.set(key, score)
    if (young.size < TEXTS_MAX / 2) return
    old = young
    young = new Map()
  }
  return {
    keyOf: (policy, text) => (text === '' ? undefined : digest(policy, text)),
    scoreOf(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const score = old.get(key)
      if (score !== undefined) add(key, score)
      return score
    },
    add,
  }
}
