import { z } from 'zod'
import { fail, ok, type Result } from '../../base/result.ts'
import { REPORT_CATEGORIES, REPORT_CHARS_MAX, type ReportCategory } from '../../domain/notice/user-report.ts'
import { failureOf, type WireFailure } from '../wire/wire-failure.ts'

const userReport = z.strictObject({
  /** `x-request-id` of the answer that it is about. */
  request: z
    .string()
    .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be the `x-request-id` of an answer')
    .optional(),
  category: z.enum(REPORT_CATEGORIES).default('other'),
  text: z.string().min(1).max(REPORT_CHARS_MAX),
})

export interface UserReport {
  readonly request: string | null
  readonly category: ReportCategory
  readonly text: string
}

/** `POST /v1/reports`. */
export function parseUserReport(body: unknown): Result<UserReport, WireFailure> {
  const parsed = userReport.safeParse(body)
  if (!parsed.success) return fail(failureOf(parsed.error))
  const { request = null, category, text } = parsed.data
  return ok({ request, category, text })
}
