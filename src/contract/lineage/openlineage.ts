import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { hexOf, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import type { LineageGraph, LineageNode } from '../../domain/lineage/lineage-graph.ts'

const SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'
const VERSION_FACET =
  'https://openlineage.io/spec/facets/1-0-0/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet'
const JOB_FACET = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobFacet'

interface OpenLineageDataset {
  readonly namespace: string
  readonly name: string
  readonly facets: Readonly<Record<string, object>>
}

/** A run event of OpenLineage 2-0-2 (https://openlineage.io/spec/2-0-2/OpenLineage.json). */
export interface OpenLineageEvent {
  readonly eventType: 'START' | 'COMPLETE'
  readonly eventTime: string
  readonly run: { readonly runId: string }
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Readonly<Record<string, object>> }
  readonly inputs: readonly OpenLineageDataset[]
  readonly outputs: readonly OpenLineageDataset[]
  readonly producer: string
  readonly schemaURL: string
}

/** Kinds that come about by a run: what went into it are its inputs. */
const JOBS: Readonly<Partial<Record<LineageNode['kind'], string>>> = {
  feature: 'derive',
  index: 'index',
  model: 'build',
  release: 'release',
  deployment: 'deploy',
  trace: 'serve',
  incident: 'incident',
}

/**
 * Run events of everything that comes from something else: a start and a completion each, with the same run id. OpenLineage
 * knows jobs and datasets; a release, a deployment, a trace and an incident are datasets of ours there.
 */
export function openLineageEvents(
  { nodes, edges }: LineageGraph,
  options: { readonly sha256: Sha256; readonly version: string },
): readonly OpenLineageEvent[] {
  const producer = `https://gatehouse.dev/v${options.version}`
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return nodes.flatMap((node) => {
    const job = JOBS[node.kind]
    const inputs = [...new Set(edges.filter(({ to }) => to === node.id).map(({ from }) => from))]
    if (job === undefined || inputs.length === 0) return []
    const event = {
      eventTime: toRfc3339(node.at ?? (0 as EpochMs)),
      run: { runId: uuidOf(options.sha256, node.id) },
      job: {
        namespace: 'gatehouse',
        name: `${node.system}.${job}`,
        facets: {
          jobType: {
            _producer: producer,
            _schemaURL: JOB_FACET,
            processingType: 'BATCH',
            integration: 'GATEHOUSE',
            jobType: node.kind.toUpperCase(),
          },
        },
      },
      inputs: inputs.flatMap((id) => byId.get(id) ?? []).map((input) => datasetOf(input, producer)),
      outputs: [datasetOf(node, producer)],
      producer,
      schemaURL: SCHEMA,
    }
    return [
      { eventType: 'START', ...event },
      { eventType: 'COMPLETE', ...event },
    ]
  })
}

function datasetOf({ kind, system, name, digest, id }: LineageNode, producer: string): OpenLineageDataset {
  return {
    namespace: `gatehouse://${system}`,
    name: `${kind}/${kind === 'deployment' ? id.slice('deployment:'.length) : name}`,
    facets:
      digest === null ? {} : { version: { _producer: producer, _schemaURL: VERSION_FACET, datasetVersion: digest } },
  }
}

/** The same node has the same run id on every export: a UUID of version 8 (RFC 9562, section 5.8) from its digest. */
function uuidOf(sha256: Sha256, id: string): string {
  const hex = hexOf(sha256(utf8(`gatehouse.lineage.v1\n${id}`)))
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
