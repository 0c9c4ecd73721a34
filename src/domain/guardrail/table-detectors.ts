import type { groundClaims } from '../detection/groundedness/ground-claims.ts'
import type { detectLanguage } from '../detection/language.ts'

/** Detectors with tables of their own, which only some policies ask for: what embeds the guard loads them where it does. */
export interface TableDetectors {
  /** For `guard.language`. */
  readonly detectLanguage?: typeof detectLanguage | undefined
  /** For `guard.grounding`. */
  readonly groundClaims?: typeof groundClaims | undefined
}

/** The detector that a part of the configuration asks for. Throws without it: nothing would be found. */
export function neededFor<Detector>(
  part: string,
  name: keyof TableDetectors,
  detector: Detector | undefined,
): Detector {
  if (detector === undefined) throw new TypeError(`\`guard.${part}\` needs \`${name}\``)
  return detector
}
