import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import type { Digest } from '../../src/base/digest.ts'
import { epochMs } from '../../src/base/instant.ts'
import type { Problem, Result } from '../../src/base/result.ts'
import { openLineageEvents } from '../../src/contract/lineage/openlineage.ts'
import type { LineageGraph } from '../../src/domain/lineage/lineage-graph.ts'
import type { LineageAnswer } from '../../src/domain/lineage/query-lineage.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { governedState } from '../support/governed-state.ts'
import { gateOrThrow } from '../support/owned-state.ts'
import { putRecords } from '../support/put-records.ts'
import { SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

const state = governedState()
const DATASETS = `  datasets:
    - { id: orders, path: data/orders.csv, license: MIT, provenance: own }
    - { id: tuning, path: data/tuning.csv, license: MIT, provenance: own, derivedFrom: [orders] }
`
const FILES = { 'data/orders.csv': 'a,b\n', 'data/tuning.csv': 'c,d\n' }
let withData: Digest
let without: Digest

beforeAll(async () => {
  const gate = async (manifest: string): Promise<Digest> => {
    await writeTinyProject(state.project, manifest, tinyPack(), FILES)
    const { verdict } = await gateOrThrow(state.as('author-a'), state.project)
    return verdict.releaseDigest
  }
  without = await gate(tinyManifest())
  withData = await gate(
    tinyManifest({ version: '1.1.0' })
      .replace('  tools:\n', `${DATASETS}  tools:\n`)
      .replace('model: model-a, ', 'model: model-a, derivedFrom: [tuning], '),
  )
  const decision = (id: string, releaseDigest: Digest | null, at: number) =>
    ({
      kind: 'decisions',
      record: {
        id,
        system: SYSTEM,
        releaseDigest,
        status: 'completed',
        topic: 'p',
        at: epochMs(at),
        document: { intent: { environment: 'local' } },
      },
    }) as const
  const incident = (id: string, requests: readonly string[]) =>
    ({
      kind: 'incidents',
      record: {
        id,
        system: SYSTEM,
        releaseDigest: null,
        status: 'open',
        topic: 'SEV2',
        at: epochMs(2_000),
        document: { id, system: SYSTEM, detectedAt: 2_000, requests: [...requests] },
      },
    }) as const
  await putRecords(state.node, [
    decision('t-old', without, 1),
    decision('t-data', withData, 2),
    decision('t-nothing', null, 3),
    ...Array.from({ length: 250 }, (_, at) => decision(`t-more-${at}`, without, 1_000 + at)),
    incident('INC-1', ['t-old']),
    incident('INC-2', ['t-data', 't-nothing', 't-unknown']),
  ])
})

const query = async (input: { from?: string; to?: string }): Promise<Result<LineageAnswer, Problem>> =>
  (await state.as('reader', 'auditor').call('queryLineage', { system: SYSTEM, ...input })) as unknown as Result<
    LineageAnswer,
    Problem
  >
const foundBy = async (input: { from?: string; to?: string }): Promise<readonly string[]> => {
  const answer = await query(input)
  return answer.ok ? answer.value.found.map(({ kind, name }) => `${kind} ${name}`) : [answer.failure.code]
}
const whole = async (): Promise<LineageGraph> => {
  const answer = await state.as('reader', 'auditor').call('getLineage', { system: SYSTEM })
  if (!answer.ok) throw new Error(answer.failure.message)
  return answer.value as unknown as LineageGraph
}

test('which incidents touch a dataset', async () => {
  expect(await foundBy({ from: 'dataset:orders', to: 'incident' })).toEqual(['incident INC-2'])
  expect(await foundBy({ from: 'dataset:tuning', to: 'incident' })).toEqual(['incident INC-2'])
})

test('which releases used a prompt, by its digest', async () => {
  const { nodes } = await whole()
  const prompt = nodes.find(({ kind }) => kind === 'prompt')
  expect(await foundBy({ from: `prompt:${prompt?.digest}`, to: 'release' })).toEqual(['release 1.0.0', 'release 1.1.0'])
})

test('what went into an incident, and into a trace that is older than what the graph holds', async () => {
  expect(await foundBy({ to: 'incident:INC-2' })).toEqual(
    expect.arrayContaining(['dataset orders', 'feature tuning', 'release 1.1.0', 'deployment local', 'trace t-data']),
  )
  expect(await foundBy({ from: 'release', to: 'trace:t-more-0' })).toEqual(['trace t-more-0'])
})

test('the graph says how many traces it leaves out', async () => {
  const { nodes, tracesOmitted } = await whole()
  expect(nodes.filter(({ kind }) => kind === 'trace').length + tracesOmitted).toBe(253)
  expect(tracesOmitted).toBeGreaterThan(0)
})

test.each([
  [{}, 'lineage/no-end'],
  [{ from: 'person:ana' }, 'lineage/bad-selector'],
  [{ from: 'dataset', to: 'dataset:' }, 'lineage/bad-selector'],
])('%o is refused', async (input, code) => expect(await foundBy(input)).toEqual([code]))

/** What the published schema of 2-0-2 says of a run event (https://openlineage.io/spec/2-0-2/OpenLineage.json). */
const FACETS = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: {
      _producer: { type: 'string', pattern: '^https?://' },
      _schemaURL: { type: 'string', pattern: '^https?://' },
    },
    required: ['_producer', '_schemaURL'],
  },
}
const DATASET = {
  type: 'object',
  properties: { namespace: { type: 'string' }, name: { type: 'string' }, facets: FACETS },
  required: ['namespace', 'name'],
}
const RUN_EVENT = {
  type: 'object',
  properties: {
    eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
    eventTime: { type: 'string', pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$` },
    producer: { type: 'string', pattern: '^https?://' },
    schemaURL: { const: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent' },
    run: {
      type: 'object',
      properties: {
        runId: { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' },
      },
      required: ['runId'],
    },
    job: { ...DATASET, required: ['namespace', 'name'] },
    inputs: { type: 'array', items: DATASET },
    outputs: { type: 'array', items: DATASET },
  },
  required: ['run', 'job', 'eventTime', 'producer', 'schemaURL'],
}

test('events are run events of OpenLineage: each run starts and completes once, whoever exports it', async () => {
  const graph = await whole()
  const events = openLineageEvents(graph, { sha256: nodeSha256, version: '0.1.0' })
  const validate = new Ajv2020({ strict: false }).compile(RUN_EVENT)
  for (const event of events) expect([validate(event), validate.errors]).toEqual([true, null])
  const runs = Map.groupBy(events, ({ run }) => run.runId)
  expect([...runs.values()].every((of) => of.map(({ eventType }) => eventType).join() === 'START,COMPLETE')).toBe(true)
  const release = events.filter(({ job }) => job.name === `${SYSTEM}.release`)
  expect(release).toHaveLength(4)
  expect(events.find(({ job }) => job.name === `${SYSTEM}.build`)?.inputs).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'feature/tuning', namespace: `gatehouse://${SYSTEM}` })]),
  )
  expect(openLineageEvents(await whole(), { sha256: nodeSha256, version: '0.1.0' })).toEqual(events)
})

describe('the command line', () => {
  const cli = async (
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly error: string }> => {
    const terminal = capturedTerminal(join(state.project))
    const code = await runCli([...args, '--state', join(state.project, '.gatehouse')], terminal)
    return { code, ...terminal.printed }
  }
  beforeAll(async () => {
    expect((await cli('gate')).code).toBe(0)
  })

  test('shows a system, and knows no other', async () => {
    const shown = await cli('lineage', 'show', '-s', SYSTEM)
    expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/^dataset {4}orders {2}sha256:/m)])
    const unknown = await cli('lineage', 'show', '-s', 'nobody')
    expect([unknown.code, unknown.error.includes('lineage/unknown-system')]).toEqual([2, true])
  })

  test('answers a question, and exits 1 where the answer is nothing', async () => {
    const found = await cli('lineage', 'query', '-s', SYSTEM, '--from', 'dataset:orders', '--to', 'release', '--json')
    expect((JSON.parse(found.out) as LineageAnswer).found).toMatchObject([{ kind: 'release', name: '1.1.0' }])
    expect(await cli('lineage', 'query', '-s', SYSTEM, '--from', 'dataset', '--to', 'incident')).toMatchObject({
      code: 1,
      out: 'nothing\n',
    })
  })

  test.each([
    ['dot', /^digraph lineage \{/],
    ['mermaid', /^flowchart LR/],
    ['json', /"schemaVersion": 1/],
    ['openlineage', /^\{"eventType":"START"/],
  ])('exports %s', async (format, begin) => {
    const exported = await cli('lineage', 'export', '-s', SYSTEM, '--format', format)
    expect([exported.code, exported.out]).toEqual([0, expect.stringMatching(begin)])
  })
})
