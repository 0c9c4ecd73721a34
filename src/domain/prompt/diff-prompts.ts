import type { Slot } from '../manifest/manifest.ts'

export interface PromptText {
  readonly text: string
  readonly slots: Readonly<Record<string, Slot>>
}

export interface PromptDiff {
  readonly lines: readonly { readonly change: 'same' | 'added' | 'removed'; readonly text: string }[]
  readonly slots: readonly { readonly name: string; readonly change: 'added' | 'removed' | 'changed' }[]
}

/** Lines that are compared one by one; of longer texts everything between the common ends counts as replaced. */
const LINES_MAX = 1_000

/** What differs between two versions of a prompt, line by line and slot by slot. */
export function diffPrompts(from: PromptText, to: PromptText): PromptDiff {
  const names = [...new Set([...Object.keys(from.slots), ...Object.keys(to.slots)])].toSorted()
  return {
    lines: diffLines(from.text.split('\n'), to.text.split('\n')),
    slots: names.flatMap((name): PromptDiff['slots'] => {
      const [before, after] = [from.slots[name], to.slots[name]]
      if (before === undefined) return [{ name, change: 'added' }]
      if (after === undefined) return [{ name, change: 'removed' }]
      return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ name, change: 'changed' }]
    }),
  }
}

function diffLines(from: readonly string[], to: readonly string[]): PromptDiff['lines'] {
  let head = 0
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1
  let tail = 0
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail += 1
  const same = (lines: readonly string[]): PromptDiff['lines'] => lines.map((text) => ({ change: 'same', text }))
  return [
    ...same(from.slice(0, head)),
    ...middle(from.slice(head, from.length - tail), to.slice(head, to.length - tail)),
    ...same(tail === 0 ? [] : from.slice(-tail)),
  ]
}

/** By the longest common subsequence. */
function middle(from: readonly string[], to: readonly string[]): PromptDiff['lines'] {
  const removed = from.map((text) => ({ change: 'removed' as const, text }))
  const added = to.map((text) => ({ change: 'added' as const, text }))
  if (from.length > LINES_MAX || to.length > LINES_MAX) return [...removed, ...added]
  const width = to.length + 1
  const longest = new Uint16Array((from.length + 1) * width)
  for (let i = from.length - 1; i >= 0; i -= 1)
    for (let j = to.length - 1; j >= 0; j -= 1)
      longest[i * width + j] =
        from[i] === to[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0)
  const lines: PromptDiff['lines'][number][] = []
  let [i, j] = [0, 0]
  while (i < from.length && j < to.length) {
    if (from[i] === to[j]) {
      lines.push({ change: 'same', text: from[i] ?? '' })
      i += 1
      j += 1
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
      lines.push({ change: 'removed', text: from[i++] ?? '' })
    else lines.push({ change: 'added', text: to[j++] ?? '' })
  }
  return [...lines, ...removed.slice(i), ...added.slice(j)]
}
