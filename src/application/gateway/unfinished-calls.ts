import { parsedJson } from '../../base/json.ts'
import type { AnswerChoice, ModelAnswer } from './model-event.ts'

/**
 * A choice without the calls that its provider had no room to finish: nobody means them, and the client learns from the reason
 * why the choice ended that more room would help.
 */
export function withoutUnfinishedCalls(choice: AnswerChoice): AnswerChoice {
  const { finishReason, toolCalls } = choice
  if (finishReason !== 'length' || toolCalls.length === 0) return choice
  return { ...choice, toolCalls: toolCalls.filter((call) => parsedJson(call.arguments) !== undefined) }
}

/** The same of each choice. */
export function finishedAnswer(answer: ModelAnswer): ModelAnswer {
  return { ...answer, choices: answer.choices.map(withoutUnfinishedCalls) }
}
