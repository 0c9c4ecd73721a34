import type { IdentifierKind } from './identifier-kinds.ts'

/** Character classes of shapes: 1 a digit, 2 a letter, 3 and up the separators. 0 is everything else. */
const CLASSES = ['', 'd', 'L', ' ', '.', '/', '-', '+', '(', ')']
const WIDTH = 16

/** What ends in a state: a kind's number, and whether the shape may stand without context. */
export interface ShapeEnd {
  readonly kind: number
  readonly isStrong: boolean
}

/** A deterministic automaton over character classes. State 0 is dead, state 1 is the start. */
export interface ShapeAutomaton {
  /** `next[state * 16 + class]` is the state that follows. */
  readonly next: Uint16Array
  /** Shapes that end in a state; undefined where none does. */
  readonly ends: readonly (readonly ShapeEnd[] | undefined)[]
  /** Those of them that may stand without context; undefined where none does. */
  readonly strongEnds: readonly (readonly ShapeEnd[] | undefined)[]
}

/** Class of each ASCII character. */
export const CLASS_OF: Uint8Array = classTable()

function classTable(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 48; code <= 57; code++) table[code] = 1
  for (let code = 65; code <= 90; code++) {
    table[code] = 2
    table[code + 32] = 2
  }
  for (let index = 3; index < CLASSES.length; index++) table[CLASSES[index]?.charCodeAt(0) ?? 0] = index
  return table
}

interface Shape extends ShapeEnd {
  readonly text: string
}

/** One item of a subset: how far a shape has matched. */
type Item = readonly [shape: number, position: number]

const STATES_MAX = 60_000

/**
 * Determinises all shapes at once, so that a walk costs one table look-up a character and ends where no shape goes on.
 * Throws when the table outgrows its bound, which is a fault of the catalogue.
 */
export function compileShapes(kinds: readonly IdentifierKind[]): ShapeAutomaton {
  const shapes = kinds.flatMap((kind, number) => [
    ...kind.shapes.map((text): Shape => ({ text, kind: number, isStrong: true })),
    ...kind.weakShapes.map((text): Shape => ({ text, kind: number, isStrong: false })),
  ])
  const subsets: (readonly Item[])[] = [[], shapes.map((_, index): Item => [index, 0])]
  const known = new Map<string, number>()
  const rows: number[] = []
  const ends: (readonly ShapeEnd[] | undefined)[] = []
  for (let state = 0; state < subsets.length; state++) {
    if (state > STATES_MAX) throw new Error('the identifier shapes need too many states')
    const items = subsets[state] ?? []
    const done = items.filter(([shape, position]) => position === shapes[shape]?.text.length)
    ends.push(done.length === 0 ? undefined : done.flatMap(([shape]) => shapes[shape] ?? []))
    for (let symbol = 0; symbol < WIDTH; symbol++) rows.push(stateOf(advance(shapes, items, symbol), subsets, known))
  }
  const strongEnds = ends.map((list) => {
    const strong = list?.filter(({ isStrong }) => isStrong) ?? []
    return strong.length === 0 ? undefined : strong
  })
  return { next: Uint16Array.from(rows), ends, strongEnds }
}

function advance(shapes: readonly Shape[], items: readonly Item[], symbol: number): readonly Item[] {
  const name = CLASSES[symbol]
  if (name === undefined || name === '') return []
  return items.flatMap(([shape, position]): Item[] => {
    const char = shapes[shape]?.text[position]
    return char === name || (char === 'A' && symbol <= 2) ? [[shape, position + 1]] : []
  })
}

function stateOf(items: readonly Item[], subsets: (readonly Item[])[], known: Map<string, number>): number {
  if (items.length === 0) return 0
  const key = items.map(([shape, position]) => `${shape}:${position}`).join()
  const before = known.get(key)
  if (before !== undefined) return before
  subsets.push(items)
  known.set(key, subsets.length - 1)
  return subsets.length - 1
}
