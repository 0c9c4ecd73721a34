import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { addRelease, deploymentNode, releaseNode, type ReleaseSource } from '../../domain/lineage/add-release.ts'
import { LineageBuilder, type LineageGraph } from '../../domain/lineage/lineage-graph.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'

/** Traces of everyday traffic that a graph holds; those of incidents are always in it. */
const TRACES_MAX = 200
const LOOK_UP_MAX = 500

/** Where everything that a system is and did comes from: releases, verdicts, decision records and incidents of the state. */
export async function buildLineage(
  node: OwnerNode,
  { system, trace }: { readonly system: string; readonly trace?: string | undefined },
): Promise<Result<LineageGraph, Problem>> {
  const releases = await listAll(node.store, 'releases', { system })
  if (releases.length === 0)
    return fail({
      code: 'lineage/unknown-system',
      message: `no release of \`${system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const builder = new LineageBuilder()
  for (const record of releases) addRelease(builder, releaseSource(record))
  for (const { document } of await listAll(node.store, 'verdicts', { system, status: 'released' })) {
    const { environment, releaseDigest, decidedAt } = document as unknown as StoredVerdict
    addDeployment(builder, system, { environment, releaseDigest, at: decidedAt })
  }
  const incidents = (await listAll(node.store, 'incidents', { system })).map(
    ({ document }) => document as unknown as Incident,
  )
  const wanted = [
    ...new Set([...incidents.flatMap(({ requests }) => requests), ...(trace === undefined ? [] : [trace])]),
  ]
  const decisions = new Map<string, StateRecord>()
  for (let from = 0; from < wanted.length; from += LOOK_UP_MAX)
    for (const record of await node.store.getMany('decisions', wanted.slice(from, from + LOOK_UP_MAX)))
      if (record.system === system) decisions.set(record.id, record)
  for (const record of await node.store.list('decisions', { system, limit: TRACES_MAX }))
    decisions.set(record.id, record)
  for (const record of decisions.values()) addTrace(builder, record)
  for (const incident of incidents) addIncident(builder, incident)
  const recorded = await node.store.tally('decisions', system)
  const total = recorded.reduce((sum, { count }) => sum + count, 0)
  return ok(builder.graph(Math.max(0, total - decisions.size)))
}

function releaseSource(record: StateRecord): ReleaseSource {
  const { version, manifest, components } = record.document as unknown as Pick<
    ReleaseSource,
    'version' | 'manifest' | 'components'
  >
  return { system: record.system, digest: record.id as Digest, at: record.at, version, manifest, components }
}

function addDeployment(
  builder: LineageBuilder,
  system: string,
  {
    environment,
    releaseDigest,
    at,
  }: { readonly environment: string; readonly releaseDigest: Digest; readonly at: EpochMs },
): string {
  const id = deploymentNode(system, environment, releaseDigest)
  builder.add({ id, kind: 'deployment', system, name: environment, digest: releaseDigest, at })
  builder.link(releaseNode(releaseDigest), id, releaseDigest)
  return id
}

function addTrace(builder: LineageBuilder, record: StateRecord): void {
  const { system, releaseDigest, at, id: name } = record
  const id = `trace:${name}`
  builder.add({ id, kind: 'trace', system, name, digest: null, at })
  const environment = (record.document['intent'] as { readonly environment?: string } | undefined)?.environment
  // A request that was recognised as no release hangs on none.
  if (releaseDigest === null || environment === undefined || !builder.has(releaseNode(releaseDigest))) return
  builder.link(addDeployment(builder, system, { environment, releaseDigest, at }), id, releaseDigest)
}

function addIncident(builder: LineageBuilder, { id: name, system, detectedAt, requests }: Incident): void {
  const id = builder.add({ id: `incident:${name}`, kind: 'incident', system, name, digest: null, at: detectedAt })
  for (const request of requests) if (builder.has(`trace:${request}`)) builder.link(`trace:${request}`, id, null)
}
