import { z } from 'zod'
import { CURSOR_MAX, positionOf } from '../../application/state/page-cursor.ts'
import { INSTANT_MAX, type RecordKind } from '../../application/state/records.ts'
import type { Access } from '../../domain/access/access-table.ts'

/** One operation of the control plane: its HTTP route, its command-line call and its documentation come from this. */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST'
  /** Below `/api/v1`; `{name}` is taken from the input. */
  readonly path: string
  readonly summary: string
  /** Row of the access table: who may call. */
  readonly access: Access
  /**
   * The record that a field of the input names: its system is what a caller bound to systems must hold, its version what
   * `If-Match` speaks of.
   */
  readonly record?: { readonly kind: RecordKind; readonly field: string }
  /** Where in the input the system stands, if not in `system`. */
  readonly systemPath?: readonly string[]
  /** The answer's `items` each name a `system`: a caller bound to systems is shown those of its own. */
  readonly listsSystems?: true
  /** The answer to a call on one system holds records of others too: a caller bound to systems is refused. */
  readonly spansSystems?: true
  /** The answer is the named record as time has changed it since: its version is that of the record as it is stored. */
  readonly showsRecordNow?: true
  /** With `Accept: text/event-stream` the answer is a stream that goes on from a place in the ledger. */
  readonly isStreamed?: true
  /** Largest request body; 256 KiB where none is named. */
  readonly bodyBytesMax?: number
  /** Calls a minute of one caller, where each leaves something behind for good; that of the server where none is named. */
  readonly perMinute?: number
  readonly input: Input
  readonly output: Output
}

/** Nothing larger is read, whatever an operation asks for. */
export const BODY_BYTES_MAX = 16 * 1_048_576
export const BODY_BYTES_USUAL = 256 * 1_024

/** A field that nobody knows is refused by its name: a slip of the pen would read as no filter, or be dropped unsaid. */
export function operation<Input extends z.ZodObject, Output extends z.ZodType>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return { ...definition, input: definition.input.strict() as unknown as Input }
}

export const system = z.string().regex(/^[a-z0-9-]{2,63}$/, 'a name of a system is 2 to 63 of a-z, 0-9 and `-`')
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is `sha256:` and 64 hexadecimal digits')
/** Of a policy pack. */
export const ruleId = z.string().regex(/^GH-[A-Z]{3}-\d{3}$/, 'an id of a rule is written like `GH-INJ-001`')
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
