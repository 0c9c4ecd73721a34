import type { Digest } from '../../base/digest.ts'
import type { ComponentDigest, ComponentKind } from './release.ts'

export interface ReleaseSummary {
  readonly digest: Digest
  readonly version: string
  readonly components: readonly ComponentDigest[]
  readonly guard: string
}

export type ComponentChange = {
  readonly kind: ComponentKind | 'guard'
  readonly id: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** What changed between two releases, per component, in a stable order. */
export function diffReleases(from: ReleaseSummary, to: ReleaseSummary): readonly ComponentChange[] {
  const changes: ComponentChange[] = []
  const key = (component: ComponentDigest): string => `${component.kind}\n${component.id}`
  const before = new Map(from.components.map((component) => [key(component), component]))
  const after = new Map(to.components.map((component) => [key(component), component]))
  for (const [id, component] of before) {
    const now = after.get(id)
    if (now === undefined)
      changes.push({ kind: component.kind, id: component.id, change: 'removed', from: component.digest })
    else if (now.digest !== component.digest)
      changes.push({
        kind: component.kind,
        id: component.id,
        change: 'changed',
        from: component.digest,
        to: now.digest,
      })
  }
  for (const [id, component] of after)
    if (!before.has(id)) changes.push({ kind: component.kind, id: component.id, change: 'added', to: component.digest })
  if (from.guard !== to.guard)
    changes.push({ kind: 'guard', id: 'guard', change: 'changed', from: from.guard, to: to.guard })
  return changes
}
