import type { JsonObject } from '../../base/json.ts'
import type { EvaluationTarget } from './target.ts'
import type { TrialTarget } from './trial-target.ts'

/** The application behind the proving gateway as a target of trials. What it throws is a crash: the case has no verdict. */
export function applicationTarget(
  application: EvaluationTarget,
  options: { readonly identity: JsonObject; readonly isSimulated: boolean },
): TrialTarget {
  return {
    ...options,
    async run({ suiteCase }, signal) {
      const observation = await application.run(suiteCase.turns, suiteCase.subject, signal, suiteCase)
      return { kind: 'observed', observation }
    },
    close: () => application.close(),
  }
}
