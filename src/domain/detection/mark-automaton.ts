import { automatonOf, type Automaton } from './automaton.ts'
import { FORMAT_WORDS } from './formats/format-words.ts'
import { INJECTION_ENTRIES } from './injection/injection-entries.ts'
import { SECRET_ANCHORS } from './secrets/secret-anchors.ts'

/** Number of the first mark that is no entry of the injection heuristics but an anchor of a secret; those before it are entries. */
export const FIRST_ANCHOR = INJECTION_ENTRIES.length
/** Number of the first mark that is a word of formats. */
export const FIRST_WORD = FIRST_ANCHOR + SECRET_ANCHORS.length

let automaton: Automaton | undefined

/** Everything that is looked for by its words: of instructions, of secrets and of formats. Made when it is first asked for. */
export function markAutomaton(): Automaton {
  return (automaton ??= automatonOf([
    ...INJECTION_ENTRIES,
    ...SECRET_ANCHORS,
    ...FORMAT_WORDS.map((text) => ({ text, isWord: false, isStart: /^[a-z\d]/.test(text) })),
  ]))
}
