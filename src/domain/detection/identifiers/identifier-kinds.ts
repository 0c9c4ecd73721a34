import { checkNamed } from './checks.ts'
import type { Check } from './checksums.ts'
import { IDENTIFIER_TABLE } from './identifier-table.ts'

/** One kind of identifier as the scanner needs it; the index in `IDENTIFIER_KINDS` is its number. */
export interface IdentifierKind {
  readonly id: string
  readonly check: Check
  /** Nothing but shape and variety is checked. */
  readonly isFormatOnly: boolean
  /** Share of random input of the shapes that the check passes. */
  readonly passRate: number
  /** Reported without context. Classes: `d` digit, `L` letter, `A` either; the rest stands for itself. */
  readonly shapes: readonly string[]
  /** Reported near a context word only. */
  readonly weakShapes: readonly string[]
  /** Words and phrases, lower case and without marks. */
  readonly context: readonly string[]
}

const listOf = (field: string | undefined): readonly string[] =>
  field === undefined || field === '' ? [] : field.split(',')

function kindOf(line: string): IdentifierKind {
  const [name = '', ownCheck = '', passRate, shapes, weakShapes, context] = line.split('|')
  const check = ownCheck === '' ? name : ownCheck
  return {
    id: `pii/${name}`,
    check: checkNamed(check),
    isFormatOnly: check === 'format',
    passRate: Number(passRate),
    shapes: listOf(shapes),
    weakShapes: listOf(weakShapes),
    context: listOf(context),
  }
}

/** All kinds, in the order that settles ties. */
export const IDENTIFIER_KINDS: readonly IdentifierKind[] = IDENTIFIER_TABLE.trim().split('\n').map(kindOf)
