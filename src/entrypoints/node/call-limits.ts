import type { Principal } from '../../application/state/owner-node.ts'
import type { RecordStore, StateRecord } from '../../application/state/records.ts'
import { canonicalJsonOf, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Operation } from '../../contract/http/operation.ts'
import { scopeRefusal } from '../../domain/access/call-scope.ts'

/** A parsed call, and the record that it names if it names one. */
export interface LimitedCall {
  readonly name: string
  readonly operation: Operation
  readonly input: JsonObject
  readonly record: StateRecord | undefined
}

/** The record whose system and version bind the call. */
export async function namedRecord(
  store: RecordStore,
  operation: Operation,
  input: JsonObject,
): Promise<StateRecord | undefined> {
  const id = operation.record === undefined ? undefined : input[operation.record.field]
  return operation.record === undefined || typeof id !== 'string' ? undefined : store.get(operation.record.kind, id)
}

/** Holds a call to the scope of its credential. */
export function checkScope(
  principal: Principal,
  { name, operation, input, record }: LimitedCall,
): Result<null, Problem> {
  if (principal.scope === undefined) return ok(null)
  const { environment } = input
  const refusal = scopeRefusal(
    // A list that is cut to the caller's systems afterwards touches no other.
    operation.listsSystems === true ? { ...principal.scope, systems: null } : principal.scope,
    {
      operation: name,
      system: operation.spansSystems === true ? null : systemOf(operation, input, record),
      environment: typeof environment === 'string' ? environment : null,
      isRead: operation.method === 'GET',
    },
  )
  return refusal === undefined
    ? ok(null)
    : fail({
        code: 'http/outside-scope',
        message: `the credential is not for this ${refusal}`,
        next: 'name the system of the credential, or use another one',
      })
}

/** The system of the record that is named counts, whatever else the input says. */
function systemOf(operation: Operation, input: JsonObject, record: StateRecord | undefined): string | null {
  if (operation.record !== undefined) return record?.system ?? null
  let value: Json | undefined = input
  for (const key of operation.systemPath ?? ['system']) value = isJsonObject(value) ? value[key] : undefined
  return typeof value === 'string' ? value : null
}

/** Cuts a list to the caller's systems. Cursors are cut by the query: a list that goes by systems asks for none but these. */
export function withinScope(principal: Principal, operation: Operation, value: object): object {
  const systems = principal.scope?.systems ?? null
  if (systems === null || operation.listsSystems !== true) return value
  const { items } = value as { readonly items: readonly { readonly system?: unknown }[] }
  return { ...value, items: items.filter(({ system }) => typeof system === 'string' && systems.includes(system)) }
}

/** Strong validator of an answer or a record: equal exactly when the JSON is. */
export function etagOf(sha256: Sha256, value: object): string {
  const hash = sha256(utf8(canonicalJsonOf(value as JsonObject)))
  return `"${Buffer.from(hash).toString('base64url').slice(0, 27)}"`
}

/** `If-Match` holds a change to the version that its author saw. */
export function checkVersion(
  sha256: Sha256,
  ifMatch: string | undefined,
  { operation, record }: LimitedCall,
): Result<null, Problem> {
  if (ifMatch === undefined) return ok(null)
  if (operation.record === undefined || operation.method === 'GET')
    return fail({ code: 'http/no-version', message: 'this operation changes no record that has a version' })
  if (record !== undefined && ifMatch.split(',').some((tag) => matches(tag.trim(), etagOf(sha256, record.document))))
    return ok(null)
  return fail({
    code: 'http/changed',
    message: 'the record has changed since you read it',
    next: 'read it again, then decide again',
  })
}

const matches = (tag: string, current: string): boolean => tag === '*' || tag === current
