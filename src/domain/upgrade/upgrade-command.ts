import { shellWord } from '../../base/shell-word.ts'

/** What proves the version that answers, before it is declared. Its name is the provider's word: it is one word of a shell. */
export function upgradeCommand(asked: string, answered: string): string {
  return `gatehouse upgrade --component ${shellWord(`${asked}=${answered}`)}`
}
