import type { Denial, RequestContext } from '../../../application/gateway/decide-request.ts'
import type { GatewayPorts } from '../gateway-ports.ts'

export type Redeemed =
  | { readonly kind: 'approved'; readonly answer: string }
  | { readonly kind: 'denied'; readonly denial: Denial; readonly ticket: string | undefined }

type Of = Pick<RequestContext, 'admitted'>

/** What a ticket that came with a request is good for: it is used up by it. */
// oxlint-disable-next-line max-params -- whose ticket, for what
export const redeem = (ports: GatewayPorts, of: Of, ticket: string, binding: string | undefined): Promise<Redeemed> =>
  tried('redeem', ports, of, { ticket, binding })

/** The same without using it up. */
// oxlint-disable-next-line max-params -- as above
export const lookAt = (ports: GatewayPorts, of: Of, ticket: string, binding: string | undefined): Promise<Redeemed> =>
  tried('look', ports, of, { ticket, binding })

// oxlint-disable-next-line max-params -- how, whose ticket and for what
async function tried(
  how: 'redeem' | 'look',
  ports: GatewayPorts,
  { admitted }: Of,
  { ticket, binding }: { readonly ticket: string; readonly binding: string | undefined },
): Promise<Redeemed> {
  const denied = (message: string): Redeemed => ({
    kind: 'denied',
    denial: { status: 403, code: 'invalid_approval', message, rule: 'approval/ticket' },
    ticket: undefined,
  })
  if (ports.approvals === undefined) return denied('nobody can be asked at this gateway')
  if (binding === undefined) return denied('a ticket is for a session, and none is named')
  const redemption = await ports.approvals[how](ticket, admitted.system, binding)
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
