import { z } from 'zod'
import { expectationSchema } from './expectation-schema.ts'

const tag = z.string().min(1).max(60)
const variables = z.record(z.string().max(100), z.json())

export const subjectSchema = z.strictObject({
  tenant: z.string().min(1).max(100),
  principal: z.string().min(1).max(200),
  roles: z.array(z.string().max(60)).max(20),
  email: z.string().max(254).optional(),
})

export const turnsSchema = z.array(z.string().min(1).max(50_000)).min(1).max(50)
export const expectationsSchema = z.array(expectationSchema).min(1).max(20)

const toolMock = z.strictObject({
  name: z.string().min(1).max(64),
  description: z.string().max(2_000).optional(),
  schema: z.record(z.string().max(200), z.json()).optional(),
  results: z
    .array(z.strictObject({ when: z.record(z.string().max(100), z.json()).optional(), result: z.json() }))
    .min(1)
    .max(50),
})

/** A case as it is written; what it leaves out, the suite's `defaults` and `turns` give. */
export const caseSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/),
  tags: z.array(z.string().max(60)).max(20).optional(),
  risks: z.array(z.string().max(60)).max(20).optional(),
  journeys: z.array(tag).max(20).optional(),
  language: z.string().max(35).optional(),
  weight: z.number().min(0).max(1_000).optional(),
  subject: subjectSchema.optional(),
  system: z.string().max(100_000).optional(),
  history: z
    .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string().min(1).max(50_000) }))
    .max(100)
    .optional(),
  turns: turnsSchema.optional(),
  variables: variables.optional(),
  tools: z.array(toolMock).max(50).optional(),
  fixtures: variables.optional(),
  pair: z.strictObject({ id: z.string().min(1).max(100), group: z.string().min(1).max(60) }).optional(),
  expect: expectationsSchema.optional(),
  /** The document that carries an indirect attack. */
  via: z.string().max(200).optional(),
})

export type RawCase = z.infer<typeof caseSchema>
