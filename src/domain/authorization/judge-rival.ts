import type { ArgumentValue } from './argument-role.ts'
import { isStated, type FlowEvidence, type Provenance } from './designation.ts'
import { fileName, nounOf, numberShape, shapeOf } from './stated-values.ts'

/**
 * The user named one of a kind, and a value is another of it that only results say: an address beside theirs, a second order.
 * Not where they spoke of several or of others.
 */
export function isRival(
  { name, role, text }: ArgumentValue,
  evidence: FlowEvidence,
  provenance: () => Provenance | undefined,
): boolean {
  const { intent, sources } = evidence
  if (role === 'content') return false
  const needle = text.trim().toLowerCase()
  const shape = shapeOf(text) ?? numberShape(nounOf(name), text.trim())
  if (shape === 'address' || shape === 'account' ? intent.isGroup : intent.isOpen) return false
  const said = intent.values.filter((value) => !value.isOrigin && value.shape === shape)
  if (said.length === 0 || said.some((value) => value.text === needle) || isStated(text, role, evidence)) return false
  if (shape === 'file' && said.some((value) => fileName(value.text) === fileName(text))) return false
  if (!sources.some(({ leaves }) => leaves.some(({ lower }) => lower.includes(needle)))) return false
  const source = provenance()
  return source === undefined || source === 'designated'
}
