const PATTERNS: readonly (readonly [what: string, found: RegExp])[] = [
  ['token', /\bgh[a-z]_[\w-]+/g],
  ['signature', /"(?:sig|payload|keyid|secret)": ?"[^"]+"/g],
  ['secret', /\bwhsec_[\w+/=]+/g],
  ['ms', /\b1[789]\d{11}\b/g],
  ['uuid', /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g],
  ['digest', /\b(?:sha256:)?[0-9a-f]{64}\b/g],
  ['digest', /\b[0-9a-f]{12}…/g],
  ['time', /\d{4}-\d\d-\d\dT[\d:.]+Z/g],
  ['id', /\b[0-9A-HJKMNP-TV-Z]{26}\b/g],
  ['seconds', /\b\d+\.\d s\b/g],
  // The ledger of a server also holds that people signed in.
  ['place', /ledger #\d+|"ledger(?:Index|Size)": ?\d+|\b\d+ entries\b/g],
]

/** What a reader would see, without what differs between two states in which the same was done. */
export function normalisedOutput(text: string, folder: string): string {
  const plain = text.replaceAll(folder, '<folder>')
  return PATTERNS.reduce((sofar, [what, found]) => sofar.replaceAll(found, `<${what}>`), plain)
}
