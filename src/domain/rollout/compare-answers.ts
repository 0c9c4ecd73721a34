export interface ComparedAnswer {
  readonly text: string
  readonly finishReason: string
  readonly tools: readonly string[]
}

export interface AnswerComparison {
  /** Share of words that both have, 0 to 1; null where neither says anything. */
  readonly similarity: number | null
  readonly isSameFinish: boolean
  readonly isSameTools: boolean
}

const CHARS_MAX = 100_000

/** How alike two answers are, told without their words. */
export function compareAnswers(one: ComparedAnswer, other: ComparedAnswer): AnswerComparison {
  const [left, right] = [wordsOf(one.text), wordsOf(other.text)]
  const all = new Set([...left, ...right]).size
  const both = [...left].filter((word) => right.has(word)).length
  return {
    similarity: all === 0 ? null : both / all,
    isSameFinish: one.finishReason === other.finishReason,
    isSameTools: one.tools.toSorted().join('\n') === other.tools.toSorted().join('\n'),
  }
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .slice(0, CHARS_MAX)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  )
}
