import type { Charge } from './limit-rule.ts'

/** What a request holds until it is known what it really took. */
export interface Reservation {
  readonly id: string
  /** Whose counters these are; the store's own word for it. */
  readonly scope: string
  readonly charges: readonly Charge[]
  /** First instants after the periods of the budgets among the charges, in their order. */
  readonly periodEnds: readonly number[]
}

export type ReserveOutcome =
  | { readonly kind: 'granted'; readonly reservation: Reservation }
  | { readonly kind: 'limited'; readonly charge: Charge; readonly retryAfterMs: number }
  /** The store is not there: nothing is known and nothing was taken. */
  | { readonly kind: 'unavailable' }

/** Counters behind limits: all of a request's or none, exact however many ask at once. */
export interface LimitStore {
  /** `scope`: organization, system and environment; counters of two scopes never meet. */
  reserve(scope: string, id: string, charges: readonly Charge[]): Promise<ReserveOutcome>
  /** Puts what was taken in place of what was reserved. A reservation that is never settled lapses. */
  settle(reservation: Reservation, taken: readonly number[]): Promise<void>
}

/** How long a budget is held for a gateway that has died: longer than any request may take. */
export const RESERVATION_LEASE_MS = 660_000
