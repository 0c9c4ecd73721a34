/**
 * Who somebody is, whichever key or spelling they come with: case, width and surrounding space make no second person.
 *
 * SECURITY: names come from identity providers and, in embedded mode, from the caller. Homoglyphs are not folded:
 * they are another account at the provider, and folding them would join people who are two.
 */
export function personKey(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
}

export function isSamePerson(first: string, second: string): boolean {
  return personKey(first) === personKey(second)
}
