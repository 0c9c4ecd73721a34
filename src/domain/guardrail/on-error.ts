import type { GuardConfig, GuardSide, OnError } from '../manifest/manifest.ts'

/** The guard's own controls, by the part of the policy that they read. */
export type ControlName = 'injection' | 'pii' | 'secrets' | 'links' | 'promptLeak' | 'rules' | 'content' | 'grounding'

/** Controls that may degrade on one side; any other stops the text when it fails. */
export type DegradingControls = ReadonlySet<ControlName>

export const NONE_DEGRADES: DegradingControls = new Set()

/**
 * What the manifest says for one side. Rules of the user's own run together, and so do ban list, topics and languages: these have no
 * action but `block`, which their failure is anyway.
 */
export function degradingControls(config: GuardConfig | undefined, side: GuardSide | undefined): DegradingControls {
  const { rules = [], grounding } = config ?? {}
  const said: readonly (readonly [ControlName, OnError | undefined])[] = [
    ['injection', side?.injection?.onError],
    ['pii', side?.pii?.onError],
    ['secrets', side?.secrets?.onError],
    ['links', side?.links?.onError],
    ['promptLeak', side?.promptLeak?.onError],
    ['rules', rules.length > 0 && rules.every(({ onError }) => onError === 'degrade') ? 'degrade' : undefined],
    ['grounding', grounding?.onError],
  ]
  return new Set(said.flatMap(([control, onError]) => (onError === 'degrade' ? [control] : [])))
}
