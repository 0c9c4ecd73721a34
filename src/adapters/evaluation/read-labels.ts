import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { errnoOf } from '../files/errno.ts'
import { LineTooLong, readLines } from './line-file.ts'

const labelSchema = z.object({
  prompt: z.string().default(''),
  reply: z.string(),
  question: z.string().default(''),
  /** `miss`: people say that the reply misses what was asked; `hold`: that it does not. */
  label: z.enum(['miss', 'hold']),
})

export interface Labels {
  readonly labels: readonly {
    readonly prompt: string
    readonly reply: string
    readonly question: string
    readonly label: boolean
  }[]
  readonly digest: string
}

const LINE_CHARS_MAX = 1_000_000
const LABELS_MAX = 100_000

/** What people said of answers, one JSON object a line. */
export async function readLabels(path: string, shown: string): Promise<Result<Labels, readonly Problem[]>> {
  const labels: Labels['labels'][number][] = []
  const problems: Problem[] = []
  const hash = createHash('sha256')
  try {
    for await (const { text, number } of readLines(path, { withTail: true })) {
      if (text.trim() === '') continue
      hash.update(`${text}\n`)
      const json = parseJson(text, LINE_CHARS_MAX)
      const parsed = json.ok ? labelSchema.safeParse(json.value) : undefined
      if (parsed?.success === true) labels.push({ ...parsed.data, label: parsed.data.label === 'miss' })
      else
        problems.push({
          code: 'judge/bad-label',
          message: 'the line is no label',
          next: 'write {"prompt": …, "reply": …, "label": "miss" | "hold"}',
          at: { file: shown, line: number, column: 1 },
        })
      if (problems.length >= 50 || labels.length > LABELS_MAX) break
    }
  } catch (error) {
    if (!(error instanceof LineTooLong) && errnoOf(error) === undefined) throw error
    const why = error instanceof LineTooLong ? error.message : `cannot be read (${errnoOf(error) ?? ''})`
    return fail([{ code: 'eval/unreadable', message: `\`${shown}\` ${why}`, next: 'check the path and the file' }])
  }
  return problems.length > 0 ? fail(problems) : ok({ labels, digest: `sha256:${hash.digest('hex')}` })
}
