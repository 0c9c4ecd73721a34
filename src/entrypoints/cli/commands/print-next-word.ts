import { inert } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** States in which a record waits for the word of people. */
const WAITING: readonly string[] = ['open', 'partial', 'proposed']

/** The command that brings a waiting record on, and where it stands who may give it. */
export function printNextWord(
  terminal: Terminal,
  command: 'vendor approve' | 'commitment approve' | 'decision approve',
  { id, state }: { readonly id: string; readonly state: string },
): void {
  if (!WAITING.includes(state)) return
  const begun = state === 'partial' ? 'it waits for more people' : 'it has no effect before people have agreed'
  printLine(terminal, `  ${begun} (who and how many: gatehouse rights show)`)
  printLine(terminal, `  next: gatehouse ${command} ${inert(id)} --role ROLE --as NAME`)
}
