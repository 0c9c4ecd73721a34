// Windows of texts as sparse features, packed: what the fit reads.
import { canonicalView } from '../../src/domain/detection/canonical-view.ts'
import { groupNorm } from '../../src/domain/detection/classifier/window-margins.ts'
import { Featuriser } from '../../src/domain/detection/classifier/featurise.ts'
import { windowsOf, type TextWindow } from '../../src/domain/detection/classifier/text-windows.ts'
import type { Example } from './examples.ts'

export interface Instances {
  /** Features of instance i: indices[offsets[i] … offsets[i + 1]]. */
  readonly indices: Int32Array
  readonly offsets: Float64Array
  readonly charNorms: Float32Array
  readonly wordNorms: Float32Array
  /** Number of the text a window comes from. */
  readonly documents: Int32Array
  /** Share of the planted part that the window holds; -1 where it is not known. */
  readonly shares: Float32Array
  readonly count: number
}

class Packed {
  data = new Int32Array(1 << 24)
  length = 0

  push(values: Int32Array, count: number): void {
    if (this.length + count > this.data.length) {
      const grown = new Int32Array(this.data.length * 2)
      grown.set(this.data)
      this.data = grown
    }
    this.data.set(values.subarray(0, count), this.length)
    this.length += count
  }
}

/** Features of every window of every example. */
export function toInstances(examples: readonly Example[]): Instances {
  const featuriser = new Featuriser()
  const packed = new Packed()
  const offsets = [0]
  const charNorms: number[] = []
  const wordNorms: number[] = []
  const documents: number[] = []
  const shares: number[] = []
  for (const [document, example] of examples.entries()) {
    const { lower: text } = canonicalView(example.text)
    const planted = plantedSpan(text, example)
    for (const window of windowsOf(text)) {
      featuriser.run(text, window.start, window.end)
      packed.push(featuriser.indices, featuriser.count)
      offsets.push(packed.length)
      charNorms.push(groupNorm(featuriser.charCount))
      wordNorms.push(groupNorm(featuriser.wordCount))
      documents.push(document)
      shares.push(planted === undefined ? -1 : shareOf(planted, window))
    }
  }
  return {
    indices: packed.data.subarray(0, packed.length),
    offsets: Float64Array.from(offsets),
    charNorms: Float32Array.from(charNorms),
    wordNorms: Float32Array.from(wordNorms),
    documents: Int32Array.from(documents),
    shares: Float32Array.from(shares),
    count: documents.length,
  }
}

function plantedSpan(text: string, { injected }: Example): TextWindow | undefined {
  if (injected === undefined) return undefined
  const planted = canonicalView(injected).lower
  const start = text.indexOf(planted)
  return start < 0 ? undefined : { start, end: start + planted.length }
}

function shareOf(planted: TextWindow, window: TextWindow): number {
  const common = Math.min(planted.end, window.end) - Math.max(planted.start, window.start)
  return Math.max(0, common) / Math.min(planted.end - planted.start, window.end - window.start)
}
