/** What proves the version that answers, before it is declared. */
export function upgradeCommand(asked: string, answered: string): string {
  return `gatehouse upgrade --component ${asked}=${answered}`
}
