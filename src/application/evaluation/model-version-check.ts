import type { SourcePosition } from '../../base/result.ts'
import { changedModels, type AnsweringModel, type DeclaredModel } from '../../domain/evaluation/answering-model.ts'
import type { EvaluationReport } from '../../domain/evaluation/evaluation-report.ts'
import type { SeenDrift } from '../../domain/recognition/model-drift.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'
import type { PlannedCheck } from '../release/plan-checks.ts'
import { judgeBuiltinCheck, type JudgeContext } from './judge-check.ts'
import { upgradeCommand } from '../../domain/upgrade/upgrade-command.ts'
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
  const failures = changedModels(seen, place.manifest.components.models).map(({ asked, answered, requests }) => {
    const index = place.manifest.components.models.findIndex(({ model }) => model === asked)
    return {
      id: asked,
      file: place.file,
      line: place.positionOf(['components', 'models', Math.max(0, index), 'model']).line,
      why: `\`${answered}\` answered ${requests} of its requests; next: ${upgradeCommand(asked, answered)}`,
      risks: ['LLM03'],
      answeredBy: answered,
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

/** Which models another answered for, in a run whose target names its model; by what the manifest declares. */
export function driftsOfReport(
  { target, models }: Pick<EvaluationReport, 'target' | 'models'>,
  declared: readonly DeclaredModel[],
): readonly SeenDrift[] {
  const { identity } = target
  const asked = typeof identity === 'object' && identity !== null && 'model' in identity ? identity.model : undefined
  const type = typeof identity === 'object' && identity !== null && 'type' in identity ? identity.type : undefined
  if (typeof asked !== 'string' || (type !== 'openai' && type !== 'anthropic')) return []
  const seen = models.map((answered) => ({ asked, answered, requests: 1 }))
  return changedModels(seen, declared).map(({ answered }) => ({ expected: asked, seen: answered }))
}
