/** Withholds untrusted results of a length and more from the model, which names them where a tool is to get them. */
export interface OpaquePolicy {
  readonly fromChars: number
  /** Tools whose results the model reads all the same. */
  readonly except?: readonly string[] | undefined
  /** Fields of withheld results that the model is told, because they hold one of few values. */
  readonly reveal?: readonly RevealedField[] | undefined
  /** What all revealed fields of a conversation may tell together. Default 256. */
  readonly bitsPerSession?: number | undefined
}

export interface RevealedField {
  readonly tool: string
  /** Path of names, `[]` behind a list: `flights[].price`. */
  readonly field: string
  readonly schema: BoundedSchema
}

/** The JSON Schemas of values that carry no order: one of few, a number in a range, a day. */
export type BoundedSchema =
  | { readonly type: 'boolean' }
  | { readonly enum: readonly (string | number | boolean)[] }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'number'; readonly minimum: number; readonly maximum: number; readonly multipleOf: number }
  | { readonly type: 'string'; readonly format: 'date' }

export interface CapabilityPolicy {
  /** For how many messages of the user a request lasts, its own included. Default 3. */
  readonly lastsMessages?: number | undefined
  readonly grants: readonly CapabilityGrant[]
}

/** What a request gives that calls for the tool. */
export interface CapabilityGrant {
  readonly tool: string
  /** CEL over `user`, `subject`: whether a message of the user calls for it. Default: the wording does. */
  readonly when?: string | undefined
  /** Calls for each message that asks. Default 1. */
  readonly calls?: number | undefined
  /** Bounds of arguments; one that is not named is free. */
  readonly arguments?: Readonly<Record<string, ArgumentGrant>> | undefined
  /** The sum of a numeric argument, for each message that asks. */
  readonly amount?: { readonly argument: string; readonly max: number | 'stated' } | undefined
}

/** Values that an argument may take: listed, from a directory, the subject's own, or said by the user. */
export interface ArgumentGrant {
  readonly values?: readonly (string | number | boolean)[] | undefined
  /** `user-message`, `subject.FIELD` or `directory:NAME`. */
  readonly from?: readonly string[] | undefined
}
