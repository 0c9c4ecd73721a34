import type { Principal } from '../../application/state/owner-node.ts'
import { canonicalJson, type Json } from '../../base/json.ts'
import { fail, type Problem, type Result } from '../../base/result.ts'
import { mayCall, OPERATIONS, type InputOf, type OperationName, type OutputOf } from '../../contract/http/operations.ts'
import { CONTROLS_HANDLERS } from './handlers/controls.ts'
import { INTAKE_HANDLERS } from './handlers/intake.ts'
import { EVIDENCE_HANDLERS } from './handlers/evidence.ts'
import { FINDINGS_HANDLERS } from './handlers/findings.ts'
import { GATEWAYS_HANDLERS } from './handlers/gateways.ts'
import { GOVERNANCE_HANDLERS } from './handlers/governance.ts'
import { RELEASES_HANDLERS } from './handlers/releases.ts'
import { RIGHTS_HANDLERS } from './handlers/rights.ts'
import { RESPOND_HANDLERS } from './handlers/respond.ts'
import type { HandlersOf, OperationContext } from './operation-handler.ts'

/** The one binding of operations to use cases: HTTP routes and embedded commands both come through here. */
const HANDLERS: HandlersOf<typeof OPERATIONS> = {
  ...RELEASES_HANDLERS,
  ...GOVERNANCE_HANDLERS,
  ...RIGHTS_HANDLERS,
  ...FINDINGS_HANDLERS,
  ...RESPOND_HANDLERS,
  ...EVIDENCE_HANDLERS,
  ...GATEWAYS_HANDLERS,
  ...CONTROLS_HANDLERS,
  ...INTAKE_HANDLERS,
}

/** Checks access and input, then runs: the same for HTTP and for commands of this process. */
export async function runOperation<Name extends OperationName>(
  name: Name,
  context: OperationContext,
  principal: Principal,
  input: unknown,
): Promise<Result<OutputOf<Name>, Problem>> {
  const { access, input: schema } = OPERATIONS[name]
  if (!mayCall(access, principal.roles))
    return fail({ code: 'http/forbidden', message: `this needs a role with access \`${access}\`` })
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail({
      code: 'http/invalid-input',
      message: `\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'invalid'}`,
      next: 'see /api/v1/openapi.json',
    })
  }
  // What has no canonical form can be neither signed nor committed to.
  const canonical = canonicalJson(parsed.data as Json)
  if (!canonical.ok) return fail({ code: 'http/invalid-input', message: canonical.failure.message })
  const result = await HANDLERS[name](context, principal, parsed.data as InputOf<Name>)
  return result as Result<OutputOf<Name>, Problem>
}
