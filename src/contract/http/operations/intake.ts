import { z } from 'zod'
import { answersSchema } from '../../intake/parse-answers.ts'
import { document, operation } from '../operation.ts'

/** What a system that does not exist yet would be asked for. */
export const INTAKE_OPERATIONS = {
  assessIntake: operation({
    method: 'POST',
    path: '/intake',
    summary: 'Tier, class under the EU AI Act and what follows, from answers to the questionnaire; records nothing',
    access: 'read',
    input: z.object({
      answers: answersSchema,
      asOf: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}$/)
        .optional(),
    }),
    output: document,
  }),
} as const
