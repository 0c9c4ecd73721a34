import { HOUR_MS, MINUTE_MS } from '../../base/instant.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { medianKpi, quantile, rateKpi, type Kpi } from '../../domain/kpi/kpi.ts'
import { wilsonInterval } from '../../domain/statistics/proportion.ts'
import type { StoredEvidence } from '../evidence/stored-evidence.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { RecordKind, StateRecord } from '../state/records.ts'

type DecidedVerdict = Pick<StoredVerdict, 'verdict' | 'environment' | 'decidedAt' | 'releaseDigest'>

type IncidentTimes = Pick<Incident, 'onsetAt' | 'detectedAt' | 'containedAt'>

interface Outcome {
  readonly action: string
  readonly guardMs: number
  readonly tools: readonly { readonly decision: string }[]
}

/** Ten figures of one system from its recorded events (definitions: docs/reference/kpis.md). */
export async function computeKpis(node: OwnerNode, system: string): Promise<readonly Kpi[]> {
  const list = (kind: RecordKind, parts: readonly string[]): Promise<readonly StateRecord[]> =>
    node.store.list(kind, { system, limit: 1_000, parts })
  const newestOf = async (checkId: string): Promise<StateRecord | undefined> =>
    (await node.store.list('evidence', { system, topic: checkId, limit: 1 }))[0]
  const [verdictRecords, decisions, incidentRecords, exceptions, alerts, injection, overBlocking] = await Promise.all([
    list('verdicts', ['verdict', 'environment', 'decidedAt', 'releaseDigest']),
    list('decisions', ['outcome']),
    list('incidents', ['onsetAt', 'detectedAt', 'containedAt']),
    list('exceptions', []),
    list('alerts', []),
    newestOf('GH-INJ-001'),
    newestOf('GH-OVB-001'),
  ])
  const verdicts = verdictRecords.map(({ document }) => document as unknown as DecidedVerdict).toReversed()
  const outcomes = decisions.flatMap(({ document }) =>
    document['outcome'] === undefined ? [] : [document['outcome'] as unknown as Outcome],
  )
  const incidents = incidentRecords.map(({ document }) => document as unknown as IncidentTimes)
  return [
    ...releaseKpis(
      verdicts,
      new Set(exceptions.filter(({ status }) => status === 'approved').map(({ releaseDigest }) => releaseDigest)),
    ),
    newestRate(injection, 'GH-INJ-001', 'injection-success', 'Injection success'),
    newestRate(overBlocking, 'GH-OVB-001', 'over-blocking', 'Over-blocking'),
    violations(outcomes),
    guardOverhead(outcomes),
    medianKpi(
      { id: 'time-to-detect', name: 'Time to detect (median)', unit: 'min', source: 'incidents' },
      incidents.map(({ detectedAt, onsetAt }) => (detectedAt - onsetAt) / MINUTE_MS),
    ),
    medianKpi(
      { id: 'time-to-contain', name: 'Time to contain (median)', unit: 'min', source: 'incidents' },
      incidents.flatMap(({ containedAt, detectedAt }) =>
        containedAt === null ? [] : [(containedAt - detectedAt) / MINUTE_MS],
      ),
    ),
    rateKpi(
      'alert-noise',
      'Alert noise',
      {
        k: alerts.filter(({ status }) => status === 'closed-not-actionable').length,
        n: alerts.filter(({ status }) => status.startsWith('closed')).length,
      },
      'closed alerts',
    ),
  ]
}

function releaseKpis(verdicts: readonly DecidedVerdict[], excepted: ReadonlySet<string | null>): readonly Kpi[] {
  const byRelease = Map.groupBy(verdicts, ({ releaseDigest }) => releaseDigest)
  const firsts = [...byRelease.values()].map(([first]) => first).filter((first) => first !== undefined)
  const fixes: number[] = []
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.verdict !== 'blocked') continue
    const next = verdicts
      .slice(index + 1)
      .find(({ verdict: later, environment }) => later === 'released' && environment === verdict.environment)
    if (next !== undefined) fixes.push((next.decidedAt - verdict.decidedAt) / HOUR_MS)
  }
  return [
    rateKpi(
      'first-time-pass',
      'First-time pass',
      { k: firsts.filter(({ verdict }) => verdict === 'released').length, n: firsts.length },
      'first verdict of each release',
    ),
    medianKpi(
      {
        id: 'fix-time',
        name: 'Failed-gate fix time (median)',
        unit: 'h',
        source: 'blocked verdict to next release of the system',
      },
      fixes,
    ),
    rateKpi(
      'exceptions-per-release',
      'Releases with an exception',
      { k: [...byRelease.keys()].filter((digest) => excepted.has(digest)).length, n: byRelease.size },
      'releases with a granted exception ÷ releases decided',
    ),
  ]
}

/** The newest measured rate of a check, with its own cases as the sample. */
function newestRate(evidence: StateRecord | undefined, checkId: string, id: string, name: string): Kpi {
  const newest = evidence?.document as unknown as StoredEvidence | undefined
  const measure = newest?.measure
  return rateKpi(
    id,
    name,
    { k: measure?.k ?? 0, n: measure?.n ?? 0 },
    newest === undefined ? checkId : `${checkId}${newest.isSimulated ? ' (simulated model)' : ''}`,
  )
}

function violations(outcomes: readonly Outcome[]): Kpi {
  const n = outcomes.length
  const k = outcomes.filter(({ action }) => action !== 'allow' && action !== 'log').length
  const head = {
    id: 'violations',
    name: 'Requests with a guard action',
    unit: 'per 1k',
    source: 'decision records',
  } as const
  if (n === 0) return { ...head, value: null, n, low: null, high: null }
  const { low, high } = wilsonInterval({ k, n })
  return { ...head, value: (1_000 * k) / n, n, low: 1_000 * low, high: 1_000 * high }
}

function guardOverhead(outcomes: readonly Outcome[]): Kpi {
  const sorted = outcomes.map(({ guardMs }) => guardMs).toSorted((left, right) => left - right)
  const n = sorted.length
  const head = { id: 'guard-overhead', name: 'Guard overhead (p95)', unit: 'ms', source: 'decision records' } as const
  if (n === 0) return { ...head, value: null, n, low: null, high: null }
  const spread = (1.96 * Math.sqrt(0.95 * 0.05 * n)) / n
  return {
    ...head,
    value: quantile(sorted, 0.95),
    n,
    low: quantile(sorted, Math.max(0, 0.95 - spread)),
    high: quantile(sorted, Math.min(1, 0.95 + spread)),
  }
}
