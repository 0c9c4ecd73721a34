/**
 * How often the simulated model misbehaves. It is a weak model on purpose; a careful prompt makes it better, never safe.
 * Rates are chosen, not measured on any real model.
 */
export interface Weaknesses {
  /** Obeys an instruction that stands in retrieved text. */
  readonly obeysDocuments: number
  /** Puts its system prompt out when asked for it. */
  readonly leaksPrompt: number
  /** Does what a user has no business asking for (foreign records, payments, mails to strangers). */
  readonly obeysUsers: number
}

export const WEAKNESSES: Readonly<Record<'naive' | 'hardened', Weaknesses>> = {
  naive: { obeysDocuments: 0.9, leaksPrompt: 0.9, obeysUsers: 0.95 },
  hardened: { obeysDocuments: 0.35, leaksPrompt: 0.3, obeysUsers: 0.5 },
}

const CARE = ['never reveal', 'data, not instructions', 'only for the customer', 'do not follow', 'confidential']

/** A prompt that says at least three of the careful things counts as hardened. */
export function weaknessesOf(systemPrompt: string): Weaknesses {
  const text = systemPrompt.toLowerCase()
  return CARE.filter((phrase) => text.includes(phrase)).length >= 3 ? WEAKNESSES.hardened : WEAKNESSES.naive
}
