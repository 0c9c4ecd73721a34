/** Roles that people hold. */
export const PERSON_ROLES = [
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
  'admin',
] as const
export type PersonRole = (typeof PERSON_ROLES)[number]

/** Roles of machines: no person holds one, and no machine holds a person's beside it. A workload signs subjects and calls nothing. */
export const MACHINE_ROLES = ['gateway', 'workload', 'share'] as const
export type MachineRole = (typeof MACHINE_ROLES)[number]

export type Role = PersonRole | MachineRole
export const ROLES: readonly Role[] = [...PERSON_ROLES, ...MACHINE_ROLES]

interface AccessRow {
  /** For the reference of roles. */
  readonly what: string
  readonly roles: readonly Role[]
  /** Whether an API key may hold operations of this class: never those by which it could make or keep other credentials. */
  readonly isOpenToKeys: boolean
}

/**
 * Who may do what. Each operation names its class; the check of every call, the OpenAPI document, the reference of roles
 * and the exhaustive test all read this table. A role that is not listed is refused.
 */
export const ACCESS_TABLE = {
  read: { what: 'look at the state', roles: PERSON_ROLES, isOpenToKeys: true },
  engineer: { what: 'prove and gate releases, ask for waivers', roles: ['engineer', 'admin'], isOpenToKeys: true },
  decider: {
    what: 'give a word where decision rights say whose counts, in a role that one holds or was lent; lend a role',
    // Every role that a file of rights may name: who may decide what is checked there, by decision and tier.
    roles: [
      'engineer',
      'product',
      'security',
      'policy',
      'privacy',
      'legal',
      'approver',
      'responder',
      'executive',
      'admin',
    ],
    isOpenToKeys: true,
  },
  approver: {
    what: 'vouch, review and carry',
    roles: ['approver', 'product', 'security', 'policy', 'privacy', 'legal', 'executive', 'admin'],
    isOpenToKeys: true,
  },
  'approver-or-engineer': {
    what: 'end waivers',
    roles: ['engineer', 'approver', 'product', 'security', 'policy', 'privacy', 'legal', 'executive', 'admin'],
    isOpenToKeys: true,
  },
  'tool-approver': {
    what: 'say yes or no to a call that an application wants to make',
    roles: [
      'engineer',
      'approver',
      'product',
      'security',
      'policy',
      'privacy',
      'legal',
      'responder',
      'executive',
      'admin',
    ],
    isOpenToKeys: false,
  },
  responder: {
    what: 'contain: kill switches, alerts, incidents',
    roles: ['responder', 'security', 'admin'],
    isOpenToKeys: true,
  },
  'engineer-or-responder': {
    what: 'go back to a prompt that was released before',
    roles: ['engineer', 'responder', 'security', 'admin'],
    isOpenToKeys: true,
  },
  reporter: {
    what: 'report and work on findings',
    roles: ['engineer', 'security', 'policy', 'responder', 'approver', 'product', 'privacy', 'legal', 'admin'],
    isOpenToKeys: true,
  },
  auditor: { what: 'export evidence', roles: ['auditor', 'policy', 'security', 'admin'], isOpenToKeys: true },
  jobs: {
    what: 'look at queued work, try it again, take it back',
    roles: ['engineer', 'security', 'admin'],
    isOpenToKeys: true,
  },
  self: { what: "see and end one's own credentials", roles: PERSON_ROLES, isOpenToKeys: false },
  identity: {
    what: 'keys of workloads, shares for auditors',
    roles: ['security', 'admin'],
    isOpenToKeys: false,
  },
  admin: { what: 'decision rights and other rules of the organization', roles: ['admin'], isOpenToKeys: false },
  gateway: { what: 'what gateways hand in', roles: ['gateway'], isOpenToKeys: false },
  share: { what: 'what an auditor share shows', roles: ['share'], isOpenToKeys: false },
} as const satisfies Readonly<Record<string, AccessRow>>

export type Access = keyof typeof ACCESS_TABLE

/** Fails closed: no roles, no access; a role that the table does not know opens nothing. */
export function mayCall(access: Access, roles: readonly string[]): boolean {
  const row: AccessRow = ACCESS_TABLE[access]
  return row.roles.some((role) => roles.includes(role))
}
