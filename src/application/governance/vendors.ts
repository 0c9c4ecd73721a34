import { DAY_MS, epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { OPEN_CASE, withWord, wordFailure, type WordFailure } from '../../domain/approval/approval-case.ts'
import { rightOf } from '../../domain/approval/decision-rights.ts'
import { VENDOR_DAYS_MAX, type VendorAssessment } from '../../domain/vendor/vendor-assessment.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { currentRights, personOf, speakerIn } from './rights.ts'
import type { PersonsWord } from './persons-word.ts'

export type VendorInput = Pick<
  VendorAssessment,
  | 'vendor'
  | 'upToTier'
  | 'terms'
  | 'dataUse'
  | 'regions'
  | 'provenance'
  | 'licence'
  | 'security'
  | 'incidentContact'
  | 'compensatingControls'
> & { readonly days: number }

/** Writes down what was found out about a vendor. It may be used once the people agree whom the decision rights name. */
export async function assessVendor(
  node: OwnerNode,
  principal: Principal,
  { days, ...input }: VendorInput,
): Promise<Result<VendorAssessment, Problem>> {
  if (days < 1 || days > VENDOR_DAYS_MAX)
    return fail({ code: 'vendor/too-long', message: `an assessment holds for 1 to ${VENDOR_DAYS_MAX} days` })
  const now = node.clock()
  const assessment: VendorAssessment = {
    ...OPEN_CASE,
    ...input,
    id: node.newId(),
    assessedBy: personOf(principal),
    assessedAt: now,
    expiresAt: epochMs(now + days * DAY_MS),
  }
  return stored(node, principal, 'vendor.assessed', assessment)
}

const MESSAGES: Readonly<Record<WordFailure, string>> = {
  'approval/closed': 'it has already been decided',
  'approval/involved': 'nobody decides on their own assessment, nor does anybody on their behalf',
  'approval/role': 'this role does not decide on vendors of this tier',
}

/** One person's word on an assessment. */
export async function speakOnVendor(
  node: OwnerNode,
  principal: Principal,
  input: PersonsWord,
): Promise<Result<VendorAssessment, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = (await node.store.get('vendors', input.id))?.document as unknown as VendorAssessment | undefined
    if (known === undefined)
      return fail({
        code: 'vendor/unknown',
        message: `no assessment \`${input.id}\` is known`,
        next: 'see `gatehouse vendor list`',
      })
    const right = rightOf(await currentRights(node), 'vendor', known.upToTier)
    const speaker = await speakerIn(node, principal, { role: input.role, decision: 'vendor' })
    const word = {
      ...(speaker ?? { principal: personOf(principal), role: 'none', onBehalfOf: null }),
      decision: input.decision,
      comment: input.comment,
      at: node.clock(),
    }
    const refused = wordFailure(known, word, { right, involved: [known.assessedBy] })
    if (refused !== undefined)
      return fail({
        code: refused,
        message: `\`${input.id}\`: ${MESSAGES[refused]}`,
        next: `ask one of: ${right.roles.join(', ')}`,
      })
    return stored(node, principal, 'vendor.decided', { ...known, ...withWord(known, word, right) })
  })
}

export async function vendorAssessments(node: OwnerNode): Promise<readonly VendorAssessment[]> {
  return (await listAll(node.store, 'vendors', {})).map(({ document }) => document as unknown as VendorAssessment)
}

async function stored(
  node: OwnerNode,
  principal: Principal,
  type: string,
  assessment: VendorAssessment,
): Promise<Result<VendorAssessment, Problem>> {
  const entry = await node.recorder.record(type, principal.name, null, {
    head: { id: assessment.id, system: '', status: assessment.state, topic: assessment.vendor },
    record: assessment,
  })
  return entry.ok ? ok(assessment) : entry
}
