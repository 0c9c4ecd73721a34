import { textOfReasoning, type ReasoningBlock } from './model-event.ts'

/**
 * SECURITY: some clients join all reasoning of a choice, others show it block by block: it is judged both ways. Changed, it is one
 * text, which no seal is over any more.
 */
export function judgedReasoning(
  blocks: readonly ReasoningBlock[],
  judge: (text: string, isAlone: boolean) => string,
): readonly ReasoningBlock[] {
  const whole = textOfReasoning(blocks)
  if (whole === undefined) return blocks
  const texts = blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []))
  const judged = judge(whole, false)
  const left = judged === whole && texts.length > 1 ? texts.map((text) => judge(text, true)).join('') : judged
  return left === whole ? blocks : [{ kind: 'text', text: left, seal: null }]
}
