import type { Access } from '../../domain/access/access-table.ts'

/**
 * Who is told of which entries, by class of the access table: what may be read may be heard of. An entry type that is not
 * listed is told to nobody.
 */
export const EVENT_ACCESS = {
  'release.registered': 'read',
  'evidence.recorded': 'read',
  'verdict.issued': 'read',
  'exception.requested': 'read',
  'exception.decided': 'read',
  'approval.given': 'read',
  'risk.opened': 'read',
  'risk.closed': 'read',
  'deny.issued': 'read',
  'alert.raised': 'read',
  'alert.closed': 'read',
  'incident.opened': 'read',
  'incident.changed': 'read',
  'case.learned': 'read',
  'control.attested': 'read',
  'rights.adopted': 'read',
  'delegation.given': 'read',
  'delegation.revoked': 'read',
  'approval-case.opened': 'read',
  'approval-case.changed': 'read',
  'finding.reported': 'read',
  'finding.changed': 'read',
  'threat-model.recorded': 'read',
  'readiness.attested': 'read',
  'vendor.assessed': 'read',
  'vendor.decided': 'read',
  'decisions.sealed': 'read',
  'evaluation.started': 'read',
  'evaluation.finished': 'read',
  'escalation.raised': 'read',
  'intake.requested': 'read',
  'intake.changed': 'read',
  'commitment.proposed': 'read',
  'commitment.changed': 'read',
  'prompt.promoted': 'read',
  'prompt.rolled-back': 'read',
  'draft.made': 'read',
  'draft.decided': 'read',
  'tool-approval.asked': 'read',
  'tool-approval.decided': 'read',
  'pack.bound': 'read',
  'evidence.exported': 'auditor',
  'key.created': 'identity',
  'key.changed': 'identity',
  'workload-key.added': 'identity',
  'workload-key.changed': 'identity',
  'share.created': 'identity',
  'share.revoked': 'identity',
  'share.viewed': 'identity',
  'session.started': 'identity',
  'session.revoked': 'identity',
  'webhook.added': 'admin',
  'webhook.changed': 'admin',
} as const satisfies Readonly<Record<string, Access>>

export type EventType = keyof typeof EVENT_ACCESS
export const EVENT_TYPES = Object.keys(EVENT_ACCESS) as readonly EventType[]

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_ACCESS, type)
}
