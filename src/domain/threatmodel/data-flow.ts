import type { Manifest, Tool } from '../manifest/manifest.ts'

export const BOUNDARIES = ['outside', 'application', 'provider', 'data', 'tools'] as const
/** Whose ground an element stands on; a flow between two of them crosses a trust boundary. */
export type Boundary = (typeof BOUNDARIES)[number]

export const ELEMENT_KINDS = [
  'person',
  'application',
  'agent',
  'model',
  'prompt',
  'retriever',
  'dataset',
  'tool',
  'mcp-server',
] as const
export type ElementKind = (typeof ELEMENT_KINDS)[number]

export interface Element {
  /** `tool:issue_refund`: kind and name in the manifest. */
  readonly id: string
  readonly kind: ElementKind
  readonly label: string
  readonly boundary: Boundary
}

export interface Flow {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly label: string
  readonly crossesBoundary: boolean
}

export interface DataFlow {
  readonly elements: readonly Element[]
  readonly flows: readonly Flow[]
}

/** The data-flow graph of a system, derived from what its manifest declares and from nothing else. */
export function dataFlowOf(manifest: Manifest): DataFlow {
  const elements: Element[] = [
    element('person', 'user', `users (${manifest.intake.audience})`, 'outside'),
    element('application', 'app', manifest.metadata.title ?? manifest.metadata.name, 'application'),
  ]
  const { components } = manifest
  for (const { id, provider, model } of components.models)
    elements.push(element('model', id, `${model} at ${provider}`, 'provider'))
  for (const { id } of components.prompts ?? []) elements.push(element('prompt', id, `prompt ${id}`, 'application'))
  for (const { id } of components.datasets ?? []) elements.push(element('dataset', id, `dataset ${id}`, 'data'))
  for (const { id } of components.retrievers ?? []) elements.push(element('retriever', id, `index ${id}`, 'data'))
  for (const tool of components.tools ?? [])
    elements.push(element('tool', tool.id, `tool ${tool.id} (${tool.effect})`, 'tools'))
  for (const { id } of components.mcpServers ?? [])
    elements.push(element('mcp-server', id, `MCP server ${id}`, 'tools'))
  for (const { id } of components.agents ?? []) elements.push(element('agent', id, `agent ${id}`, 'application'))
  return { elements, flows: flowsOf(manifest, elements) }
}

function element(kind: ElementKind, name: string, label: string, boundary: Boundary): Element {
  return { id: `${kind}:${name}`, kind, label, boundary }
}

/** Who speaks to whom: agents where they are declared, else the application itself drives every model, index and tool. */
function flowsOf(manifest: Manifest, elements: readonly Element[]): readonly Flow[] {
  const boundaryOf = new Map(elements.map(({ id, boundary }) => [id, boundary]))
  const flows = new Map<string, Flow>()
  const flow = (from: string, to: string, label: string): void => {
    const [here, there] = [boundaryOf.get(from), boundaryOf.get(to)]
    // A name that the manifest uses and does not declare is `validate`'s to report.
    if (here === undefined || there === undefined) return
    const id = `${from}→${to}`
    flows.set(id, { id, from, to, label, crossesBoundary: here !== there })
  }
  const both = (one: string, other: string, [there, back]: readonly [string, string]): void => {
    flow(one, other, there)
    flow(other, one, back)
  }
  both('person:user', 'application:app', ['messages', 'answers'])
  const { components } = manifest
  const drivers = components.agents ?? []
  if (drivers.length === 0) connect('application:app', everythingOf(manifest), both)
  for (const agent of drivers) {
    both('application:app', `agent:${agent.id}`, ['tasks', 'results'])
    connect(
      `agent:${agent.id}`,
      {
        models: [agent.model],
        prompts: agent.prompts ?? [],
        retrievers: agent.retrievers ?? [],
        tools: agent.tools ?? [],
      },
      both,
    )
    for (const delegate of agent.delegates ?? []) both(`agent:${agent.id}`, `agent:${delegate}`, ['tasks', 'results'])
  }
  const entry = drivers[0] === undefined ? 'application:app' : `agent:${drivers[0].id}`
  for (const { id } of components.mcpServers ?? [])
    both(entry, `mcp-server:${id}`, ['calls', 'results and descriptions'])
  for (const dataset of components.datasets ?? []) flow(`dataset:${dataset.id}`, 'application:app', 'records')
  return [...flows.values()]
}

interface Driven {
  readonly models: readonly string[]
  readonly prompts: readonly string[]
  readonly retrievers: readonly string[]
  readonly tools: readonly string[]
}

function everythingOf({ components }: Manifest): Driven {
  const names = (parts: readonly { readonly id: string }[] | undefined): readonly string[] =>
    (parts ?? []).map(({ id }) => id)
  return {
    models: names(components.models),
    prompts: names(components.prompts),
    retrievers: names(components.retrievers),
    tools: names(components.tools),
  }
}

function connect(
  driver: string,
  { models, prompts, retrievers, tools }: Driven,
  both: (one: string, other: string, labels: readonly [string, string]) => void,
): void {
  for (const model of models) both(driver, `model:${model}`, ['prompt and context', 'completion'])
  for (const prompt of prompts) both(driver, `prompt:${prompt}`, ['values of slots', 'instructions'])
  for (const retriever of retrievers) both(driver, `retriever:${retriever}`, ['query', 'passages'])
  for (const tool of tools) both(driver, `tool:${tool}`, ['arguments', 'result'])
}

/** Does what a tool returns come from outside? Said of a label that is missing: yes. */
export function isUntrustedTool({ result }: Tool): boolean {
  return (result?.integrity ?? 'untrusted') === 'untrusted'
}
