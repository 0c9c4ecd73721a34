import { resolve } from 'node:path'
import type { Terminal } from './terminal.ts'

/** Apart from the session, which loads the database: most commands need only the name of the folder. */
export function stateFolderOf(terminal: Terminal, state: string | undefined): string {
  return resolve(terminal.workingFolder, state ?? terminal.environment['GATEHOUSE_STATE'] ?? '.gatehouse')
}
