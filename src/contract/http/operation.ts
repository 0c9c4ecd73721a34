import { z } from 'zod'
import { CURSOR_MAX, positionOf } from '../../application/state/page-cursor.ts'
import { INSTANT_MAX } from '../../application/state/records.ts'

/** Who may call: anybody signed in reads; the rest by role (docs/reference/roles.md). */
export type Access =
  | 'read'
  | 'engineer'
  | 'approver'
  | 'approver-or-engineer'
  | 'responder'
  | 'reporter'
  | 'auditor'
  | 'admin'
  | 'gateway'

/** One operation of the control plane: its HTTP route, its command-line call and its documentation come from this. */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST'
  /** Below `/api/v1`; `{name}` is taken from the input. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly input: Input
  readonly output: Output
}

export function operation<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return definition
}

export const system = z.string().regex(/^[a-z0-9-]{2,63}$/)
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
export const text = z.string().min(1).max(2_000)
export const id = z.string().min(1).max(200)
export const document = z.record(z.string(), z.json())
export const limit = z.coerce.number().int().min(1).max(1_000).optional()
export { INSTANT_MAX }
export const before = z.coerce.number().int().min(0).max(INSTANT_MAX).optional()
/** `nextCursor` of the page before; opaque. */
export const cursor = z
  .string()
  .max(CURSOR_MAX)
  .refine((value) => positionOf(value) !== undefined, 'no cursor of a list')
  .optional()
/** A list that is always whole. */
export const items = z.object({ items: z.array(document) })
/** One page of a list; `nextCursor` is null on the last. */
export const pageOfItems = z.object({ items: z.array(document), nextCursor: z.string().nullable() })
export const page = { limit, before, cursor }

/** What a handler of this operation is given, once parsed. */
export type OperationInput<Definition extends Operation> = z.infer<Definition['input']>
