import type { Tier } from '../manifest/manifest.ts'

/** What people decide in Gatehouse. Machines decide nothing of this. */
export const DECISIONS = [
  'release',
  'exception',
  'risk-acceptance',
  'threshold-change',
  'customer-commitment',
  'vendor',
] as const
export type Decision = (typeof DECISIONS)[number]

/** Roles that may be named in a right. */
export const DECIDING_ROLES = [
  'engineer',
  'product',
  'security',
  'policy',
  'privacy',
  'legal',
  'approver',
  'responder',
  'executive',
] as const
export type DecidingRole = (typeof DECIDING_ROLES)[number]

/** Most people that a right may ask for. */
export const PEOPLE_MAX = 4

/** Who decides one thing for one tier. */
export interface DecisionRight {
  /** How many people have to agree; 0: nobody is asked. */
  readonly people: number
  /** Any of these; empty only where nobody is asked. */
  readonly roles: readonly DecidingRole[]
  /** Two people count as two only in two roles. */
  readonly distinctRoles: boolean
  /** Who is told when nobody has decided in time. */
  readonly escalateTo: readonly DecidingRole[]
  readonly escalateAfterDays: number
}

/** The whole file: a right for every decision and tier. */
export interface DecisionRights {
  readonly id: string
  readonly version: string
  readonly rights: Readonly<Record<Decision, Readonly<Record<Tier, DecisionRight>>>>
}

export function rightOf({ rights }: DecisionRights, decision: Decision, tier: Tier): DecisionRight {
  return rights[decision][tier]
}
