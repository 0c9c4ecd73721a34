import { DAY_MS, epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Attestation } from '../../domain/controls/assess-control.ts'
import type { Catalogue } from '../../domain/controls/control.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

export interface AttestInput {
  readonly system: string
  readonly control: string
  readonly requirement: string
  readonly document: string
  readonly name: string
  readonly validDays?: number | undefined
}

/** Records that a document which a control asks for exists: its digest, its name, who vouches for it and until when. */
export async function attestControl(
  node: OwnerNode,
  catalogue: Catalogue,
  principal: Principal,
  input: AttestInput,
): Promise<Result<Attestation, Problem>> {
  const control = catalogue.controls.find(({ id }) => id === input.control)
  const requirement = control?.attestations.find(({ id }) => id === input.requirement)
  if (control === undefined || requirement === undefined)
    return fail({
      code: 'controls/no-such-attestation',
      message: `control \`${input.control}\` asks for no document \`${input.requirement}\``,
      next: `see \`gatehouse controls show ${input.control}\``,
    })
  const [release] = await node.store.list('releases', { system: input.system, limit: 1 })
  if (release === undefined)
    return fail({
      code: 'controls/unknown-system',
      message: `no release of \`${input.system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const now = node.clock()
  const days = Math.min(input.validDays ?? requirement.maxAgeDays, requirement.maxAgeDays)
  const attestation: Attestation = {
    id: node.newId(),
    system: input.system,
    control: control.id,
    requirement: requirement.id,
    document: input.document,
    name: input.name,
    attestedBy: principal.name,
    at: now,
    validUntil: epochMs(now + days * DAY_MS),
  }
  const entry = await node.recorder.record('control.attested', principal.name, null, {
    head: { id: attestation.id, system: input.system, status: 'attested', topic: `${control.id}/${requirement.id}` },
    record: attestation,
  })
  return entry.ok ? ok(attestation) : entry
}
