import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseManifest } from '../../contract/manifest/parse-manifest.ts'
import { parseThreats } from '../../contract/threats/parse-threats.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { dataFlowOf } from './data-flow.ts'
import { mermaidOf, svgOf } from './render-diagram.ts'
import { threatsOf, type Threat, type ThreatAcceptance } from './threat.ts'

const root = join(import.meta.dirname, '../../..')
const parsedThreats = parseThreats('threats.yaml', readFileSync(join(root, 'catalog/threats.yaml'), 'utf8'))
if (!parsedThreats.ok) throw new Error(JSON.stringify(parsedThreats.failure))
const catalogue = parsedThreats.value
const parsed = parseManifest(
  'gatehouse.yaml',
  readFileSync(join(root, 'examples/support-assistant/gatehouse.yaml'), 'utf8'),
)
if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))
const example: Manifest = parsed.value.manifest

const RULES = [...new Set(catalogue.flatMap(({ rules }) => rules))]
const all = (
  manifest: Manifest,
  context: {
    readonly passed?: readonly string[]
    readonly acceptances?: readonly ThreatAcceptance[]
    readonly now?: number
  } = {},
): readonly Threat[] =>
  threatsOf(manifest, dataFlowOf(manifest), {
    catalogue,
    passedRules: new Set(context.passed ?? []),
    acceptances: context.acceptances ?? [],
    now: context.now ?? 0,
  })
const withTools = (change: (tool: NonNullable<Manifest['components']['tools']>[number]) => object): Manifest => ({
  ...example,
  components: {
    ...example.components,
    tools: (example.components.tools ?? []).map((tool) => ({ ...tool, ...change(tool) })),
  },
})

describe('the data-flow graph of the example', () => {
  const { elements, flows } = dataFlowOf(example)

  test('has an element for each component and no flow without ends', () => {
    const {
      models,
      prompts = [],
      datasets = [],
      retrievers = [],
      tools = [],
      agents = [],
      mcpServers = [],
    } = example.components
    expect(elements).toHaveLength(
      2 +
        models.length +
        prompts.length +
        datasets.length +
        retrievers.length +
        tools.length +
        agents.length +
        mcpServers.length,
    )
    const ids = new Set(elements.map(({ id }) => id))
    for (const { from, to } of flows) expect([ids.has(from), ids.has(to)]).toEqual([true, true])
  })

  test('marks what crosses a boundary', () => {
    expect(flows.find(({ from }) => from === 'person:user')?.crossesBoundary).toBe(true)
    expect(flows.some(({ crossesBoundary }) => !crossesBoundary)).toBe(true)
  })
})

describe('a threat', () => {
  test('is open without measures, designed with them, mitigated with evidence', () => {
    const refund = (manifest: Manifest, passed: readonly string[]): Threat['state'] | undefined =>
      all(manifest, { passed }).find(({ id }) => id === 'THR-007@tool:issue_refund')?.state
    const bare = withTools(() => ({ authorize: undefined }))
    expect([refund(bare, []), refund(bare, RULES), refund(example, []), refund(example, ['GH-TOL-001'])]).toEqual([
      'open',
      'open',
      'designed',
      'mitigated',
    ])
  })

  test('without any measure is open until evidence passes', () => {
    const model = (passed: readonly string[]): Threat['state'] | undefined =>
      all(example, { passed }).find(({ id }) => id === 'THR-011@model:main')?.state
    expect([model([]), model(['GH-MOD-001'])]).toEqual(['open', 'mitigated'])
  })

  test('that somebody carries is accepted until its day, and no other is', () => {
    const acceptances = [{ threat: 'THR-011@model:main', by: 'eve', reason: 'known', expiresAt: 10 }]
    const states = (now: number): readonly string[] =>
      all(example, { acceptances, now })
        .filter(({ kind }) => kind === 'THR-011')
        .map(({ id, state }) => `${id} ${state}`)
    expect(states(9)).toContain('THR-011@model:main accepted')
    expect(states(10)).toContain('THR-011@model:main open')
    expect(states(9).filter((line) => line.endsWith('accepted'))).toHaveLength(1)
  })

  test('of a guard that is switched off is open whatever passes', () => {
    const off = { ...example, guard: { ...example.guard, preset: 'none' as const } }
    expect(all(off, { passed: RULES }).find(({ kind }) => kind === 'THR-001')?.state).toBe('open')
  })

  test('evidence only ever takes threats away', () => {
    const open = (passed: readonly string[]): number =>
      all(example, { passed }).filter(({ state }) => state !== 'mitigated').length
    for (const rule of RULES) expect(open([rule])).toBeLessThanOrEqual(open([]))
  })
})

describe('a diagram', () => {
  test('names every element', () => {
    const flow = dataFlowOf(example)
    for (const { label } of flow.elements)
      expect(svgOf(flow, 'flows')).toContain(label.slice(0, 12).replaceAll(/[&<>"']/g, ''))
    expect(mermaidOf(flow)).toMatch(/^flowchart LR\n/)
  })

  test('holds no markup of a label', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 40 }), (text) => {
        const hostile: Manifest = { ...example, metadata: { ...example.metadata, title: `${text}<script>"]\n end` } }
        const flow = dataFlowOf(hostile)
        expect(svgOf(flow, text)).not.toContain('<script>')
        expect(mermaidOf(flow).split('\n')).toHaveLength(mermaidOf(dataFlowOf(example)).split('\n').length)
      }),
      { numRuns: 100 },
    )
  })
})
