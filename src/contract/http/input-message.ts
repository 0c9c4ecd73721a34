import type { z } from 'zod'

const NAME_CHARS_MAX = 100

/** A field that nobody knows comes first: what is missing beside it is often the same field, spelt rightly. */
export function inputMessage(issues: readonly z.core.$ZodIssue[]): string {
  for (const issue of issues)
    if (issue.code === 'unrecognized_keys')
      return `\`${[...issue.path, issue.keys[0]].join('.').slice(0, NAME_CHARS_MAX)}\`: no such field`
  const [issue] = issues
  return `\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'invalid'}`
}
