import { utf8 } from '../../base/bytes.ts'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { signEnvelope, type Envelope } from '../../domain/evidence/dsse.ts'
import { denyStateOf, type DenyRecord, type DenyScope } from '../../domain/killswitch/deny-record.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

export const DENY_PAYLOAD_TYPE = 'application/vnd.gatehouse.deny+json'

export type SignedDeny = DenyRecord & { readonly envelope: Envelope }

/** Where in the ledger it stands: a gateway whose bundle was made from more entries has it. */
export interface RecordedDeny {
  readonly deny: SignedDeny
  readonly ledgerIndex: number
}

export interface KillInput {
  readonly system: string
  readonly scope: DenyScope
  readonly reason: string
}

/** Throws a kill switch: a signed deny record, on its way to every gateway when this returns. */
export async function issueDeny(
  node: OwnerNode,
  principal: Principal,
  input: KillInput,
): Promise<Result<RecordedDeny, Problem>> {
  return recordDeny(node, principal, { ...input, lifts: null })
}

/** Takes a kill switch back, by a signed record of its own. */
export async function liftDeny(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly reason: string },
): Promise<Result<RecordedDeny, Problem>> {
  return node.recorder.exclusive(async () => {
    const found = await node.store.get('deny_records', input.id)
    const record = found?.document as unknown as SignedDeny | undefined
    if (record === undefined)
      return fail({
        code: 'kill/unknown',
        message: `no kill switch \`${input.id}\` is known`,
        next: 'see `gatehouse kill list`',
      })
    if (!denyStateOf(record.system, await allDenies(node)).active.some(({ id }) => id === record.id))
      return fail({
        code: 'kill/not-active',
        message: `the kill switch \`${input.id}\` is not on`,
        next: 'see `gatehouse kill list`',
      })
    return recordDeny(node, principal, {
      system: record.system,
      scope: record.scope,
      reason: input.reason,
      lifts: record.id,
    })
  })
}

/** Whether anything here has ever come from a system: a kill switch is taken for any name, and a slip of the pen stops nothing. */
export async function isSystemKnown({ store }: Pick<OwnerNode, 'store'>, system: string): Promise<boolean> {
  for (const kind of ['releases', 'decisions'] as const)
    if ((await store.list(kind, { system, limit: 1 })).length > 0) return true
  return false
}

export async function allDenies(node: OwnerNode): Promise<readonly SignedDeny[]> {
  return (await listAll(node.store, 'deny_records', {})).map(({ document }) => document as unknown as SignedDeny)
}

async function recordDeny(
  node: OwnerNode,
  principal: Principal,
  input: KillInput & { readonly lifts: string | null },
): Promise<Result<RecordedDeny, Problem>> {
  const record: DenyRecord = { id: node.newId(), ...input, issuedBy: principal.name, issuedAt: node.clock() }
  const envelope = await signEnvelope(
    node.keys.deny,
    DENY_PAYLOAD_TYPE,
    utf8(canonicalJsonOf({ ...record } as unknown as JsonObject)),
  )
  const signed: SignedDeny = { ...record, envelope }
  const entry = await node.recorder.record('deny.issued', principal.name, null, {
    head: {
      id: record.id,
      system: record.system,
      status: input.lifts === null ? 'issued' : 'lifting',
      topic: record.scope.kind,
    },
    record: signed,
  })
  return entry.ok ? ok({ deny: signed, ledgerIndex: entry.value.index }) : entry
}
