// The tuning itself, small enough to happen at every start: naive Bayes over the words of the tuning data.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from './settings.ts'

interface Example {
  readonly text: string
  readonly queue: string
}

export interface TunedWeights {
  /** The queue that is most likely for a text. */
  classify(text: string): string
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z]+/g) ?? []

export function tune(examples: readonly Example[]): TunedWeights {
  const counts = new Map<string, Map<string, number>>()
  const sums = new Map<string, number>()
  const vocabulary = new Set<string>()
  for (const { text, queue } of examples) {
    const words = counts.get(queue) ?? new Map<string, number>()
    counts.set(queue, words)
    for (const word of wordsOf(text)) {
      vocabulary.add(word)
      words.set(word, (words.get(word) ?? 0) + 1)
      sums.set(queue, (sums.get(queue) ?? 0) + 1)
    }
  }
  return {
    classify(text) {
      let best = { queue: '', score: -Infinity }
      for (const [queue, words] of counts) {
        let score = 0
        for (const word of wordsOf(text))
          if (vocabulary.has(word))
            score += Math.log(((words.get(word) ?? 0) + 0.1) / ((sums.get(queue) ?? 0) + 0.1 * vocabulary.size))
        if (score > best.score) best = { queue, score }
      }
      return best.queue
    },
  }
}

/** Weights from the declared dataset: whoever changes a byte of it has made another release. */
export const tunedWeights: TunedWeights = tune(
  readFileSync(join(PROJECT, 'data', 'tuning.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Example),
)
