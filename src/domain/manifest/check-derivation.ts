import type { Components } from './manifest.ts'
import type { ReferenceProblem } from './reference-problem.ts'

/** What says `derivedFrom`: it names datasets that exist, and no dataset comes from itself in the end. */
export function checkDerivation(components: Components): readonly ReferenceProblem[] {
  const datasets = new Map((components.datasets ?? []).map((dataset) => [dataset.id, dataset.derivedFrom ?? []]))
  const problems: ReferenceProblem[] = []
  for (const kind of ['datasets', 'retrievers', 'models'] as const)
    for (const [index, component] of (components[kind] ?? []).entries())
      for (const [position, id] of (component.derivedFrom ?? []).entries()) {
        const path = ['components', kind, index, 'derivedFrom', position]
        if (!datasets.has(id))
          problems.push({
            code: 'manifest/unknown-reference',
            path,
            message: `dataset \`${id}\` is not declared`,
            next: datasets.size === 0 ? 'declare a dataset first' : `use one of: ${[...datasets.keys()].join(', ')}`,
          })
        else if (kind === 'datasets' && comesFrom(datasets, id, component.id))
          problems.push({
            code: 'manifest/derivation-cycle',
            path,
            message: `dataset \`${component.id}\` comes from \`${id}\`, which comes from it`,
            next: 'take one of the two `derivedFrom` away',
          })
      }
  return problems
}

function comesFrom(datasets: ReadonlyMap<string, readonly string[]>, start: string, wanted: string): boolean {
  const seen = new Set<string>()
  const open = [start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === wanted) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(datasets.get(id) ?? []))
  }
  return false
}
