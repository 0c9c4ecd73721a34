import { inert } from './inert.ts'

/** SECURITY: names and cursors are the word of a server or a provider, and people paste the commands that they are shown. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${inert(text).replaceAll("'", String.raw`'\''`)}'`
}
