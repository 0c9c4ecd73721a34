import { l as rougeL, n as rougeN } from 'js-rouge'
import type { OVERLAP_METRICS } from '../../domain/evaluation/expectation.ts'

/** Longer texts are cut: the distances grow with the product of the lengths. */
const CHARS_MAX = 4_000

/** Similarity of two texts, 0 to 1. ROUGE by a library (F measure, words in lower case); the others are short. */
export function textOverlap(metric: (typeof OVERLAP_METRICS)[number], candidate: string, reference: string): number {
  const [left, right] = [candidate.slice(0, CHARS_MAX).toLowerCase(), reference.slice(0, CHARS_MAX).toLowerCase()]
  if (left.trim() === '' || right.trim() === '') return left.trim() === right.trim() ? 1 : 0
  switch (metric) {
    case 'levenshtein':
      return 1 - levenshtein(left, right) / Math.max(left.length, right.length)
    case 'jaccard':
      return jaccard(wordsOf(left), wordsOf(right))
    case 'rouge-1':
    case 'rouge-2': {
      const n = metric === 'rouge-1' ? 1 : 2
      // The library refuses texts with fewer words than its n-grams have.
      if (Math.min(wordsOf(left).length, wordsOf(right).length) < n) return left === right ? 1 : 0
      return rougeN(left, right, { n, tokenizer: wordsOf })
    }
    case 'rouge-l':
      return rougeL(left, right, { tokenizer: wordsOf })
    case 'bleu':
      return bleu(wordsOf(left), wordsOf(right))
  }
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Edits between two texts (V. I. Levenshtein 1966), by rows. */
function levenshtein(left: string, right: string): number {
  let row = Uint32Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let i = 1; i <= left.length; i++) {
    const next = new Uint32Array(right.length + 1)
    next[0] = i
    for (let j = 1; j <= right.length; j++) {
      const kept = (row[j - 1] as number) + (left.charCodeAt(i - 1) === right.charCodeAt(j - 1) ? 0 : 1)
      next[j] = Math.min(kept, (row[j] as number) + 1, (next[j - 1] as number) + 1)
    }
    row = next
  }
  return row[right.length] as number
}

function jaccard(left: readonly string[], right: readonly string[]): number {
  const [first, second] = [new Set(left), new Set(right)]
  const union = first.union(second).size
  return union === 0 ? 0 : first.intersection(second).size / union
}

const BLEU_ORDER = 4

/**
 * BLEU of one sentence (K. Papineni et al., ACL 2002) with exponential smoothing of orders without a match, as in sacreBLEU (M.
 * Post, WMT 2018); orders longer than the candidate are left out.
 */
function bleu(candidate: readonly string[], reference: readonly string[]): number {
  if (candidate.length === 0 || reference.length === 0) return 0
  const orders = Math.min(BLEU_ORDER, candidate.length)
  let [logs, smoothing] = [0, 1]
  for (let order = 1; order <= orders; order++) {
    const total = candidate.length - order + 1
    let matched = overlapOf(gramsOf(candidate, order), gramsOf(reference, order))
    if (matched === 0) {
      if (order === 1) return 0
      smoothing *= 2
      matched = 1 / smoothing
    }
    logs += Math.log(matched / total) / orders
  }
  const brevity = candidate.length >= reference.length ? 1 : Math.exp(1 - reference.length / candidate.length)
  return brevity * Math.exp(logs)
}

function gramsOf(words: readonly string[], order: number): Map<string, number> {
  const grams = new Map<string, number>()
  for (let at = 0; at + order <= words.length; at++) {
    const gram = words.slice(at, at + order).join(' ')
    grams.set(gram, (grams.get(gram) ?? 0) + 1)
  }
  return grams
}

function overlapOf(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let matched = 0
  for (const [gram, count] of left) matched += Math.min(count, right.get(gram) ?? 0)
  return matched
}
