import { newTicket, readTicket, seal, unseal, writeTicket } from '../../../adapters/approvals/ticket.ts'
import { nodeSha256, type RandomBytes } from '../../../adapters/crypto/node-crypto.ts'
import type { HeldAnswers } from '../../../application/gateway/held-answers.ts'
import type { ToolApprovalQuestion } from '../../../application/respond/tool-approvals.ts'
import { utf8 } from '../../../base/bytes.ts'
import { digestOfBytes } from '../../../base/digest.ts'
import { epochMs, type Clock } from '../../../base/instant.ts'

export interface DeskPorts {
  readonly held: HeldAnswers
  readonly newId: () => string
  readonly randomBytes: RandomBytes
  readonly clock: Clock
  /** Puts the question before people; false where that cannot be done now. */
  readonly put: (question: Omit<ToolApprovalQuestion, 'gateway'>) => Promise<boolean>
  readonly decided: (
    system: string,
    id: string,
  ) => { readonly state: 'approved' | 'refused'; readonly digest: string } | undefined
}

export type DeskQuestion = Omit<ToolApprovalQuestion, 'id' | 'digest' | 'gateway' | 'expiresAt'> & {
  /** Everything by which the call is the same call when it comes again. */
  readonly binding: string
  readonly lifeMs: number
  /** Whose place it takes while it waits. */
  readonly owner: string
  /** What is given out once people have approved. */
  readonly answer: string
}

export type Redemption =
  | { readonly kind: 'approved'; readonly id: string; readonly owner: string; readonly answer: string }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'refused'; readonly reason: string }

interface Held {
  readonly binding: string
  readonly owner: string
  readonly answer: string
}

/**
 * Asks people about calls and gives out, once, what they approved. What waits here is sealed by the ticket that the client
 * holds; what people see is the call in words; what is approved is its digest.
 */
export class ApprovalDesk {
  readonly #ports: DeskPorts

  constructor(ports: DeskPorts) {
    this.#ports = ports
  }

  /** The ticket to come back with; undefined: nobody can be asked now. */
  async ask({ binding, lifeMs, owner, answer, ...question }: DeskQuestion): Promise<string | undefined> {
    const { held, newId, randomBytes, clock, put } = this.#ports
    const ticket = newTicket(newId, randomBytes)
    const kept: Held = { binding, owner, answer }
    const sealed = seal(ticket, JSON.stringify(kept), randomBytes)
    if (!(await held.keep(ticket.id, sealed, { ttlMs: lifeMs, owner }))) return undefined
    const digest = digestOfBytes(nodeSha256, utf8(binding))
    const isPut = await put({ ...question, id: ticket.id, digest, expiresAt: epochMs(clock() + lifeMs) })
    if (isPut) return writeTicket(ticket)
    await held.take(ticket.id, owner)
    return undefined
  }

  /** Gives out what waits for exactly this call, to one caller, once. Nothing is spent where it is refused. */
  async redeem(text: string, system: string, binding: string): Promise<Redemption> {
    const looked = await this.look(text, system, binding)
    if (looked.kind !== 'approved' || (await this.#ports.held.take(looked.id, looked.owner))) return looked
    return refused('the ticket was used')
  }

  /** What `redeem` would say now. */
  async look(text: string, system: string, binding: string): Promise<Redemption> {
    const { held, decided } = this.#ports
    const ticket = readTicket(text)
    if (ticket === undefined) return refused('the ticket cannot be read')
    const sealed = await held.read(ticket.id)
    const opened = sealed === undefined ? undefined : unseal(ticket, sealed)
    if (opened === undefined)
      return refused('nothing waits here for this ticket: it was used, has lapsed, or is of another gateway')
    const kept = JSON.parse(opened) as Held
    if (kept.binding !== binding) return refused('the ticket is for another call')
    const decision = decided(system, ticket.id)
    if (decision === undefined) return { kind: 'waiting' }
    if (decision.state === 'refused') return refused('the call was refused')
    if (decision.digest !== digestOfBytes(nodeSha256, utf8(binding))) return refused('another call was approved')
    return { kind: 'approved', id: ticket.id, owner: kept.owner, answer: kept.answer }
  }
}

function refused(reason: string): Redemption {
  return { kind: 'refused', reason }
}
