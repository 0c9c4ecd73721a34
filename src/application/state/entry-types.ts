import type { JsonObject } from '../../base/json.ts'
import type { LedgerEntry } from '../ledger/ledger.ts'
import type { RecordKind, RecordPut, RecordStore, StateRecord } from './records.ts'

/**
 * Entries that carry a whole record: the payload's `record` replaces the one with its id. The state is therefore a pure
 * fold over the ledger and can be rebuilt from it.
 */
const RECORD_ENTRIES: Readonly<Record<string, RecordKind>> = {
  'release.registered': 'releases',
  'evidence.recorded': 'evidence',
  'verdict.issued': 'verdicts',
  'exception.requested': 'exceptions',
  'exception.decided': 'exceptions',
  'approval.given': 'approvals',
  'risk.opened': 'risks',
  'risk.closed': 'risks',
  'deny.issued': 'deny_records',
  'alert.raised': 'alerts',
  'alert.closed': 'alerts',
  'incident.opened': 'incidents',
  'incident.changed': 'incidents',
  'case.learned': 'learned_cases',
  'key.created': 'api_keys',
  'key.changed': 'api_keys',
  'workload-key.added': 'workload_keys',
  'workload-key.changed': 'workload_keys',
  'share.created': 'shares',
  'share.revoked': 'shares',
  'control.attested': 'attestations',
  'rights.adopted': 'decision_rights',
  'delegation.given': 'delegations',
  'delegation.revoked': 'delegations',
  'approval-case.opened': 'approval_cases',
  'approval-case.changed': 'approval_cases',
  'finding.reported': 'findings',
  'finding.changed': 'findings',
  'threat-model.recorded': 'threat_models',
  'readiness.attested': 'readiness',
  'vendor.assessed': 'vendors',
  'vendor.decided': 'vendors',
  'intake.requested': 'intake_requests',
  'intake.changed': 'intake_requests',
  'commitment.proposed': 'commitments',
  'commitment.changed': 'commitments',
  'prompt.promoted': 'prompt_labels',
  'prompt.rolled-back': 'prompt_labels',
  'draft.made': 'drafts',
  'draft.decided': 'drafts',
  'webhook.added': 'webhooks',
  'webhook.changed': 'webhooks',
  'evaluation.started': 'evaluations',
  'evaluation.finished': 'evaluations',
  'escalation.raised': 'escalations',
  'tool-approval.asked': 'tool_approvals',
  'tool-approval.decided': 'tool_approvals',
  'pack.bound': 'policy_packs',
}

/** Types of the entries that carry a record. */
export const RECORD_ENTRY_TYPES = Object.keys(RECORD_ENTRIES)

/** Seals a gateway's spool segment. */
export const SEGMENT_ENTRY = 'decisions.sealed'
/** Records that somebody exported, verified or read something; changes no state. */
export const ACCESS_ENTRY = 'evidence.exported'

/** Somebody looked at a system through an auditor share; changes no state. */
export const SHARE_VIEWED_ENTRY = 'share.viewed'
/** Somebody signed in or a session was ended by another; changes no state of the ledger's projection. */
export const SESSION_STARTED_ENTRY = 'session.started'
export const SESSION_REVOKED_ENTRY = 'session.revoked'

/** What identifies and files a record, as entries carry it. */
export interface RecordHead {
  readonly id: string
  readonly system: string
  readonly status: string
  readonly topic: string
}

/** Changes that an entry makes. An entry type that is not known makes none: an older program reads a newer ledger. */
export async function projectEntry(entry: LedgerEntry, store: RecordStore): Promise<readonly RecordPut[]> {
  if (entry.leaf.type === SEGMENT_ENTRY) return projectSegment(entry, store)
  const kind = RECORD_ENTRIES[entry.leaf.type]
  const head = entry.payload['head'] as unknown as RecordHead | undefined
  const document = entry.payload['record'] as JsonObject | undefined
  if (kind === undefined || head === undefined || document === undefined) return []
  const { id, system, status, topic } = head
  const record: StateRecord = {
    id,
    system,
    status,
    topic,
    releaseDigest: entry.leaf.releaseDigest,
    at: entry.leaf.at,
    document: { ...document, ledgerIndex: entry.index },
  }
  return [{ kind, record }]
}

interface SpooledLine {
  readonly kind: 'intent' | 'outcome' | 'shadow' | 'report' | 'gap'
  readonly id: string
  readonly at: number
  readonly system?: string
  readonly principal?: string | null
  readonly releaseDigest?: string | null
  readonly outcome?: string
}

/** Joins intents and outcomes to one decision each; the two may come in different segments. */
async function projectSegment(entry: LedgerEntry, store: RecordStore): Promise<readonly RecordPut[]> {
  const lines = entry.payload['lines'] as unknown as readonly SpooledLine[]
  const decisions = new Map<string, { intent?: SpooledLine; outcome?: SpooledLine; shadow?: SpooledLine }>()
  for (const line of lines) {
    // About no single request: what they say becomes a finding.
    if (line.kind === 'report' || line.kind === 'gap') continue
    const decision = decisions.get(line.id) ?? {}
    decision[line.kind] = line
    decisions.set(line.id, decision)
  }
  const known = new Map((await store.getMany('decisions', [...decisions.keys()])).map((record) => [record.id, record]))
  const puts: RecordPut[] = []
  for (const [id, { intent, outcome, shadow }] of decisions) {
    const merged = {
      ...known.get(id)?.document,
      ...(intent === undefined ? {} : { intent }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(shadow === undefined ? {} : { shadow }),
    } as { intent?: SpooledLine; outcome?: SpooledLine; shadow?: SpooledLine }
    const started = merged.intent
    if (started === undefined) continue
    puts.push({
      kind: 'decisions',
      record: {
        id,
        system: started.system ?? '',
        releaseDigest: (started.releaseDigest ?? null) as StateRecord['releaseDigest'],
        status: merged.outcome?.outcome ?? 'open',
        topic: started.principal ?? '',
        at: started.at as StateRecord['at'],
        document: { ...merged, ledgerIndex: entry.index } as unknown as JsonObject,
      },
    })
  }
  return puts
}
