import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import type { Components, Manifest } from '../manifest/manifest.ts'
import type { ComponentDigest } from '../release/release.ts'
import { addRelease, deploymentNode, releaseNode } from './add-release.ts'
import { LINEAGE_KINDS, LineageBuilder, type LineageGraph } from './lineage-graph.ts'
import { parseSelector, queryLineage } from './query-lineage.ts'
import { dotOf, mermaidOf } from './render-lineage.ts'

const digest = (n: number): Digest => `sha256:${n.toString(16).padStart(64, '0')}` as Digest
const MODEL = { id: 'main', provider: 'openai', model: 'm-1' }

interface Made {
  readonly number: number
  readonly components: Components
  /** Content of a component, by kind and id; what is not said is its id's length. */
  readonly contents?: Readonly<Record<string, number>>
}

function add(builder: LineageBuilder, { number, components, contents = {} }: Made): void {
  const digests: ComponentDigest[] = []
  for (const [kind, all] of [
    ['model', components.models],
    ['prompt', components.prompts],
    ['dataset', components.datasets],
    ['retriever', components.retrievers],
  ] as const)
    for (const { id } of all ?? [])
      digests.push({ kind, id, digest: digest(contents[`${kind} ${id}`] ?? 1_000 + id.length) })
  addRelease(builder, {
    system: 's',
    digest: digest(number),
    version: `1.0.${number}`,
    at: epochMs(number),
    manifest: { components } as Manifest,
    components: digests,
  })
}

/** A deployment, a trace in it and an incident of it. */
function live(builder: LineageBuilder, number: number): void {
  const [release, deployment] = [digest(number), deploymentNode('s', 'production', digest(number))]
  const node = { system: 's', digest: null, at: epochMs(number) }
  builder.add({ ...node, id: deployment, kind: 'deployment', name: 'production' })
  builder.add({ ...node, id: `trace:t-${number}`, kind: 'trace', name: `t-${number}` })
  builder.add({ ...node, id: `incident:INC-${number}`, kind: 'incident', name: `INC-${number}` })
  builder.link(releaseNode(release), deployment, release)
  builder.link(deployment, `trace:t-${number}`, release)
  builder.link(`trace:t-${number}`, `incident:INC-${number}`, null)
}

const ask = (graph: LineageGraph, from?: string, to?: string): readonly string[] =>
  queryLineage(graph, {
    from: from === undefined ? undefined : parseSelector(from),
    to: to === undefined ? undefined : parseSelector(to),
  }).found.map(({ kind, name }) => `${kind} ${name}`)

const WITH_ORDERS: Components = {
  models: [MODEL],
  prompts: [{ id: 'system', path: 'p.md' }],
  datasets: [
    { id: 'orders', path: 'data/orders.csv' },
    { id: 'vectors', path: 'data/vectors.bin', derivedFrom: ['orders'] },
  ],
  retrievers: [{ id: 'kb', source: { path: 'kb/' }, derivedFrom: ['vectors'] }],
  agents: [{ id: 'a', model: 'main', prompts: ['system'], retrievers: ['kb'] }],
}
const WITHOUT: Components = { models: [MODEL], prompts: [{ id: 'system', path: 'p.md' }] }

describe('lineage', () => {
  test('goes from a dataset over features, index, prompt, model, release, deployment and trace to an incident', () => {
    const builder = new LineageBuilder()
    add(builder, { number: 1, components: WITH_ORDERS })
    live(builder, 1)
    const graph = builder.graph(0)
    expect(graph.nodes.map(({ kind }) => kind)).toEqual([
      'dataset',
      'feature',
      'index',
      'prompt',
      'model',
      'release',
      'deployment',
      'trace',
      'incident',
    ])
    expect(ask(graph, 'dataset:orders', 'incident')).toEqual(['incident INC-1'])
    expect(ask(graph, undefined, 'incident:INC-1')).toHaveLength(8)
    const between = queryLineage(graph, { from: parseSelector('dataset:orders'), to: parseSelector('incident') })
    const on = new Set(between.edges.map(({ from, to }) => `${from.split(':')[0]}>${to.split(':')[0]}`))
    expect([...on]).toEqual(
      expect.arrayContaining(['dataset>feature', 'feature>index', 'index>prompt', 'prompt>model', 'model>release']),
    )
  })

  test('does not lead from one release to another over what both hold', () => {
    const builder = new LineageBuilder()
    add(builder, { number: 1, components: WITH_ORDERS })
    add(builder, { number: 2, components: WITHOUT })
    live(builder, 1)
    live(builder, 2)
    const graph = builder.graph(0)
    expect(graph.nodes.filter(({ kind }) => kind === 'prompt')).toHaveLength(1)
    expect(ask(graph, 'dataset:orders', 'incident')).toEqual(['incident INC-1'])
    expect(ask(graph, 'dataset:orders', 'release')).toEqual(['release 1.0.1'])
    expect(ask(graph, 'prompt:system', 'incident')).toEqual(['incident INC-1', 'incident INC-2'])
    expect(ask(graph, 'dataset', 'incident:INC-2')).toEqual([])
  })

  test('tells versions of one component apart by digest, and finds them by its beginning', () => {
    const builder = new LineageBuilder()
    add(builder, { number: 1, components: WITHOUT, contents: { 'prompt system': 0xabcdef } })
    add(builder, { number: 2, components: WITHOUT, contents: { 'prompt system': 0x123456 } })
    const graph = builder.graph(0)
    expect(ask(graph, `prompt:${digest(0xabcdef)}`, 'release')).toEqual(['release 1.0.1'])
    expect(ask(graph, 'prompt:system', 'release')).toEqual(['release 1.0.1', 'release 1.0.2'])
    expect(ask(graph, `prompt:${'0'.repeat(58)}1`, 'release')).toEqual(['release 1.0.2'])
    expect(ask(graph, 'prompt:00000', 'release')).toEqual([])
  })

  test('takes an index over the files of a dataset to come from it', () => {
    const builder = new LineageBuilder()
    const datasets = [
      { id: 'pages', path: 'kb' },
      { id: 'kbs', path: 'kb2/' },
    ]
    add(builder, {
      number: 1,
      components: { models: [MODEL], datasets, retrievers: [{ id: 'kb', source: { path: './kb/' } }] },
    })
    expect(ask(builder.graph(0), 'dataset', 'index')).toEqual(['index kb'])
    expect(ask(builder.graph(0), undefined, 'index:kb')).toEqual(['dataset pages'])
  })
})

test.each([
  ['incident', { kind: 'incident', name: undefined }],
  ['prompt:sha256:ab12', { kind: 'prompt', name: 'sha256:ab12' }],
  ['deployment:s/production@sha256:1', { kind: 'deployment', name: 's/production@sha256:1' }],
  ['', undefined],
  ['person', undefined],
  ['dataset:', undefined],
  [`dataset:${'a'.repeat(300)}`, undefined],
])('`%s` is the selector %o', (text, expected) => expect(parseSelector(text)).toEqual(expected))

const names = fc.constantFrom('a', 'b', 'c')
const someComponents = fc
  .record({
    orders: fc.uniqueArray(names, { maxLength: 3 }),
    prompts: fc.uniqueArray(names, { maxLength: 3 }),
    retrievers: fc.uniqueArray(names, { maxLength: 2 }),
  })
  .map(({ orders, prompts, retrievers }): Components => ({
    models: [MODEL],
    // Each comes from those before it: no cycle, as the manifest's own check guarantees.
    datasets: orders.map((id, at) => ({ id, path: `${id}/`, derivedFrom: orders.slice(0, at) })),
    prompts: prompts.map((id) => ({ id, path: `${id}.md` })),
    retrievers: retrievers.map((id) => ({ id, source: { path: 'kb/' }, derivedFrom: orders })),
    agents: [{ id: 'a', model: 'main', prompts, retrievers }],
  }))
const graphs = fc
  .array(fc.record({ components: someComponents, isLive: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .map((made) => {
    const builder = new LineageBuilder()
    for (const [number, { components, isLive }] of made.entries()) {
      add(builder, {
        number,
        components,
        contents: Object.fromEntries(['a', 'b', 'c'].map((id) => [`dataset ${id}`, number % 2])),
      })
      if (isLive) live(builder, number)
    }
    return builder.graph(0)
  })

test('within a release a graph has no cycle: nothing comes before what it comes from', () => {
  fc.assert(
    fc.property(graphs, ({ nodes, edges }) => {
      const rank = new Map(nodes.map(({ id, kind }) => [id, LINEAGE_KINDS.indexOf(kind)]))
      for (const { from, to } of edges) {
        const [one, other] = [rank.get(from) ?? 99, rank.get(to) ?? -1]
        expect(one < other || (one === other && one === LINEAGE_KINDS.indexOf('feature'))).toBe(true)
        expect(from).not.toBe(to)
      }
    }),
  )
})

test('what lies between two ends is both below the one and above the other, and every node is on a way', () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom(...LINEAGE_KINDS), fc.constantFrom(...LINEAGE_KINDS), (graph, from, to) => {
      const [start, end] = [
        { kind: from, name: undefined },
        { kind: to, name: undefined },
      ]
      const both = queryLineage(graph, { from: start, to: end })
      const down = new Set(queryLineage(graph, { from: start, to: undefined }).nodes.map(({ id }) => id))
      const up = new Set(queryLineage(graph, { from: undefined, to: end }).nodes.map(({ id }) => id))
      expect(both.nodes.every(({ id }) => down.has(id) && up.has(id))).toBe(true)
      expect(both.found.every(({ id }) => both.nodes.some((node) => node.id === id))).toBe(true)
    }),
  )
})

test('adding a release never takes anything out of an answer', () => {
  fc.assert(
    fc.property(someComponents, someComponents, (first, second) => {
      const [one, two] = [new LineageBuilder(), new LineageBuilder()]
      add(one, { number: 1, components: first })
      add(two, { number: 1, components: first })
      add(two, { number: 2, components: second })
      const after = ask(two.graph(0), 'dataset', 'release')
      expect(ask(one.graph(0), 'dataset', 'release').every((found) => after.includes(found))).toBe(true)
    }),
  )
})

test('hostile names end no string of a drawing', () => {
  const builder = new LineageBuilder()
  const name = 'a"]; evil [label="\\\n--> x <script>'
  builder.add({ id: 'dataset:x', kind: 'dataset', system: 's', name, digest: null, at: null })
  expect(dotOf(builder.graph(0)).split('\n')).toHaveLength(6)
  expect(dotOf(builder.graph(0))).toContain(String.raw`[label="dataset a\"?? evil ?label?\"\\?--? x ?script?"];`)
  expect(mermaidOf(builder.graph(0))).not.toMatch(/<script|"\]; evil/)
})
