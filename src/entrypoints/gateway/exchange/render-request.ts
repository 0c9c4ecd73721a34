import { fail, ok, type Result } from '../../../base/result.ts'
import type { ClientCodec } from '../../../contract/wire/client-codec.ts'
import { hasOwnInstructions, parseRenderAsk, renderedBody } from '../../../contract/wire/rendered-body.ts'
import { renderPrompt } from '../../../domain/recognition/render-prompt.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { rolloutKey, type RolloutArm } from '../rollouts.ts'
import { refusal, type GatewayError } from './replies.ts'

export interface Rendered {
  readonly body: unknown
  /** The caller, for whom only the chosen release is there. */
  readonly caller: Caller
  readonly arm: RolloutArm | undefined
}

/**
 * Mode `render`: the application names a prompt and its variables, and the gateway chooses the release and writes the prompt.
 * What it writes is recognised and guarded like any other request, against that release alone.
 */
// oxlint-disable-next-line max-params -- who asks, in which protocol, and what
export function renderRequest(
  ports: Pick<GatewayPorts, 'clock' | 'rollouts'>,
  caller: Caller,
  { protocol }: Pick<ClientCodec, 'protocol'>,
  { body, subject, id }: { readonly body: unknown; readonly subject: Subject | undefined; readonly id: string },
): Result<Rendered, GatewayError> {
  const asked = parseRenderAsk(body)
  if (asked === undefined) return ok({ body, caller, arm: undefined })
  if (!asked.ok) {
    const { status, code, message, param } = asked.failure
    return fail(refusal(status, code, message, param))
  }
  const { prompt, variables, rest } = asked.value
  if (hasOwnInstructions(rest))
    return fail(
      refusal(400, 'invalid_request', 'a request names a prompt or brings its own instructions, not both', 'gatehouse'),
    )
  // Without a subject nobody knows who it is: each request falls by itself.
  const chosen = ports.rollouts.choose(caller.admitted, rolloutKey(subject, id), ports.clock())
  if (chosen === undefined) return fail(refusal(403, 'release_not_approved', 'no release of this system is approved'))
  const { release, arm } = chosen
  const template = release.templates.find(({ promptId }) => promptId === prompt)?.template
  if (template === undefined)
    return fail(refusal(400, 'invalid_request', 'the release has no such prompt', 'gatehouse.prompt'))
  const text = renderPrompt(template, variables)
  if (!text.ok) return fail(refusal(400, 'invalid_request', text.failure, 'gatehouse.variables'))
  const { models } = release.manifest.components
  // A component's id stays the same when a release moves to another model; without one the first is meant.
  const named = rest['model']
  const model =
    named === undefined ? models[0]?.model : (models.find((one) => one.id === named)?.model ?? String(named))
  return ok({
    body: renderedBody(protocol, rest, text.value, model ?? ''),
    caller: { ...caller, admitted: { ...caller.admitted, releases: [release] } },
    arm,
  })
}
