import { upgradeCommand } from '../../../application/evaluation/model-version-check.ts'
import { isSameModel, type AnsweringModel } from '../../../domain/evaluation/answering-model.ts'
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
export function warnOfChangedModels(terminal: Terminal, { target, models }: EvaluationReport): void {
  const { identity } = target
  const asked = typeof identity === 'object' && identity !== null && 'model' in identity ? identity.model : undefined
  const type = typeof identity === 'object' && identity !== null && 'type' in identity ? identity.type : undefined
  if (typeof asked !== 'string' || (type !== 'openai' && type !== 'anthropic')) return
  for (const answered of models) if (!isSameModel(asked, answered)) warnOfChangedModel(terminal, { asked, answered })
}
