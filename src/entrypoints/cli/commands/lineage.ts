import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { shortDigest } from '../../../base/digest.ts'
import { openLineageEvents } from '../../../contract/lineage/openlineage.ts'
import { LINEAGE_KINDS, type LineageGraph, type LineageNode } from '../../../domain/lineage/lineage-graph.ts'
import type { LineageAnswer } from '../../../domain/lineage/query-lineage.ts'
import { dotOf, mermaidOf } from '../../../domain/lineage/render-lineage.ts'
import { EXIT_CODE } from '../exit-code.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly system: string }

/** `gatehouse lineage show`. */
export function lineageShowCommand(terminal: Terminal, options: Common & { readonly json: boolean }): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getLineage', { system: options.system }),
    (value) => {
      const graph = value as unknown as LineageGraph
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, ...graph }, 2))
      printNodes(terminal, graph.nodes)
      const omitted = graph.tracesOmitted === 0 ? '' : `; ${graph.tracesOmitted} more traces are recorded`
      printLine(terminal, `${graph.nodes.length} nodes, ${graph.edges.length} edges${omitted}`)
    },
  )
}

/** `gatehouse lineage query`. */
export function lineageQueryCommand(
  terminal: Terminal,
  options: Common & { readonly from?: string | undefined; readonly to?: string | undefined; readonly json: boolean },
): Promise<number> {
  const { system, from, to } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('queryLineage', { system, from, to }),
    (value) => {
      const answer = value as unknown as LineageAnswer
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...answer }, 2))
      else if (answer.found.length === 0) printLine(terminal, 'nothing')
      else printNodes(terminal, answer.found)
      return answer.found.length === 0 ? EXIT_CODE.blocked : EXIT_CODE.pass
    },
  )
}

function printNodes(terminal: Terminal, nodes: readonly LineageNode[]): void {
  for (const kind of LINEAGE_KINDS)
    for (const { name, digest } of nodes.filter((node) => node.kind === kind))
      printLine(terminal, `${kind.padEnd(10)} ${inert(name)}${digest === null ? '' : `  ${shortDigest(digest)}`}`)
}

/** `gatehouse lineage export`. */
export function lineageExportCommand(
  terminal: Terminal,
  options: Common & { readonly format: 'openlineage' | 'dot' | 'json' | 'mermaid' },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getLineage', { system: options.system }),
    (value) => {
      const graph = value as unknown as LineageGraph
      switch (options.format) {
        case 'openlineage':
          for (const event of openLineageEvents(graph, { sha256: nodeSha256, version: VERSION }))
            printLine(terminal, inertJson(event))
          return
        case 'dot':
          return terminal.out(dotOf(graph))
        case 'mermaid':
          return terminal.out(mermaidOf(graph))
        case 'json':
          return printLine(terminal, inertJson({ schemaVersion: 1, ...graph }, 2))
      }
    },
  )
}
