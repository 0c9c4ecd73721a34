import { LINEAGE_KINDS, type LineageGraph, type LineageNode } from './lineage-graph.ts'

/** A digest's first digits, as people read it. */
const labelOf = ({ kind, name, digest }: LineageNode): string =>
  `${kind} ${name}${digest === null ? '' : ` ${digest.slice('sha256:'.length, 'sha256:'.length + 8)}`}`

/** A graph of Graphviz. */
export function dotOf({ nodes, edges }: LineageGraph): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = ['digraph lineage {', '  rankdir=LR;', '  node [shape=box];']
  for (const node of nodes) lines.push(`  ${names.get(node.id)} [label="${dotText(labelOf(node))}"];`)
  for (const pair of pairsOf(edges, names)) lines.push(`  ${pair.join(' -> ')};`)
  return `${[...lines, '}'].join('\n')}\n`
}

/** A Mermaid flowchart with a subgraph for each kind. */
export function mermaidOf({ nodes, edges }: LineageGraph): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = ['flowchart LR']
  for (const kind of LINEAGE_KINDS) {
    const own = nodes.filter((node) => node.kind === kind)
    if (own.length === 0) continue
    lines.push(`  subgraph ${kind}s["${kind}"]`)
    for (const node of own) lines.push(`    ${names.get(node.id)}["${mermaidText(labelOf(node))}"]`)
    lines.push('  end')
  }
  for (const pair of pairsOf(edges, names)) lines.push(`  ${pair.join(' --> ')}`)
  return `${lines.join('\n')}\n`
}

/** Two nodes are joined once, in however many releases they are. */
function pairsOf(edges: LineageGraph['edges'], names: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const pairs = new Map<string, readonly string[]>()
  for (const { from, to } of edges) pairs.set(`${from}\n${to}`, [names.get(from) ?? '', names.get(to) ?? ''])
  return [...pairs.values()]
}

/** SECURITY: names come from manifests; escaped, they can end no string, and a control character is none. */
function dotText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,:()/_@-]/gu, (char) => (char === '"' || char === '\\' ? `\\${char}` : '?'))
}

/** SECURITY: as entities, names can end neither the string nor the line, and are no markup. */
function mermaidText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,:()/_@-]/gu, (char) => `#${char.codePointAt(0)};`)
}
