import { z } from 'zod'

export const componentId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be letters, digits, `_` and `-`, 64 at most')
export const expression = z.string().min(1).max(2_000)
export const idList = z.array(componentId).max(200)

const scalar = z.union([z.string().min(1).max(200), z.number(), z.boolean()])
const boundedSchema = z.union([
  z.strictObject({ type: z.literal('boolean') }),
  z.strictObject({ enum: z.array(scalar).min(1).max(1_000) }),
  z.strictObject({ type: z.literal('integer'), minimum: z.int(), maximum: z.int() }),
  z.strictObject({
    type: z.literal('number'),
    minimum: z.number(),
    maximum: z.number(),
    multipleOf: z.number().positive(),
  }),
  z.strictObject({ type: z.literal('string'), format: z.literal('date') }),
])
/** `guard.opaque`. */
export const opaque = z.strictObject({
  fromChars: z.int().min(1).max(100_000),
  except: idList.optional(),
  reveal: z
    .array(
      z.strictObject({
        tool: componentId,
        field: z
          .string()
          .max(200)
          .regex(
            /^[A-Za-z_][\w-]*(?:\[\])?(?:\.[A-Za-z_][\w-]*(?:\[\])?)*$/,
            'must be a path such as `flights[].price`',
          ),
        schema: boundedSchema,
      }),
    )
    .max(200)
    .optional(),
  bitsPerSession: z.int().min(1).max(100_000).optional(),
})
/** `guard.capabilities`. */
export const capabilities = z.strictObject({
  lastsMessages: z.int().min(1).max(100).optional(),
  grants: z
    .array(
      z.strictObject({
        tool: componentId,
        when: expression.optional(),
        calls: z.int().min(1).max(1_000).optional(),
        arguments: z
          .record(
            z.string().min(1).max(100),
            z.strictObject({
              values: z.array(scalar).min(1).max(200).optional(),
              from: z.array(z.string().max(200)).min(1).max(20).optional(),
            }),
          )
          .optional(),
        amount: z
          .strictObject({
            argument: z.string().min(1).max(100),
            max: z.union([z.number().positive().max(1_000_000_000_000), z.literal('stated')]),
          })
          .optional(),
      }),
    )
    .max(200),
})
