import type { z } from 'zod'
import type { Problem } from '../../base/result.ts'
import type { YamlSource } from './parse-yaml.ts'

/** Turns schema issues into problems with a place and a next step. */
export function schemaProblems(code: string, source: YamlSource, error: z.ZodError): readonly Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(code, source, issue)).slice(0, 50)
}

function problemsOfIssue(code: string, source: YamlSource, issue: z.core.$ZodIssue): readonly Problem[] {
  const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol')
  const where = path.length === 0 ? 'the document' : `\`${path.join('.')}\``
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        code: `${code}/unknown-key`,
        message: `${where} has no key \`${key}\``,
        next: 'remove it or correct its spelling (docs/reference/manifest.md lists the keys)',
        at: source.positionOf([...path, key]),
      }))
    case 'invalid_value':
      return [
        {
          code: `${code}/invalid-value`,
          message: `${where} is not one of the allowed values`,
          next: `use one of: ${issue.values.map(String).join(', ')}`,
          at: source.positionOf(path),
        },
      ]
    case 'invalid_type':
      return [
        {
          code: `${code}/invalid-type`,
          message:
            issue.input === undefined
              ? `${where} is missing or not ${article(issue.expected)}`
              : `${where} is not ${article(issue.expected)}`,
          next: `write ${article(issue.expected)} here`,
          at: source.positionOf(path),
        },
      ]
    default:
      return [
        {
          code: `${code}/invalid`,
          message: `${where}: ${lowerFirst(issue.message)}`,
          next: 'see docs/reference/manifest.md',
          at: source.positionOf(path),
        },
      ]
  }
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
