import { heldRecording } from '../../application/state/held-recording.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import { canonicalJson, isNestedDeeper, JSON_DEPTH_MAX, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Operation } from '../../contract/http/operation.ts'
import { inputMessage } from '../../contract/http/input-message.ts'
import { OPERATIONS, type InputOf, type OperationName, type OutputOf } from '../../contract/http/operations.ts'
import { ACCESS_TABLE, mayCall } from '../../domain/access/access-table.ts'
import { checkScope, checkVersion, namedRecord, withinScope, type LimitedCall } from './call-limits.ts'
import { CONTROLS_HANDLERS } from './handlers/controls.ts'
import { INTAKE_HANDLERS } from './handlers/intake.ts'
import { EVENTS_HANDLERS } from './handlers/events.ts'
import { EVIDENCE_HANDLERS } from './handlers/evidence.ts'
import { FINDINGS_HANDLERS } from './handlers/findings.ts'
import { GATEWAYS_HANDLERS } from './handlers/gateways.ts'
import { GOVERNANCE_HANDLERS } from './handlers/governance.ts'
import { IDENTITY_HANDLERS } from './handlers/identity.ts'
import { DRAFTS_HANDLERS } from './handlers/drafts.ts'
import { LINEAGE_HANDLERS } from './handlers/lineage.ts'
import { PROMPTS_HANDLERS } from './handlers/prompts.ts'
import { EVALUATIONS_HANDLERS } from './handlers/evaluations.ts'
import { JOBS_HANDLERS } from './handlers/jobs.ts'
import { RELEASES_HANDLERS } from './handlers/releases.ts'
import { RIGHTS_HANDLERS } from './handlers/rights.ts'
import { RISKS_HANDLERS } from './handlers/risks.ts'
import { COMMITMENTS_HANDLERS } from './handlers/commitments.ts'
import { RESPOND_HANDLERS } from './handlers/respond.ts'
import { WEBHOOKS_HANDLERS } from './handlers/webhooks.ts'
import { STORAGE_HANDLERS } from './handlers/storage.ts'
import type { HandlersOf, OperationContext } from './operation-handler.ts'
import { inTurn } from './record-turns.ts'
import { whileConnected } from './while-connected.ts'

/** The one binding of operations to use cases: HTTP routes and embedded commands both come through here. */
const HANDLERS: HandlersOf<typeof OPERATIONS> = {
  ...RELEASES_HANDLERS,
  ...GOVERNANCE_HANDLERS,
  ...RIGHTS_HANDLERS,
  ...RISKS_HANDLERS,
  ...COMMITMENTS_HANDLERS,
  ...FINDINGS_HANDLERS,
  ...RESPOND_HANDLERS,
  ...EVIDENCE_HANDLERS,
  ...GATEWAYS_HANDLERS,
  ...IDENTITY_HANDLERS,
  ...CONTROLS_HANDLERS,
  ...INTAKE_HANDLERS,
  ...PROMPTS_HANDLERS,
  ...LINEAGE_HANDLERS,
  ...DRAFTS_HANDLERS,
  ...EVALUATIONS_HANDLERS,
  ...JOBS_HANDLERS,
  ...WEBHOOKS_HANDLERS,
  ...EVENTS_HANDLERS,
  ...STORAGE_HANDLERS,
}

/** Checks access, input, scope and version, then runs: the same for HTTP and for commands of this process. */
export function runOperation<Name extends OperationName>(
  name: Name,
  context: OperationContext,
  principal: Principal,
  input: unknown,
): Promise<Result<OutputOf<Name>, Problem>> {
  return whileConnected(context, (connected) => runConnected(name, connected, principal, input))
}

// oxlint-disable-next-line max-params -- those of the call that it is
async function runConnected<Name extends OperationName>(
  name: Name,
  context: OperationContext,
  principal: Principal,
  input: unknown,
): Promise<Result<OutputOf<Name>, Problem>> {
  const operation: Operation = OPERATIONS[name]
  const row = ACCESS_TABLE[operation.access]
  if (!mayCall(operation.access, principal.roles) || (principal.credential?.kind === 'api-key' && !row.isOpenToKeys))
    return fail({
      code: 'http/forbidden',
      message: `this needs one of the roles ${row.roles.join(', ')}${row.isOpenToKeys ? '' : ', and no API key opens it'}`,
      next: 'ask somebody who holds one of them',
    })
  const parsed = parseInput(operation, input)
  if (!parsed.ok) return parsed
  const fields = parsed.value
  const { ifMatch } = context
  const { store, sha256 } = context.node
  const run = async (): Promise<Result<object, Problem>> => {
    const callNow = async (): Promise<LimitedCall> => ({
      name,
      operation,
      input: fields,
      record: await namedRecord(store, operation, fields),
    })
    const call = await callNow()
    const isWithin = checkScope(principal, call)
    if (!isWithin.ok) return isWithin
    const isCurrent = checkVersion(sha256, ifMatch, call)
    if (!isCurrent.ok) return isCurrent
    const held =
      ifMatch === undefined ? context : heldTo(context, async () => checkVersion(sha256, ifMatch, await callNow()))
    const result = await HANDLERS[name](held, principal, fields as InputOf<Name>)
    return result.ok ? ok(withinScope(principal, operation, result.value)) : result
  }
  const key =
    operation.record === undefined ? undefined : `${operation.record.kind}/${String(fields[operation.record.field])}`
  const result = key === undefined || operation.method === 'GET' ? await run() : await inTurn(context.node, key, run)
  return result as Result<OutputOf<Name>, Problem>
}

/** The same context, whose changes are made only where the version is still current in the turn that they are made in. */
function heldTo(context: OperationContext, isCurrent: () => Promise<Result<null, Problem>>): OperationContext {
  return { ...context, node: { ...context.node, recorder: heldRecording(context.node.recorder, isCurrent) } }
}

function parseInput({ input: schema }: Operation, input: unknown): Result<JsonObject, Problem> {
  // Before the schema, which walks by recursion.
  if (isNestedDeeper(input, JSON_DEPTH_MAX))
    return fail({ code: 'http/invalid-input', message: `nested deeper than ${JSON_DEPTH_MAX}` })
  const parsed = schema.safeParse(input)
  if (!parsed.success)
    return fail({
      code: 'http/invalid-input',
      message: inputMessage(parsed.error.issues),
      next: 'see /api/v1/openapi.json',
    })
  // What has no canonical form can be neither signed nor committed to.
  const canonical = canonicalJson(parsed.data as JsonObject)
  return canonical.ok
    ? ok(parsed.data as JsonObject)
    : fail({ code: 'http/invalid-input', message: canonical.failure.message })
}
