import type { SourcePosition } from '../../base/result.ts'
import { changedModels, type AnsweringModel } from '../../domain/evaluation/answering-model.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'
import type { PlannedCheck } from '../release/plan-checks.ts'
import { judgeBuiltinCheck, type JudgeContext } from './judge-check.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'

/** Evidence that the declared version of each model is the one that answered; of a model that was not asked it says nothing. */
export function judgeModelVersions(
  check: PlannedCheck,
  seen: readonly AnsweringModel[],
  context: JudgeContext,
  place: {
    readonly manifest: Manifest
    readonly file: string
    readonly positionOf: (path: readonly (string | number)[]) => SourcePosition
  },
): CheckEvidence {
  const failures = changedModels(seen).map(({ asked, answered, requests }) => {
    const index = place.manifest.components.models.findIndex(({ model }) => model === asked)
    return {
      id: asked,
      file: place.file,
      line: place.positionOf(['components', 'models', Math.max(0, index), 'model']).line,
      why: `\`${answered}\` answered ${requests} of its requests; next: ${upgradeCommand(asked, answered)}`,
      risks: ['LLM03'],
    }
  })
  const evidence = judgeBuiltinCheck(check, failures, seen.length, context)
  if (seen.length === 0)
    return { ...evidence, outcome: 'errored', summary: 'no model answered a request of the suites: nothing is known' }
  const names = [...new Set(seen.map(({ answered }) => answered))].join(', ')
  return {
    ...evidence,
    isSimulated: context.isSimulated,
    summary: failures.length === 0 ? `answered by ${names}` : `another version answered: ${names}`,
  }
}

/** What proves the version that answers, before it is declared. */
export function upgradeCommand(asked: string, answered: string): string {
  return `gatehouse upgrade --component ${asked}=${answered}`
}
