import type { SourcePosition } from '../../base/result.ts'

/** Something of the config that the suite does not say in the same way. */
export interface ImportNote {
  /** `left-out`: the suite does not ask it; `changed`: it asks nearly the same. */
  readonly kind: 'left-out' | 'changed'
  readonly file: string
  readonly line: number
  /** In the words of the config: `assert javascript`, `provider file://app.py`. */
  readonly what: string
  readonly why: string
}

const NOTES_MAX = 5_000

/** Notes by file and line, within bounds; the same note on the same line once. */
export class ImportNotes {
  readonly #notes = new Map<string, ImportNote>()
  omitted = 0

  add(kind: ImportNote['kind'], at: SourcePosition, what: string, why: string): void {
    const key = `${at.file}:${at.line} ${what} ${why}`
    if (this.#notes.has(key)) return
    if (this.#notes.size >= NOTES_MAX) this.omitted += 1
    else this.#notes.set(key, { kind, file: at.file, line: at.line, what: what.slice(0, 200), why })
  }

  list(): readonly ImportNote[] {
    return [...this.#notes.values()].toSorted((left, right) =>
      left.file === right.file ? left.line - right.line : left.file < right.file ? -1 : 1,
    )
  }
}
