import {
  judgeCall,
  spendCall,
  type CallJudgement,
  type DecideCompletionPorts,
} from '../../../application/gateway/decide-completion.ts'
import { portsWithReportsOn } from '../../../application/gateway/with-detectors.ts'
import type { Denial, RequestContext } from '../../../application/gateway/decide-request.ts'
import type { AnswerToolCall } from '../../../application/gateway/model-event.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { askPeople, bindingOfCall } from './ask-people.ts'
import { lookAt, redeem } from './redeem.ts'

export type CallDecision = CallJudgement & {
  /** The ticket to come back with. */
  readonly approval: string | undefined
}

export type UnspentDecision = CallDecision & {
  /**
   * The decision as it stands once budget and ticket are spent. To be asked for last, when nothing else can refuse the call any
   * more: others may have spent them meanwhile, and then it is a denial.
   */
  spend(): Promise<CallDecision>
}

/** One call that somebody is about to make, with what people say where the manifest wants to hear them. Nothing is spent yet. */
export async function decideCallWithPeople(
  ports: GatewayPorts,
  context: RequestContext,
  call: AnswerToolCall,
  { ticket, ...asked }: DecideCompletionPorts & { readonly ticket: string | undefined; readonly request: string },
): Promise<UnspentDecision> {
  // Detectors have a deadline each; that the caller may leave ends nothing early here.
  const own = {
    ...(await portsWithReportsOn(context, call, asked, {
      guard: ({ release }) => ports.guardOf(release),
      signal: new AbortController().signal,
    })),
    request: asked.request,
  }
  const decision = judgeCall(context, call, own)
  const { denial } = decision
  if (denial === undefined)
    return { ...decision, approval: undefined, spend: async () => withoutTicket(spendCall(context, call, own)) }
  if (denial.code !== 'approval_required' || denial.tool === undefined) return refused(withoutTicket(decision))
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
    return refused({ ...decision, approval: await askPeople(ports, waiting) })
  }
  const looked = await lookAt(ports, context, ticket, binding)
  if (looked.kind === 'denied')
    return refused({ ...decision, denial: about(looked.denial, denial), approval: looked.ticket })
  const approved = { ...own, isApproved: () => true }
  const judged = judgeCall(context, call, approved)
  if (judged.denial !== undefined) return refused(withoutTicket(judged))
  return {
    ...judged,
    approval: undefined,
    async spend() {
      // What would be refused takes no ticket along.
      const again = judgeCall(context, call, approved)
      if (again.denial !== undefined) return withoutTicket(again)
      const redeemed = await redeem(ports, context, ticket, binding)
      if (redeemed.kind === 'approved') return withoutTicket(spendCall(context, call, approved))
      return { ...decision, denial: about(redeemed.denial, denial), approval: redeemed.ticket }
    },
  }
}

const withoutTicket = (judged: CallJudgement): CallDecision => ({ ...judged, approval: undefined })
const refused = (decision: CallDecision): UnspentDecision => ({ ...decision, spend: async () => decision })

function about(denial: Denial, { tool }: Denial): Denial {
  return { ...denial, tool }
}
