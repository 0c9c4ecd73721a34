/** What a decision asks for, from lightest to heaviest. Two together mean the heavier. */
export const OBLIGATIONS = [
  'allow',
  'log',
  'annotate',
  'redact',
  'pseudonymise',
  'require-approval',
  'block',
  'end-session',
] as const
export type Obligation = (typeof OBLIGATIONS)[number]

/** Join of the lattice. */
export function heavier(left: Obligation, right: Obligation): Obligation {
  return OBLIGATIONS.indexOf(left) >= OBLIGATIONS.indexOf(right) ? left : right
}
