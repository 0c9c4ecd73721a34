import { decideCall, type DecideCompletionPorts } from '../../../application/gateway/decide-completion.ts'
import { portsWithReportsOn } from '../../../application/gateway/with-detectors.ts'
import type { Denial, RequestContext } from '../../../application/gateway/decide-request.ts'
import type { AnswerToolCall } from '../../../application/gateway/model-event.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { askPeople, bindingOfCall } from './ask-people.ts'
import { redeem } from './redeem.ts'

export type CallDecision = ReturnType<typeof decideCall> & {
  /** The ticket to come back with. */
  readonly approval: string | undefined
}

/** One call that somebody is about to make, with what people say where the manifest wants to hear them. */
export async function decideCallWithPeople(
  ports: GatewayPorts,
  context: RequestContext,
  call: AnswerToolCall,
  { ticket, ...asked }: DecideCompletionPorts & { readonly ticket: string | undefined; readonly request: string },
): Promise<CallDecision> {
  // Detectors have a deadline each; that the caller may leave ends nothing early here.
  const own = {
    ...(await portsWithReportsOn(context, call, asked, {
      guard: ({ release }) => ports.guardOf(release),
      signal: new AbortController().signal,
    })),
    request: asked.request,
  }
  const decision = decideCall(context, call, own)
  const { denial } = decision
  if (denial?.code !== 'approval_required' || denial.tool === undefined) return { ...decision, approval: undefined }
  // People are asked about what is to be made, not about names of it.
  const binding = bindingOfCall(context, decision.call.name, decision.call.arguments)
  if (ticket === undefined) {
    const waiting = {
      context,
      request: own.request,
      tools: decision.tools,
      calls: [decision.call],
      binding,
      answer: '',
    }
    return { ...decision, approval: await askPeople(ports, waiting) }
  }
  const redeemed = await redeem(ports, context, ticket, binding)
  if (redeemed.kind === 'denied')
    return { ...decision, denial: about(redeemed.denial, denial), approval: redeemed.ticket }
  return { ...decideCall(context, call, { ...own, isApproved: () => true }), approval: undefined }
}

function about(denial: Denial, { tool }: Denial): Denial {
  return { ...denial, tool }
}
