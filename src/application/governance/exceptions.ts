import { parseDigest, type Digest } from '../../base/digest.ts'
import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { GATEWAY_CHECKS } from '../../domain/recognition/model-drift.ts'
import {
  EXCEPTION_DAYS_MAX,
  mayRenew,
  RENEWAL_DAYS_AFTER,
  RENEWAL_DAYS_BEFORE,
  RENEWALS_MAX,
  type ReleaseException,
  type RenewalFailure,
} from '../../domain/release/release-exception.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { listAll } from '../state/list-all.ts'
import type { StateRecord } from '../state/records.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { personOf, tierOfRelease } from './rights.ts'

export interface ExceptionRequest {
  readonly system: string
  readonly ruleId: string
  readonly releaseDigest: string
  readonly reason: string
  readonly riskAcceptedBy: string
  readonly compensatingRule?: string | undefined
  readonly owner?: string | undefined
  readonly expiresAt: EpochMs
}

/** What was recorded before waivers had reviews, owners and renewals reads as one of the strictest tier. */
export function storedException(document: JsonObject): ReleaseException {
  const exception = document as unknown as ReleaseException
  return {
    ...exception,
    tier: exception.tier ?? 'T1',
    riskAcceptance: exception.riskAcceptance ?? null,
    compensatingRule: exception.compensatingRule ?? null,
    owner: exception.owner ?? exception.requestedBy,
    words: exception.words ?? [],
    renewalOf: exception.renewalOf ?? null,
    renewals: exception.renewals ?? 0,
  }
}

/** Asks for a waiver; it has no effect until the people whom the decision rights name have agreed. */
export async function requestException(
  node: OwnerNode,
  principal: Principal,
  request: ExceptionRequest,
): Promise<Result<ReleaseException, Problem>> {
  const releaseDigest = parseDigest(request.releaseDigest)
  const release = releaseDigest === undefined ? undefined : await node.store.get('releases', releaseDigest)
  if (releaseDigest === undefined || release === undefined || release.system !== request.system)
    return fail({
      code: 'exception/unknown-release',
      message: `no release \`${request.releaseDigest}\` of \`${request.system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const unknown = await unknownRule(node, request, releaseDigest)
  if (unknown !== undefined) return fail(unknown)
  return addException(node, principal, { request, release, renewed: undefined })
}

/** A waiver of a rule that no verdict on the release names, or behind such a rule, would be agreed to by people and waive nothing. */
async function unknownRule(
  node: OwnerNode,
  { system, ruleId, compensatingRule }: ExceptionRequest,
  releaseDigest: Digest,
): Promise<Problem | undefined> {
  const verdicts = await listAll(node.store, 'verdicts', { system, releaseDigest })
  const known = new Set([
    ...GATEWAY_CHECKS,
    ...verdicts.flatMap(({ document }) => {
      const { results, skipped, shadow, requestRules } = document as unknown as StoredVerdict
      return [...skipped, ...[...results, ...(shadow ?? []), ...(requestRules ?? [])].map(({ id }) => id)]
    }),
  ])
  const unknown = [ruleId, compensatingRule].find((id) => id !== undefined && !known.has(id))
  return unknown === undefined
    ? undefined
    : {
        code: 'exception/unknown-rule',
        message: `no verdict on this release names a rule \`${unknown}\``,
        next: 'name a rule of a pack that the release is bound to: gatehouse gate --verbose',
      }
}

const RENEWAL_MESSAGES: Readonly<Record<RenewalFailure, string>> = {
  'exception/not-renewable': 'only a waiver that was approved can be renewed',
  'exception/renewed-too-early': `it ends in more than ${RENEWAL_DAYS_BEFORE} days`,
  'exception/renewed-too-late': `it ended more than ${RENEWAL_DAYS_AFTER} days ago: ask for a new one`,
  'exception/renewed-too-often': 'it has been renewed as often as its tier allows: what stays is no exception',
}

/** Asks for the same waiver again: a request of its own, with its own reviews, that says what it goes on from. */
export async function renewException(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly reason: string; readonly expiresAt: EpochMs },
): Promise<Result<ReleaseException, Problem>> {
  const found = await findException(node, input.id)
  if (!found.ok) return found
  const before = found.value
  const refused = mayRenew(before, node.clock())
  if (refused !== undefined)
    return fail({
      code: refused,
      message: `\`${input.id}\`: ${RENEWAL_MESSAGES[refused]}`,
      next: `tier ${before.tier} allows ${RENEWALS_MAX[before.tier]} renewals, from ${RENEWAL_DAYS_BEFORE} days before the end`,
    })
  const release = await node.store.get('releases', before.releaseDigest)
  if (release === undefined)
    return fail({ code: 'exception/unknown-release', message: 'its release is not known any more' })
  const { system, ruleId, releaseDigest, riskAcceptedBy, owner } = before
  const compensatingRule = before.compensatingRule ?? undefined
  return addException(node, principal, {
    request: { system, ruleId, releaseDigest, riskAcceptedBy, owner, compensatingRule, ...input },
    release,
    renewed: before,
  })
}

async function addException(
  node: OwnerNode,
  principal: Principal,
  {
    request,
    release,
    renewed,
  }: {
    readonly request: ExceptionRequest
    readonly release: StateRecord
    readonly renewed: ReleaseException | undefined
  },
): Promise<Result<ReleaseException, Problem>> {
  const now = node.clock()
  const tier = tierOfRelease(release.document)
  const refused = requestFailure(request, tier, now)
  if (refused !== undefined) return fail(refused)
  const person = personOf(principal)
  const { system, ruleId, reason, riskAcceptedBy, expiresAt } = request
  // One at a time: two requests at once must not be given one number.
  return node.recorder.exclusive(async () => {
    const exception: ReleaseException = {
      id: `EX-${(await node.store.count('exceptions')) + 1}`,
      system,
      ruleId,
      tier,
      releaseDigest: release.id as ReleaseException['releaseDigest'],
      reason,
      riskAcceptedBy,
      riskAcceptance: null,
      compensatingRule: request.compensatingRule ?? null,
      owner: request.owner ?? person,
      requestedBy: person,
      requestedAt: now,
      expiresAt: epochMs(expiresAt),
      status: 'requested',
      words: [],
      decidedBy: null,
      decidedAt: null,
      renewalOf: renewed?.id ?? null,
      renewals: renewed === undefined ? 0 : renewed.renewals + 1,
    }
    return storeException(node, principal, 'exception.requested', exception)
  })
}

function requestFailure(request: ExceptionRequest, tier: string, now: EpochMs): Problem | undefined {
  if (request.expiresAt <= now || request.expiresAt - now > EXCEPTION_DAYS_MAX * DAY_MS)
    return {
      code: 'exception/too-long',
      message: `a waiver ends in the future and within ${EXCEPTION_DAYS_MAX} days`,
      next: 'choose an earlier end',
    }
  if (request.compensatingRule === request.ruleId)
    return {
      code: 'exception/self-compensation',
      message: 'a rule cannot compensate for itself',
      next: 'name another rule that must hold meanwhile',
    }
  if (request.compensatingRule === undefined && tier !== 'T3')
    return {
      code: 'exception/compensation-required',
      message: `a waiver at tier ${tier} needs a rule that holds meanwhile`,
      next: 'name it with `--compensating`',
    }
  return undefined
}

export async function findException(node: OwnerNode, id: string): Promise<Result<ReleaseException, Problem>> {
  const record = await node.store.get('exceptions', id)
  return record === undefined
    ? fail({
        code: 'exception/unknown',
        message: `no exception \`${id}\` is known`,
        next: 'see `gatehouse exception list`',
      })
    : ok(storedException(record.document))
}

export async function storeException(
  node: OwnerNode,
  principal: Principal,
  type: string,
  exception: ReleaseException,
): Promise<Result<ReleaseException, Problem>> {
  const entry = await node.recorder.record(type, principal.name, exception.releaseDigest, {
    head: { id: exception.id, system: exception.system, status: exception.status, topic: exception.ruleId },
    record: exception,
  })
  return entry.ok ? ok(exception) : entry
}
