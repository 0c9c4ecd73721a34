import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { READINESS_ROLES, type ReadinessItem, type ReadinessWord } from '../../domain/readiness/readiness.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { personOf } from './rights.ts'

/** Somebody whose role may says, with a link to the proof, that an item of readiness is in place. */
export async function attestReadiness(
  node: OwnerNode,
  principal: Principal,
  input: { readonly system: string; readonly item: ReadinessItem; readonly link: string; readonly note: string },
): Promise<Result<ReadinessWord, Problem>> {
  const roles = READINESS_ROLES[input.item]
  const role =
    roles.find((one) => principal.roles.includes(one)) ?? (principal.roles.includes('admin') ? 'admin' : undefined)
  if (role === undefined)
    return fail({
      code: 'readiness/role',
      message: `\`${principal.name}\` does not speak for \`${input.item}\``,
      next: `ask one of: ${roles.join(', ')}`,
    })
  const word: ReadinessWord = { id: node.newId(), ...input, by: personOf(principal), role, at: node.clock() }
  const entry = await node.recorder.record('readiness.attested', principal.name, null, {
    head: { id: word.id, system: word.system, status: 'attested', topic: word.item },
    record: word,
  })
  return entry.ok ? ok(word) : entry
}

export async function readinessWords(node: OwnerNode, system: string): Promise<readonly ReadinessWord[]> {
  return (await listAll(node.store, 'readiness', { system })).map(
    ({ document }) => document as unknown as ReadinessWord,
  )
}
