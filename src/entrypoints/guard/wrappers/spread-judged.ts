/**
 * Texts that were judged as one, each as it may go on. What was not changed stays in its own text; what was, from the first change to
 * the last, stands in the text in which it begins.
 */
export function spreadJudged(texts: readonly string[], judged: string): readonly string[] {
  const whole = texts.join('')
  if (whole === judged) return texts
  const shorter = Math.min(whole.length, judged.length)
  let head = 0
  while (head < shorter && whole[head] === judged[head]) head++
  let tail = 0
  while (tail < shorter - head && whole[whole.length - 1 - tail] === judged[judged.length - 1 - tail]) tail++
  const changed = judged.slice(head, judged.length - tail)
  const tailFrom = whole.length - tail
  let from = 0
  let isWritten = false
  return texts.map((text, index) => {
    const to = from + text.length
    const holds = !isWritten && (head < to || index === texts.length - 1)
    isWritten ||= holds
    const before = whole.slice(from, Math.max(from, Math.min(to, head)))
    const after = whole.slice(Math.min(to, Math.max(from, tailFrom)), to)
    from = to
    return before + (holds ? changed : '') + after
  })
}
