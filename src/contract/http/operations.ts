import type { z } from 'zod'
import type { Access } from './operation.ts'
import { CONTROLS_OPERATIONS } from './operations/controls.ts'
import { INTAKE_OPERATIONS } from './operations/intake.ts'
import { EVIDENCE_OPERATIONS } from './operations/evidence.ts'
import { FINDINGS_OPERATIONS } from './operations/findings.ts'
import { GATEWAYS_OPERATIONS } from './operations/gateways.ts'
import { GOVERNANCE_OPERATIONS } from './operations/governance.ts'
import { RELEASES_OPERATIONS } from './operations/releases.ts'
import { RIGHTS_OPERATIONS } from './operations/rights.ts'
import { RESPOND_OPERATIONS } from './operations/respond.ts'

/** Every operation of `/api/v1`: HTTP routes, OpenAPI, command-line calls and access come from this table. */
export const OPERATIONS = {
  ...RELEASES_OPERATIONS,
  ...GOVERNANCE_OPERATIONS,
  ...RIGHTS_OPERATIONS,
  ...FINDINGS_OPERATIONS,
  ...RESPOND_OPERATIONS,
  ...EVIDENCE_OPERATIONS,
  ...GATEWAYS_OPERATIONS,
  ...CONTROLS_OPERATIONS,
  ...INTAKE_OPERATIONS,
} as const

export type OperationName = keyof typeof OPERATIONS
export type InputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['input']>
export type OutputOf<Name extends OperationName> = z.infer<(typeof OPERATIONS)[Name]['output']>

/** Roles that an access class admits, besides `admin`. */
export const ACCESS_ROLES: Readonly<Record<Access, readonly string[]>> = {
  read: [
    'engineer',
    'security',
    'policy',
    'responder',
    'approver',
    'product',
    'privacy',
    'legal',
    'executive',
    'auditor',
  ],
  engineer: ['engineer'],
  approver: ['approver', 'product', 'security', 'policy', 'privacy', 'legal', 'executive'],
  'approver-or-engineer': ['engineer', 'approver', 'product', 'security', 'policy', 'privacy', 'legal', 'executive'],
  responder: ['responder', 'security'],
  auditor: ['auditor', 'policy', 'security'],
  reporter: ['engineer', 'security', 'policy', 'responder', 'approver', 'product', 'privacy', 'legal'],
  admin: [],
  gateway: ['gateway'],
}

/** Fails closed: no roles, no access; a gateway's token opens its own operation only. */
export function mayCall(access: Access, roles: readonly string[]): boolean {
  if (access === 'gateway') return roles.includes('gateway')
  return roles.includes('admin') || ACCESS_ROLES[access].some((role) => roles.includes(role))
}
