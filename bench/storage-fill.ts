import { sql, type Kysely } from 'kysely'
import { DUE_KINDS } from '../src/application/state/deadlines.ts'
import { RECORD_KINDS, type RecordKind } from '../src/application/state/records.ts'

export interface Volume {
  readonly decisions: number
  readonly releases: number
}

export const SYSTEMS = 50
/** Rows of one statement. */
const CHUNK = 20_000
/** The newest record of every kind is of this instant; the others lie before it, over ninety days. */
export const NEWEST_AT = 1_764_115_200_000
const SPAN_MS = 90 * 86_400_000

/** How many records of a kind a state of this size has. */
export function countOf(kind: RecordKind, { decisions, releases }: Volume): number {
  const share: Partial<Record<RecordKind, number>> = {
    decisions,
    releases,
    verdicts: releases,
    evidence: releases * 5,
    approvals: releases,
    risks: releases,
    alerts: releases,
    findings: releases / 5,
    exceptions: releases / 5,
    incidents: releases / 10,
    attestations: releases / 5,
    learned_cases: releases / 20,
    readiness: releases / 10,
    evaluations: releases / 5,
    prompt_labels: Math.max(SYSTEMS, releases / 50),
    decision_rights: 3,
  }
  return Math.max(1, Math.round(share[kind] ?? releases / 50))
}

/** Documents as the use cases write them, as far as lists and details read them; about the same size. */
const DOCUMENTS: Partial<Record<RecordKind, string>> = {
  decisions: `jsonb_build_object(
    'intent', jsonb_build_object('kind', 'intent', 'id', id, 'at', at, 'system', system, 'environment', 'production',
      'releaseDigest', digest, 'tenant', 'tenant-' || n % 40, 'principal', 'p-' || n % 1000, 'session', 's-' || n % 9000,
      'model', 'model-a', 'isStream', n % 2 = 0, 'action', 'allow', 'score', 0.01, 'findings', jsonb_build_array(
        jsonb_build_object('detector', 'pii', 'category', 'email', 'start', 10, 'end', 30, 'score', 1,
          'guarantee', 'exact', 'where', 'messages[1]')),
      'captured', jsonb_build_array(jsonb_build_object('role', 'user', 'text', repeat('Where is my order? ', 20)))),
    'outcome', jsonb_build_object('kind', 'outcome', 'id', id, 'at', at + 800, 'outcome', status, 'code', null,
      'rule', null, 'action', 'allow', 'findings', '[]'::jsonb, 'guardMs', 1.2, 'upstreamMs', 700,
      'tools', '[]'::jsonb, 'tokens', 412), 'ledgerIndex', n)`,
  releases: `jsonb_build_object('digest', digest, 'system', system, 'version', '1.' || n, 'tier',
    jsonb_build_object('tier', 'T1', 'reasons', jsonb_build_array('customers')), 'author', 'author-' || n % 20,
    'components', jsonb_build_array(jsonb_build_object('kind', 'prompt', 'id', 'system', 'digest', 'sha256:' ||
      encode(sha256(('prompt ' || n / 100)::bytea), 'hex')), jsonb_build_object('kind', 'model', 'id', 'main', 'digest', digest)),
    'prompts', jsonb_build_object('system', repeat('You answer questions about orders. ', 60)), 'manifest', jsonb_build_object(
      'metadata', jsonb_build_object('name', system, 'version', '1.' || n, 'title', system, 'owner', 'team'),
      'intake', jsonb_build_object('purpose', 'p', 'audience', 'customers', 'domain', 'general',
        'dataClasses', jsonb_build_array('public'), 'autonomy', 'answers', 'multiTenant', false),
      'components', jsonb_build_object('models', jsonb_build_array(jsonb_build_object('id', 'main', 'provider',
        'openai-compatible', 'model', 'model-a')), 'prompts', jsonb_build_array(jsonb_build_object('id', 'system', 'path',
        'prompts/system.md', 'slots', '{}'::jsonb)), 'tools', '[]'::jsonb,
        'datasets', '[]'::jsonb, 'retrievers', '[]'::jsonb, 'agents', '[]'::jsonb)), 'ledgerIndex', n)`,
  verdicts: `jsonb_build_object('id', id, 'system', system, 'systemVersion', '1.' || n, 'releaseDigest', digest,
    'environment', 'production', 'tier', 'T1', 'verdict', status, 'decidedAt', at, 'validUntil', at + 86400000,
    'author', 'author', 'packs', '[]'::jsonb, 'approvals', jsonb_build_object('needed', 2, 'given', '[]'::jsonb),
    'results', (select jsonb_agg(jsonb_build_object('id', 'GH-INJ-' || lpad(k::text, 3, '0'), 'pack', 'baseline', 'title',
      'a rule that holds', 'severity', 'high', 'outcome', 'passed', 'controls', '[]'::jsonb, 'frameworks', '[]'::jsonb,
      'message', 'm', 'fix', 'f')) from generate_series(1, 25) k), 'skipped', '[]'::jsonb, 'unusedExceptions', '[]'::jsonb, 'envelope', null, 'ledgerIndex', n)`,
  findings: `jsonb_build_object('id', id, 'system', system, 'title', 'a finding', 'description', repeat('what was seen ', 20),
    'severity', 'medium', 'state', 'open', 'source', 'person', 'dueAt', at + 86400000::bigint * 30, 'reportedAt', at,
    'history', '[]'::jsonb, 'owner', null, 'fingerprint', id, 'risks', '[]'::jsonb, 'incident', null, 'ledgerIndex', n)`,
  risks: `jsonb_build_object('id', id, 'system', system, 'source', 'finding FND-' || n, 'kind', 'finding', 'ref', 'FND-' || n,
    'title', 'a risk', 'tier', 'T1', 'severity', 'medium', 'rating', jsonb_build_object('likelihood', 3, 'impact', 3),
    'treatment', status, 'plan', 'mitigate', 'planText', repeat('what is done about it ', 10), 'acceptance', null,
    'acceptedBy', null, 'owner', 'zoe', 'controls', '[]'::jsonb, 'rules', jsonb_build_array('GH-INJ-001'), 'evidence',
    '[]'::jsonb, 'openedAt', at, 'dueAt', at + 86400000::bigint * 80, 'closedAt', null, 'history', jsonb_build_array(
      jsonb_build_object('at', at, 'who', 'zoe', 'what', 'opened', 'state', 'open', 'level', 'medium'),
      jsonb_build_object('at', at + 1000, 'who', 'zoe', 'what', 'assess: as seen', 'state', 'assessed', 'level', 'medium'),
      jsonb_build_object('at', at + 86400000, 'who', 'zoe', 'what', 'plan: as agreed', 'state', status, 'level', 'medium')),
    'ledgerIndex', n)`,
  prompt_labels: `jsonb_build_object('id', id, 'system', system, 'promptId', 'system', 'label', 'production', 'current',
    jsonb_build_object('prompt', 'sha256:' || encode(sha256('prompt 3'::bytea), 'hex'), 'releaseDigest', digest, 'verdict',
      'v', 'environment', 'production', 'by', 'zoe', 'at', at, 'note', ''), 'previous', '[]'::jsonb, 'ledgerIndex', n)`,
  evaluations: `jsonb_build_object('id', id, 'system', system, 'schedule', 'nightly', 'startedBy', 'worker', 'finishedAt', at,
    'report', null, 'baseline', jsonb_build_object('kind', 'UpgradeBaseline', 'system', system, 'releaseDigest', digest,
      'suites', jsonb_build_array(jsonb_build_object('id', 'orders', 'digest', digest, 'cases', (select jsonb_agg(
        jsonb_build_object('id', 'case-' || k, 'file', 'suites/orders.yaml', 'line', k * 7, 'misses', jsonb_build_object(
          'trials', 3, 'misses', k % 2, 'byScorer', jsonb_build_object('contains', k % 2)))) from generate_series(1, 300) k)))),
    'ledgerIndex', n)`,
  commitments: `jsonb_build_object('id', id, 'system', system, 'customer', 'a customer', 'text', repeat('as promised ', 10),
    'contract', 'c', 'rules', jsonb_build_array('GH-INJ-001'), 'tier', 'T1', 'state', status, 'requestedBy', 'zoe',
    'requestedAt', at, 'expiresAt', at + 86400000::bigint * 900, 'activeSince', at, 'history', '[]'::jsonb, 'ledgerIndex', n)`,
  intake_requests: `jsonb_build_object('id', id, 'system', system, 'title', 'a request', 'state', status, 'answers', '{}'::jsonb,
    'assessment', '{}'::jsonb, 'asOf', '2025-11-25', 'revision', 1, 'requestedBy', 'zoe', 'requestedAt', at, 'dueAt',
    at + 86400000, 'reviews', jsonb_build_array(jsonb_build_object('role', 'legal', 'decision', null)), 'comments',
    '[]'::jsonb, 'history', '[]'::jsonb, 'ledgerIndex', n)`,
  approval_cases: `jsonb_build_object('id', id, 'system', system, 'decision', 'threshold-change', 'tier', 'T1', 'state', status,
    'subject', 'set ' || n, 'text', repeat('as asked ', 20), 'requestedBy', 'zoe', 'requestedAt', at, 'words', '[]'::jsonb,
    'ledgerIndex', n)`,
  incidents: `jsonb_build_object('id', id, 'system', system, 'title', 'an incident', 'severity', 'SEV2', 'state', 'closed',
    'onsetAt', at, 'detectedAt', at + 60000, 'containedAt', at + 120000, 'resolvedAt', at + 180000,
    'timeline', '[]'::jsonb, 'requests', '[]'::jsonb, 'learnedCases', '[]'::jsonb, 'ledgerIndex', n)`,
  exceptions: `jsonb_build_object('id', id, 'system', system, 'releaseDigest', digest, 'ruleId', 'GH-INJ-001', 'status',
    'denied', 'reason', 'r', 'requestedBy', 'zoe', 'requestedAt', at, 'expiresAt', at + 1000, 'ledgerIndex', n)`,
  deny_records: `jsonb_build_object('id', id, 'system', system, 'scope', jsonb_build_object('kind', 'tenant', 'tenant', id),
    'reason', 'drill', 'issuedAt', at, 'issuedBy', 'zoe', 'liftedAt', at + 1, 'isActive', false, 'envelope', '{}'::jsonb)`,
}

const USUAL = `jsonb_build_object('id', id, 'system', system, 'status', status, 'at', at, 'name', id, 'checkId',
  'GH-INJ-001', 'outcome', 'passed', 'title', 'a record', 'text', repeat('as written ', 40), 'ledgerIndex', n)`

const STATUSES: Partial<Record<RecordKind, readonly string[]>> = {
  decisions: ['completed', 'completed', 'completed', 'denied', 'unknown'],
  verdicts: ['released', 'blocked', 'released', 'inconclusive'],
  incidents: ['closed'],
  alerts: ['closed-actionable', 'closed-not-actionable', 'open'],
  risks: ['treating', 'mitigated'],
  approval_cases: ['approved', 'open', 'rejected'],
  commitments: ['active'],
  prompt_labels: ['current'],
  intake_requests: ['in-review', 'approved'],
  evaluations: ['passed', 'failed', 'inconclusive'],
  drafts: ['draft', 'accepted'],
  webhooks: ['active'],
  exceptions: ['denied'],
  api_keys: ['revoked'],
}

/** The id of a record of this state. */
export const idOf = (kind: RecordKind, n: number): string =>
  `${kind.toUpperCase().slice(0, 4)}-${String(n).padStart(20, '0')}`

/** Fills every table of the records, in their real layout with their real indexes, as the owner of the tables. */
export async function fillStorage(owner: Kysely<never>, volume: Volume): Promise<number> {
  let rows = 0
  for (const kind of RECORD_KINDS) {
    const count = countOf(kind, volume)
    for (let from = 0; from < count; from += CHUNK)
      await sql.raw(statementOf(kind, { from, to: Math.min(from + CHUNK, count), count, volume })).execute(owner)
    rows += count
    await sql
      .raw(
        `insert into record_counts (organization_id, kind, system, status, total)
         select organization_id, '${kind}', system, status, count(*) from ${kind} group by organization_id, system, status`,
      )
      .execute(owner)
  }
  for (const kind of DUE_KINDS)
    await sql
      .raw(
        `insert into record_deadlines (organization_id, kind, id, due_at)
         select organization_id, '${kind}', id, (document->>'dueAt')::int8 from ${kind}
         where status in ('open', 'treating', 'in-review')`,
      )
      .execute(owner)
  await sql
    .raw(
      `insert into record_excerpts (organization_id, kind, id, system, excerpt)
       select organization_id, 'risks', id, system, jsonb_build_object('acceptance', null, 'dueAt', document->'dueAt',
         'severity', document->'severity', 'treatment', status, 'history', (select jsonb_agg(
           jsonb_build_object('at', note->'at', 'state', note->'state', 'level', note->'level') order by place)
           from jsonb_array_elements(document->'history') with ordinality as noted (note, place))) from risks`,
    )
    .execute(owner)
  return rows
}

interface Part {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly volume: Volume
}

function statementOf(kind: RecordKind, { from, to, count, volume }: Part): string {
  const statuses = (STATUSES[kind] ?? ['open']).map((status) => `'${status}'`).join(', ')
  const id = kind === 'releases' ? 'digest' : `'${kind.toUpperCase().slice(0, 4)}-' || lpad(n::text, 20, '0')`
  return `insert into ${kind} (organization_id, id, system, release_digest, status, topic, at, document)
    select 'local', id, system, digest, status, topic, at, ${DOCUMENTS[kind] ?? USUAL} from (
      select n, ${id} as id, 'system-' || lpad((n % ${SYSTEMS})::text, 3, '0') as system, digest,
        (array[${statuses}])[1 + n % ${(STATUSES[kind] ?? ['open']).length}] as status,
        ${kind === 'evidence' ? `'GH-INJ-' || lpad((n % 20)::text, 3, '0')` : `'topic-' || n % 1000`} as topic,
        (${NEWEST_AT} - (${SPAN_MS}::bigint * (${count} - 1 - n)) / ${count})::bigint as at
      from (select n, 'sha256:' || encode(sha256(('release ' || n % ${volume.releases})::bytea), 'hex') as digest
            from generate_series(${from}, ${to - 1}) n) numbered) named`
}
