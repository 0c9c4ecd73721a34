import type { Agent, Manifest, Model, Prompt, Retriever, Tool } from '../manifest/manifest.ts'
import { ELEMENT_KINDS, isUntrustedTool, type DataFlow, type Element, type ElementKind } from './data-flow.ts'

export const STRIDE = [
  'spoofing',
  'tampering',
  'repudiation',
  'information-disclosure',
  'denial-of-service',
  'elevation-of-privilege',
] as const
export type Stride = (typeof STRIDE)[number]

export const THREAT_SEVERITIES = ['high', 'medium', 'low'] as const
export type ThreatSeverity = (typeof THREAT_SEVERITIES)[number]

/** A kind of threat of the catalogue: where it arises and what is asked against it. */
export interface ThreatKind {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly stride: Stride
  readonly severity: ThreatSeverity
  /** Ids of OWASP (LLM, Agentic) and MITRE ATLAS. */
  readonly references: readonly string[]
  /** Condition on an element; each element that meets it has the threat. */
  readonly arises: Arises
  /** Design measures in the manifest that count as a mitigation by themselves. */
  readonly measures: readonly Measure[]
  /** Rules whose passing evidence mitigates it: any of them. */
  readonly rules: readonly string[]
}

export const ARISES = [
  'person',
  'model',
  'model-with-fallback',
  'prompt',
  'prompt-with-text-slot',
  'retriever',
  'retriever-multi-tenant',
  'dataset',
  'tool-untrusted-result',
  'tool-acting',
  'tool-executing',
  'mcp-server',
  'agent',
  'agent-delegating',
  'application',
] as const
export type Arises = (typeof ARISES)[number]

export const MEASURES = [
  'guard-on',
  'tool-authorize',
  'tool-destinations',
  'tool-approval',
  'tool-limits',
  'tool-sandbox',
  'retriever-acl',
  'retriever-tenant',
  'mcp-pin',
  'agent-budget',
  'dataset-provenance',
  'capture-limited',
  'residency-declared',
] as const
export type Measure = (typeof MEASURES)[number]

/** What the manifest declares of one element. */
interface Declared {
  readonly manifest: Manifest
  readonly name: string
  readonly model: Model | undefined
  readonly prompt: Prompt | undefined
  readonly tool: Tool | undefined
  readonly retriever: Retriever | undefined
  readonly agent: Agent | undefined
}

function declaredAs({ id: full, kind }: Element, manifest: Manifest): Declared {
  const { components } = manifest
  const name = full.slice(kind.length + 1)
  const find = <Part extends { readonly id: string }>(
    wanted: ElementKind,
    parts: readonly Part[] = [],
  ): Part | undefined => (kind === wanted ? parts.find(({ id }) => id === name) : undefined)
  return {
    manifest,
    name,
    model: find('model', components.models),
    prompt: find('prompt', components.prompts),
    tool: find('tool', components.tools),
    retriever: find('retriever', components.retrievers),
    agent: find('agent', components.agents),
  }
}

/** Conditions beyond the kind of element. */
const CONDITIONS: Readonly<Record<Exclude<Arises, ElementKind>, (declared: Declared) => boolean>> = {
  'model-with-fallback': ({ model }) => (model?.fallbacks ?? []).length > 0,
  'prompt-with-text-slot': ({ prompt }) => Object.values(prompt?.slots ?? {}).some(({ type }) => type === 'text'),
  'retriever-multi-tenant': ({ retriever, manifest }) =>
    retriever !== undefined && manifest.intake.multiTenant === true,
  'tool-untrusted-result': ({ tool }) => tool !== undefined && isUntrustedTool(tool),
  'tool-acting': ({ tool }) => tool !== undefined && tool.effect !== 'read',
  'tool-executing': ({ tool }) => tool?.executes !== undefined,
  'agent-delegating': ({ agent }) => (agent?.delegates ?? []).length > 0,
}

/** Is this kind of threat there for this element? */
function arisesFor(arises: Arises, element: Element, manifest: Manifest): boolean {
  return isElementKind(arises) ? element.kind === arises : CONDITIONS[arises](declaredAs(element, manifest))
}

function isElementKind(arises: Arises): arises is Extract<Arises, ElementKind> {
  return ELEMENT_KINDS.some((kind) => kind === arises)
}

const TAKEN: Readonly<Record<Measure, (declared: Declared) => boolean>> = {
  'guard-on': ({ manifest }) => manifest.guard?.preset !== 'none',
  'tool-authorize': ({ tool }) => tool?.authorize !== undefined,
  'tool-destinations': ({ tool }) => Object.keys(tool?.destinations ?? {}).length > 0,
  'tool-approval': ({ tool }) => tool?.approval !== undefined,
  'tool-limits': ({ tool }) => tool?.limits !== undefined,
  'tool-sandbox': ({ tool }) => tool?.sandbox !== undefined,
  'retriever-acl': ({ retriever }) => retriever?.aclField !== undefined,
  'retriever-tenant': ({ retriever }) => retriever?.tenantField !== undefined,
  'mcp-pin': ({ name, manifest }) => manifest.components.mcpServers?.find(({ id }) => id === name)?.pin !== undefined,
  'agent-budget': ({ agent }) => agent?.maxSteps !== undefined,
  'dataset-provenance': ({ name, manifest }) =>
    manifest.components.datasets?.find(({ id }) => id === name)?.provenance !== undefined,
  'capture-limited': ({ manifest }) => (manifest.data?.capture ?? 'none') !== 'full',
  'residency-declared': ({ manifest }) => (manifest.data?.residency ?? []).length > 0,
}

/** Does the manifest show this measure for this element? */
function isTaken(measure: Measure, element: Element, manifest: Manifest): boolean {
  return TAKEN[measure](declaredAs(element, manifest))
}

export const THREAT_STATES = ['mitigated', 'designed', 'accepted', 'open'] as const
/** `designed`: the manifest shows the measure, no evidence does. */
export type ThreatState = (typeof THREAT_STATES)[number]

export interface Threat {
  /** `THR-004@tool:issue_refund`. */
  readonly id: string
  readonly kind: string
  readonly element: string
  readonly title: string
  readonly stride: Stride
  readonly severity: ThreatSeverity
  readonly references: readonly string[]
  readonly state: ThreatState
  readonly measures: readonly Measure[]
  readonly missingMeasures: readonly Measure[]
  /** Rules whose evidence passes. */
  readonly evidencedBy: readonly string[]
  /** Rules that would mitigate it and do not pass. */
  readonly unevidenced: readonly string[]
  readonly acceptance: ThreatAcceptance | null
}

export interface ThreatAcceptance {
  readonly threat: string
  readonly by: string
  readonly reason: string
  readonly expiresAt: number
}

/**
 * Threats of a system: every kind of the catalogue on every element where it arises. Mitigated by passing evidence;
 * with its measures declared and no evidence it is `designed`, which is no mitigation yet.
 */
export function threatsOf(
  manifest: Manifest,
  { elements }: DataFlow,
  context: {
    readonly catalogue: readonly ThreatKind[]
    readonly passedRules: ReadonlySet<string>
    readonly acceptances: readonly ThreatAcceptance[]
    readonly now: number
  },
): readonly Threat[] {
  return elements.flatMap((element) =>
    context.catalogue
      .filter(({ arises }) => arisesFor(arises, element, manifest))
      .map((kind) => threatOn(kind, element, manifest, context)),
  )
}

// oxlint-disable-next-line max-params -- kind, element, manifest and what is known
function threatOn(
  kind: ThreatKind,
  element: Element,
  manifest: Manifest,
  context: Parameters<typeof threatsOf>[2],
): Threat {
  const id = `${kind.id}@${element.id}`
  const measures = kind.measures.filter((measure) => isTaken(measure, element, manifest))
  const missingMeasures = kind.measures.filter((measure) => !measures.includes(measure))
  const evidencedBy = kind.rules.filter((rule) => context.passedRules.has(rule))
  const acceptance =
    context.acceptances.find(({ threat, expiresAt }) => threat === id && context.now < expiresAt) ?? null
  const isDesigned = kind.measures.length > 0 && missingMeasures.length === 0
  const state: ThreatState =
    evidencedBy.length > 0 && missingMeasures.length === 0
      ? 'mitigated'
      : acceptance !== null
        ? 'accepted'
        : isDesigned
          ? 'designed'
          : 'open'
  const { title, stride, severity, references } = kind
  return {
    id,
    kind: kind.id,
    element: element.id,
    title,
    stride,
    severity,
    references,
    state,
    measures,
    missingMeasures,
    evidencedBy,
    unevidenced: kind.rules.filter((rule) => !context.passedRules.has(rule)),
    acceptance,
  }
}
