import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { expectationsSchema } from '../../contract/suite/case-schema.ts'
import { errnoOf } from '../files/errno.ts'
import { observationSchema } from '../targets/process-target.ts'
import { LineTooLong, readLines } from './line-file.ts'

/** A prompt and what was answered to it, whoever asked. */
const responseSchema = z.object({
  id: z.union([z.string().min(1).max(200), z.number()]),
  prompt: z.string().max(200_000).optional(),
  /** Shorthands of `reply`. */
  response: z.string().optional(),
  output: z.string().optional(),
  reply: z.string().optional(),
  expected: z.string().max(20_000).optional(),
  expect: expectationsSchema.optional(),
  tags: z.array(z.string().max(60)).max(20).optional(),
  trial: z.int().min(0).max(1_000).optional(),
  latencyMs: z.number().min(0).optional(),
  ...observationSchema.omit({ reply: true }).shape,
})

export type ResponseLine = z.infer<typeof responseSchema> & {
  readonly reply: string
  readonly line: number
}

const LINE_CHARS_MAX = 4_000_000
const LINES_MAX = 1_000_000
const PROBLEMS_MAX = 50

/** Responses, one JSON object a line; each bad line is a problem with its place. */
export async function readResponses(
  path: string,
  shown: string,
): Promise<Result<readonly ResponseLine[], readonly Problem[]>> {
  const responses: ResponseLine[] = []
  const problems: Problem[] = []
  try {
    for await (const { text, number } of readLines(path, { withTail: true })) {
      if (text.trim() === '') continue
      const at = { file: shown, line: number, column: 1 }
      const parsed = parseLine(text)
      if (!parsed.ok) problems.push({ ...parsed.failure, at })
      else responses.push({ ...parsed.value, line: number })
      if (problems.length >= PROBLEMS_MAX || responses.length > LINES_MAX) break
    }
  } catch (error) {
    if (!(error instanceof LineTooLong) && errnoOf(error) === undefined) throw error
    const why = error instanceof LineTooLong ? error.message : `cannot be read (${errnoOf(error) ?? ''})`
    return fail([{ code: 'eval/unreadable', message: `\`${shown}\` ${why}`, next: 'check the path and the file' }])
  }
  if (responses.length === 0 && problems.length === 0)
    problems.push({
      code: 'eval/no-responses',
      message: `\`${shown}\` has no response`,
      next: 'write one object a line: {"id": …, "prompt": …, "response": …}',
    })
  return problems.length > 0 ? fail(problems) : ok(responses)
}

function parseLine(text: string): Result<Omit<ResponseLine, 'line'>, Problem> {
  const json = parseJson(text, LINE_CHARS_MAX)
  if (!json.ok)
    return fail({
      code: 'eval/bad-line',
      message: `the line is no JSON: ${json.failure.message}`,
      next: 'write one JSON object a line',
    })
  const parsed = responseSchema.safeParse(json.value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return fail({
      code: 'eval/bad-response',
      message: `the response is not valid at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`,
      next: 'write {"id": …, "prompt": …, "response": …} and, without a suite, "expected" or "expect"',
    })
  }
  const reply = parsed.data.reply ?? parsed.data.response ?? parsed.data.output
  if (reply === undefined)
    return fail({
      code: 'eval/bad-response',
      message: 'the line has no `response`',
      next: 'write the answer under `response`, `output` or `reply`',
    })
  return ok({ ...parsed.data, reply })
}
