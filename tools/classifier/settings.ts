// Settings of the fit. Leaving sources out told good from bad regions; ties inside, and `perDoubling`, were decided on the development split.
import type { LearnSettings } from './learn.ts'

export const SETTINGS: LearnSettings = {
  penalty: 1e-4,
  conceptValue: 0.5,
  wordValue: 2,
  iterations: 30,
  sourcePower: 0.5,
  attackShare: 0.4,
  neutralWeight: 0.3,
  rounds: 2,
  perDoubling: -0.6,
}

/** `name=value` pairs over the settings. */
export function withSettings(settings: LearnSettings, pairs: readonly string[]): LearnSettings {
  const over = Object.fromEntries(pairs.map((pair) => [pair.split('=')[0] ?? '', Number(pair.split('=')[1])]))
  return { ...settings, ...over }
}
