import { UNPARSABLE, type LinkTarget } from './link-target.ts'

/** Definitions and labels of images that are remembered, each. Beyond them every label counts as one that leads out. */
const LABELS_MAX = 1_000

/**
 * What the parts of a text that were read already mean for those that follow: where labels lead, which ones images use, and what is
 * open. It grows no further than its bounds. With `before`, it adds to another memory, which stays as it is.
 */
export class LinkMemory {
  readonly #before: LinkMemory | undefined
  readonly #targets = new Map<string, LinkTarget>()
  readonly #shown = new Set<string>()
  /** Brackets that wait for their end: -1 of an image, -2 of a link. */
  brackets: readonly number[]
  /** How many images are open, those included whose brackets were too many to keep. */
  images: number
  /** A definition may stand at the start of the next part. */
  isLineStart: boolean

  constructor(before?: LinkMemory) {
    this.#before = before
    this.brackets = before?.brackets ?? []
    this.images = before?.images ?? 0
    this.isLineStart = before?.isLineStart ?? true
  }

  define(label: string, target: LinkTarget): void {
    if (this.targetOf(label) === undefined) this.#targets.set(label, target)
  }

  targetOf(label: string): LinkTarget | undefined {
    const before = this.#before
    const known = this.#targets.get(label) ?? before?.targetOf(label)
    if (known !== undefined) return known
    return this.#targets.size + (before === undefined ? 0 : before.#targets.size) < LABELS_MAX ? undefined : UNPARSABLE
  }

  show(label: string): void {
    if (!this.isShown(label)) this.#shown.add(label)
  }

  /** Whether an image uses the label. */
  isShown(label: string): boolean {
    const before = this.#before
    if (this.#shown.has(label) || before?.isShown(label) === true) return true
    return this.#shown.size + (before === undefined ? 0 : before.#shown.size) >= LABELS_MAX
  }
}
