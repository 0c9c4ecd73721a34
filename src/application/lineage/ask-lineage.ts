import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { LINEAGE_KINDS } from '../../domain/lineage/lineage-graph.ts'
import {
  parseSelector,
  queryLineage,
  type LineageAnswer,
  type LineageSelector,
} from '../../domain/lineage/query-lineage.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { buildLineage } from './build-lineage.ts'

/** "Which incidents touch dataset X", "which releases used prompt Y", "what went into this trace". */
export async function askLineage(
  node: OwnerNode,
  {
    system,
    from,
    to,
  }: { readonly system: string; readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<Result<LineageAnswer, Problem>> {
  const [start, end] = [selectorOf(from), selectorOf(to)]
  if (!start.ok) return start
  if (!end.ok) return end
  if (start.value === undefined && end.value === undefined)
    return fail({ code: 'lineage/no-end', message: 'neither end is named', next: 'name `from`, `to` or both' })
  const trace = [start.value, end.value].find((selector) => selector?.kind === 'trace')?.name
  const graph = await buildLineage(node, { system, trace })
  return graph.ok ? ok(queryLineage(graph.value, { from: start.value, to: end.value })) : graph
}

function selectorOf(text: string | undefined): Result<LineageSelector | undefined, Problem> {
  if (text === undefined) return ok(undefined)
  const selector = parseSelector(text)
  return selector === undefined
    ? fail({
        code: 'lineage/bad-selector',
        message: `\`${text}\` names nothing that lineage knows`,
        next: `write KIND or KIND:NAME with one of: ${LINEAGE_KINDS.join(', ')}`,
      })
    : ok(selector)
}
