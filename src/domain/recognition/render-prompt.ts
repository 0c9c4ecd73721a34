import { fail, ok, type Result } from '../../base/result.ts'
import type { PromptTemplate } from '../manifest/prompt-template.ts'
import { matchTemplate } from './match-template.ts'

/**
 * The prompt with these values in its slots, or why they do not fit. What comes out is recognised again: a value that holds
 * the words behind its own slot would be read as another prompt.
 */
export function renderPrompt(
  template: PromptTemplate,
  variables: Readonly<Record<string, string>>,
): Result<string, string> {
  const names = new Set(template.slots.map(({ name }) => name))
  const missing = [...names].find((name) => !Object.hasOwn(variables, name))
  if (missing !== undefined) return fail(`variable \`${missing}\` is missing`)
  const unknown = Object.keys(variables).find((name) => !names.has(name))
  if (unknown !== undefined) return fail(`the prompt has no slot \`${unknown.slice(0, 64)}\``)
  const text = template.literals
    .map(
      (literal, at) => literal + (template.slots[at] === undefined ? '' : (variables[template.slots[at].name] ?? '')),
    )
    .join('')
  const read = matchTemplate(text, template)
  const wrong = template.slots.find(({ name }, at) => read?.[at]?.value !== variables[name])
  return read === undefined || wrong !== undefined
    ? fail(`the value of ${wrong === undefined ? 'a slot' : `slot \`${wrong.name}\``} does not fit`)
    : ok(text)
}
