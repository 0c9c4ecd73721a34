import { fail, ok, type Result } from '../../base/result.ts'
import type { FindingCategory } from '../../domain/detection/finding.ts'
import type { DetectorFailure, DetectorVerdict } from '../../domain/guardrail/detector.ts'

export interface WindowOptions {
  readonly category: FindingCategory
  /** UTF-16 code units of one window; neighbours share an eighth, so that nothing hides on a seam. */
  readonly windowChars: number
}

const WINDOWS_MAX = 256
const CONCURRENT_MAX = 4

/**
 * Scores texts window by window; a text scores as its worst window. All or nothing: the first failure stands for all, and
 * what would need more than 256 windows is a failure, never a pass.
 */
export async function scoreWindows(
  texts: readonly string[],
  { category, windowChars }: WindowOptions,
  scoreOne: (window: string) => Promise<Result<number, DetectorFailure>>,
): Promise<Result<readonly DetectorVerdict[], DetectorFailure>> {
  const scores = texts.map(() => 0)
  const pieces: { readonly index: number; readonly window: string }[] = []
  for (const [index, text] of texts.entries()) {
    for (const window of windowsOf(text, windowChars)) pieces.push({ index, window })
    if (pieces.length > WINDOWS_MAX)
      return fail({
        code: 'detector/too-long',
        message: `more than ${WINDOWS_MAX} windows of ${windowChars} characters`,
        cause: 'text',
      })
  }
  let failure: DetectorFailure | undefined
  let next = 0
  const work = async (): Promise<void> => {
    while (next < pieces.length && failure === undefined) {
      const piece = pieces[next++]
      if (piece === undefined) return
      const scored = await scoreOne(piece.window)
      if (scored.ok) scores[piece.index] = Math.max(scores[piece.index] ?? 0, scored.value)
      else failure ??= scored.failure
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_MAX, pieces.length) }, work))
  return failure === undefined ? ok(scores.map((score) => ({ score, category }))) : fail(failure)
}

/** Windows over the whole text, in order; none splits a surrogate pair. One at least. */
function windowsOf(text: string, size: number): readonly string[] {
  const windows: string[] = []
  const step = size - Math.floor(size / 8)
  for (let start = 0; windows.length <= WINDOWS_MAX; start += step) {
    const from = isLow(text, start) ? start - 1 : start
    const to = Math.min(start + size, text.length)
    windows.push(text.slice(from, isLow(text, to) ? to + 1 : to))
    if (to === text.length) break
  }
  return windows
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff
}
