import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { CheckEvidence, Measure } from '../../domain/release/evidence.ts'
import type { StoredRuleResult, StoredVerdict } from '../release/stored-verdict.ts'
import { SHARE_VIEWED_ENTRY } from '../state/entry-types.ts'
import type { Principal } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'
import type { IdentityNode } from './identity-node.ts'
import { openShareOf, type Share } from './shares.ts'

export const SHARE_SECTIONS = ['verdicts', 'evidence', 'exceptions', 'risks', 'incidents'] as const
export type ShareSection = (typeof SHARE_SECTIONS)[number]

const LISTED_MAX = 200

/**
 * What a share shows: fields that are named here, one by one, and nothing else of a record. No text of a user, a model,
 * a prompt or a case is among them, so none can slip through with a field that is added later. Each look is an entry.
 */
export async function viewShare(
  node: IdentityNode,
  principal: Principal,
  section: ShareSection,
): Promise<Result<object, Problem>> {
  const share = await openShareOf(node, principal)
  if (share === undefined) return fail({ code: 'share/unknown', message: 'the share has ended' })
  const viewed = await node.recorder.append({
    type: SHARE_VIEWED_ENTRY,
    actor: principal.name,
    releaseDigest: null,
    payload: { share: share.id, system: share.system, section, audience: share.audience },
  })
  // What cannot be recorded is not shown.
  if (!viewed.ok) return viewed
  await node.identity.uses.record(share.id, node.clock())
  const rules = await sharedRules(node, share)
  const records = await node.store.list(section, { system: share.system, limit: LISTED_MAX })
  return ok({
    system: share.system,
    frameworks: share.frameworks,
    expiresAt: share.expiresAt,
    section,
    ledger: { size: node.ledger.size, checkpoint: node.ledger.checkpoint, viewedAsEntry: viewed.value.index },
    items: records.flatMap((record) => SHOWN[section](record, rules)),
  })
}

/** Ids of rules, and of the checks they are, that name one of the share's frameworks. `undefined`: all. */
async function sharedRules(node: IdentityNode, share: Share): Promise<ReadonlySet<string> | undefined> {
  if (share.frameworks.includes('*')) return undefined
  const verdicts = await node.store.list('verdicts', { system: share.system, limit: LISTED_MAX })
  const results = verdicts.flatMap(({ document }) => (document as unknown as StoredVerdict).results)
  return new Set(results.filter((result) => serves(result, share.frameworks)).map(({ id }) => id))
}

const serves = ({ frameworks }: StoredRuleResult, shared: readonly string[]): boolean =>
  frameworks.some((entry) => shared.some((framework) => entry.startsWith(framework)))

type Rules = ReadonlySet<string> | undefined
const isShown = (rules: Rules, id: unknown): boolean => rules === undefined || (typeof id === 'string' && rules.has(id))

const SHOWN: Readonly<Record<ShareSection, (record: StateRecord, rules: Rules) => readonly object[]>> = {
  verdicts: ({ document }, rules) => {
    const verdict = document as unknown as StoredVerdict
    return [
      {
        id: verdict.id,
        releaseDigest: verdict.releaseDigest,
        systemVersion: verdict.systemVersion,
        environment: verdict.environment,
        tier: verdict.tier,
        verdict: verdict.verdict,
        decidedAt: verdict.decidedAt,
        validUntil: verdict.validUntil,
        ledgerIndex: verdict.ledgerIndex,
        envelope: rules === undefined ? verdict.envelope : null,
        results: verdict.results
          .filter(({ id }) => isShown(rules, id))
          .map(({ id, title, severity, controls, frameworks, outcome, measure, isSimulated, exceptionId }) => ({
            id,
            title,
            severity,
            controls,
            frameworks,
            outcome,
            measure: measureOf(measure),
            isSimulated,
            exceptionId,
          })),
      },
    ]
  },
  evidence: ({ id, document }, rules) => {
    const evidence = document as unknown as CheckEvidence & { readonly ledgerIndex: number }
    if (!isShown(rules, evidence.checkId)) return []
    return [
      {
        id,
        checkId: evidence.checkId,
        checkVersion: evidence.checkVersion,
        releaseDigest: evidence.releaseDigest,
        key: evidence.key,
        outcome: evidence.outcome,
        measure: measureOf(evidence.measure),
        failures: evidence.failures.length + evidence.failuresOmitted,
        isSimulated: evidence.isSimulated,
        startedAt: evidence.startedAt,
        finishedAt: evidence.finishedAt,
        suiteDigests: evidence.suiteDigests,
        ledgerIndex: evidence.ledgerIndex,
      },
    ]
  },
  exceptions: ({ id, status, document }, rules) =>
    isShown(rules, document['ruleId'])
      ? [
          {
            id,
            status,
            ...named(document, ['ruleId', 'releaseDigest', 'expiresAt', 'compensatingRule', 'ledgerIndex']),
          },
        ]
      : [],
  risks: ({ id, status, topic, at, document }, rules) =>
    isShown(rules, topic)
      ? [
          {
            id,
            status,
            ruleId: topic.startsWith('GH-') ? topic : null,
            at,
            ...named(document, ['severity', 'dueAt', 'ledgerIndex']),
          },
        ]
      : [],
  incidents: ({ id, status, at, document }) => [
    {
      id,
      status,
      at,
      ...named(document, [
        'severity',
        'state',
        'onsetAt',
        'detectedAt',
        'containedAt',
        'resolvedAt',
        'closedAt',
        'ledgerIndex',
      ]),
      learnedCases: (document['learnedCases'] as readonly unknown[] | undefined)?.length ?? 0,
    },
  ],
}

/** Numbers, instants and short names of a document, each chosen by its key. */
function named(document: StateRecord['document'], keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, document[key] ?? null]))
}

function measureOf(measure: Measure | null): object | null {
  if (measure === null) return null
  const { metric, n, k, estimate, lower, upper, alpha, direction, threshold, method } = measure
  return { metric, n, k, estimate, lower, upper, alpha, direction, threshold, method }
}
