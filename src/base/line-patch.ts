const CONTEXT = 3

/**
 * A unified diff of two texts that differ in lines that were replaced one by one: same number of lines, as `git apply` and
 * `patch -p1` take it. Empty where nothing differs.
 */
export function linePatch(file: string, before: string, after: string): string {
  const [old, next] = [before.split('\n'), after.split('\n')]
  if (old.length !== next.length) throw new TypeError('lines are replaced, never added')
  const changed = old.flatMap((line, index) => (line === next[index] ? [] : [index]))
  const hunks: { from: number; to: number }[] = []
  for (const index of changed) {
    const last = hunks.at(-1)
    if (last !== undefined && index - last.to <= 2 * CONTEXT) last.to = index
    else hunks.push({ from: index, to: index })
  }
  if (hunks.length === 0) return ''
  const lines = [`--- a/${file}`, `+++ b/${file}`]
  for (const { from, to } of hunks) lines.push(...hunkOf(old, next, Math.max(0, from - CONTEXT), to + CONTEXT))
  return `${lines.join('\n')}\n`
}

/** The last part after a final newline is no line. */
function lineCount(lines: readonly string[]): number {
  return lines.at(-1) === '' ? lines.length - 1 : lines.length
}

// oxlint-disable-next-line max-params -- both texts, and the first and last line of the hunk
function hunkOf(old: readonly string[], next: readonly string[], from: number, last: number): readonly string[] {
  const end = Math.min(lineCount(old), last + 1)
  const body: string[] = []
  for (let index = from; index < end; index++) {
    const tail = index === old.length - 1 ? ['\\ No newline at end of file'] : []
    if (old[index] === next[index]) body.push(` ${old[index] ?? ''}`, ...tail)
    else {
      // Removed lines of a run come before added ones.
      let stop = index
      while (stop < end && old[stop] !== next[stop]) stop += 1
      const isLast = stop === old.length
      const mark = isLast ? ['\\ No newline at end of file'] : []
      body.push(...old.slice(index, stop).map((line) => `-${line}`), ...mark)
      body.push(...next.slice(index, stop).map((line) => `+${line}`), ...mark)
      index = stop - 1
    }
  }
  const size = end - from
  return [`@@ -${from + 1},${size} +${from + 1},${size} @@`, ...body]
}
