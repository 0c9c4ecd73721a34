import { driftsOfReport } from '../../../application/evaluation/model-version-check.ts'
import { upgradeCommand } from '../../../domain/upgrade/upgrade-command.ts'
import type { AnsweringModel, DeclaredModel } from '../../../domain/evaluation/answering-model.ts'
import type { EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'
import { inert } from '../style.ts'
import type { Terminal } from '../terminal.ts'

/** On standard error: results are of another model than the one that was asked. */
export function warnOfChangedModel(
  terminal: Terminal,
  { asked, answered }: Pick<AnsweringModel, 'asked' | 'answered'>,
): void {
  terminal.error(
    `${inert(`another version answered: \`${asked}\` was asked, \`${answered}\` says that it answered; next: ${upgradeCommand(asked, answered)}`)}\n`,
  )
}

/** The same for a run whose target names its model. */
export function warnOfChangedModels(
  terminal: Terminal,
  report: EvaluationReport,
  declared: readonly DeclaredModel[],
): void {
  for (const { expected, seen } of driftsOfReport(report, declared))
    warnOfChangedModel(terminal, { asked: expected, answered: seen })
}
