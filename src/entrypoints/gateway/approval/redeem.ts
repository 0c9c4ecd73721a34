import type { Denial, RequestContext } from '../../../application/gateway/decide-request.ts'
import type { GatewayPorts } from '../gateway-ports.ts'

export type Redeemed =
  | { readonly kind: 'approved'; readonly answer: string }
  | { readonly kind: 'denied'; readonly denial: Denial; readonly ticket: string | undefined }

/** What a ticket that came with a request is good for. */
export async function redeem(
  ports: GatewayPorts,
  { admitted }: Pick<RequestContext, 'admitted'>,
  ticket: string,
  binding: string | undefined,
): Promise<Redeemed> {
  const denied = (message: string): Redeemed => ({
    kind: 'denied',
    denial: { status: 403, code: 'invalid_approval', message, rule: 'approval/ticket' },
    ticket: undefined,
  })
  if (ports.approvals === undefined) return denied('nobody can be asked at this gateway')
  if (binding === undefined) return denied('a ticket is for a session, and none is named')
  const redemption = await ports.approvals.redeem(ticket, admitted.system, binding)
  switch (redemption.kind) {
    case 'approved':
      return redemption
    case 'refused':
      return denied(redemption.reason)
    case 'waiting':
      return {
        kind: 'denied',
        denial: { status: 403, code: 'approval_required', message: 'nobody has decided yet', rule: 'approval/waiting' },
        ticket,
      }
  }
}
