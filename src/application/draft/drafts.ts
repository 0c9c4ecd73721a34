import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { decidedDraft, type Draft, type DraftKind } from '../../domain/draft/draft.ts'
import { personOf } from '../governance/rights.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

export interface NewDraft {
  readonly system: string
  readonly kind: DraftKind
  readonly content: JsonObject
  readonly model: string
  readonly endpoint: string
  readonly promptDigest: Digest
  readonly redactions: number
}

/** Keeps a draft apart: in a table of its own that nothing which decides reads. */
export async function recordDraft(
  node: OwnerNode,
  principal: Principal,
  draft: NewDraft,
): Promise<Result<Draft, Problem>> {
  return store(node, principal, 'draft.made', {
    id: node.newId(),
    state: 'draft',
    ...draft,
    askedBy: personOf(principal),
    at: node.clock(),
    decidedBy: null,
    decidedAt: null,
    note: '',
  })
}

/** A person takes a draft over, or turns it down: once, by name. */
export async function decideDraft(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly decision: 'accept' | 'reject'; readonly note: string },
): Promise<Result<Draft, Problem>> {
  if (principal.credential?.kind === 'api-key')
    return fail({
      code: 'draft/no-person',
      message: 'a draft is accepted by a person, and an API key is none',
      next: 'sign in: gatehouse login',
    })
  return node.recorder.exclusive(async () => {
    const record = await node.store.get('drafts', input.id)
    if (record === undefined)
      return fail({
        code: 'draft/unknown',
        message: `no draft \`${input.id}\` is known`,
        next: 'see `gatehouse draft list`',
      })
    const draft = record.document as unknown as Draft
    const { decision, note } = input
    const decided = decidedDraft(draft, { decision, note, by: personOf(principal), at: node.clock() })
    return decided === undefined
      ? fail({
          code: 'draft/decided',
          message: `draft \`${input.id}\` was ${draft.state} by ${draft.decidedBy ?? 'nobody'}`,
          next: 'ask for a new one',
        })
      : store(node, principal, 'draft.decided', decided)
  })
}

async function store(
  node: OwnerNode,
  principal: Principal,
  type: string,
  draft: Draft,
): Promise<Result<Draft, Problem>> {
  const { id, system, state, kind } = draft
  const entry = await node.recorder.record(type, principal.name, null, {
    head: { id, system, status: state, topic: kind },
    record: draft,
  })
  return entry.ok ? ok(draft) : entry
}
