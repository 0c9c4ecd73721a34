import { checkDerivation } from './check-derivation.ts'
import type { GuardConfig, Manifest } from './manifest.ts'
import { parseTemplate } from './prompt-template.ts'
import type { ReferenceProblem } from './reference-problem.ts'

type Report = (problem: ReferenceProblem) => void

/** Rules that a schema cannot say: unique ids, references that resolve, slots that fit. */
export function checkReferences(manifest: Manifest): readonly ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const report: Report = (problem) => problems.push(problem)
  checkUniqueIds(manifest, report)
  checkModels(manifest, report)
  checkAgents(manifest, report)
  checkDelegation(manifest, report)
  checkTools(manifest, report)
  problems.push(...checkDerivation(manifest.components))
  if (Object.keys(manifest.environments).length === 0)
    report({
      code: 'manifest/no-environment',
      path: ['environments'],
      message: 'no environment is declared',
      next: 'declare at least `local: {}`',
    })
  return problems
}

const KINDS = ['models', 'prompts', 'datasets', 'retrievers', 'tools', 'mcpServers', 'agents'] as const

function checkUniqueIds(manifest: Manifest, report: Report): void {
  for (const kind of ['detectors', 'rules'] as const) {
    const declared = manifest.guard?.[kind] ?? []
    for (const [index, { id }] of declared.entries())
      if (declared.findIndex((other) => other.id === id) < index)
        report({
          code: 'manifest/duplicate-id',
          path: ['guard', kind, index, 'id'],
          message: `\`${id}\` is declared twice in \`guard.${kind}\``,
          next: `give each ${kind === 'rules' ? 'rule' : 'detector'} its own id`,
        })
  }
  for (const kind of KINDS) {
    const seen = new Set<string>()
    for (const [index, component] of (manifest.components[kind] ?? []).entries()) {
      if (seen.has(component.id))
        report({
          code: 'manifest/duplicate-id',
          path: ['components', kind, index, 'id'],
          message: `\`${component.id}\` is declared twice in \`${kind}\``,
          next: 'give each component its own id',
        })
      seen.add(component.id)
    }
  }
}

function idsOf(components: readonly { readonly id: string }[] | undefined): ReadonlySet<string> {
  return new Set((components ?? []).map((component) => component.id))
}

// oxlint-disable-next-line max-params -- one problem told in full at each call
function missing(
  report: Report,
  what: string,
  id: string,
  path: readonly (string | number)[],
  known: ReadonlySet<string>,
): void {
  report({
    code: 'manifest/unknown-reference',
    path,
    message: `${what} \`${id}\` is not declared`,
    next: known.size === 0 ? `declare a ${what} first` : `use one of: ${[...known].join(', ')}`,
  })
}

function checkModels(manifest: Manifest, report: Report): void {
  const models = idsOf(manifest.components.models)
  for (const [index, model] of manifest.components.models.entries())
    for (const [position, id] of (model.fallbacks ?? []).entries())
      if (!models.has(id) || id === model.id)
        missing(report, 'model', id, ['components', 'models', index, 'fallbacks', position], models)
}

function checkAgents(manifest: Manifest, report: Report): void {
  const { components } = manifest
  const known = {
    prompts: idsOf(components.prompts),
    tools: idsOf(components.tools),
    retrievers: idsOf(components.retrievers),
  }
  const models = idsOf(components.models)
  for (const [index, agent] of (components.agents ?? []).entries()) {
    const path = ['components', 'agents', index]
    if (!models.has(agent.model)) missing(report, 'model', agent.model, [...path, 'model'], models)
    for (const kind of ['prompts', 'tools', 'retrievers'] as const)
      for (const [position, id] of (agent[kind] ?? []).entries())
        if (!known[kind].has(id)) missing(report, kind.slice(0, -1), id, [...path, kind, position], known[kind])
  }
}

/**
 * An agent hands down no tool that it lacks: at run time a sub-agent's rights are cut to its caller's, so such a tool would
 * be declared and never usable. Whoever means it declares the tool for the caller too.
 */
function checkDelegation({ components }: Manifest, report: Report): void {
  const agents = new Map((components.agents ?? []).map((agent) => [agent.id, agent]))
  for (const [index, agent] of (components.agents ?? []).entries()) {
    for (const [position, id] of (agent.delegates ?? []).entries()) {
      const path = ['components', 'agents', index, 'delegates', position]
      const delegate = id === agent.id ? undefined : agents.get(id)
      if (delegate === undefined) {
        missing(report, 'agent', id, path, new Set([...agents.keys()].filter((known) => known !== agent.id)))
        continue
      }
      const wider = (delegate.tools ?? []).filter((tool) => !(agent.tools ?? []).includes(tool))
      if (wider.length > 0)
        report({
          code: 'manifest/wider-delegate',
          path,
          message: `agent \`${agent.id}\` delegates to \`${id}\`, which holds tools that it lacks: ${wider.map((tool) => `\`${tool}\``).join(', ')}`,
          next: `declare these tools for \`${agent.id}\` too, or take them from \`${id}\``,
        })
    }
  }
}

const SOURCE = /^(?:user-message|subject\.[a-zA-Z]+|directory:[a-z][a-z0-9-]*|tool:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_]+)*)$/

function checkTools(manifest: Manifest, report: Report): void {
  const tools = idsOf(manifest.components.tools)
  for (const [index, id] of (manifest.guard?.code?.except ?? []).entries())
    if (!tools.has(id)) missing(report, 'tool', id, ['guard', 'code', 'except', index], tools)
  checkGuardTools(manifest, tools, report)
  const check = sourceCheck(tools, new Set(Object.keys(manifest.guard?.directories ?? {})), report)
  for (const [index, tool] of (manifest.components.tools ?? []).entries()) {
    const path = ['components', 'tools', index]
    for (const [position, id] of (tool.requires ?? []).entries())
      if (!tools.has(id) || id === tool.id) missing(report, 'tool', id, [...path, 'requires', position], tools)
    for (const [argument, destination] of Object.entries(tool.destinations ?? {}))
      for (const [position, source] of (destination.from ?? []).entries())
        check(source, [...path, 'destinations', argument, 'from', position])
  }
}

const GRANT_SOURCE = /^(?:user-message|subject\.(?:email|principal|tenant)|directory:[a-z][a-z0-9-]*)$/

/** Tools that `guard.opaque` and `guard.capabilities` speak of, and where granted values may come from. */
function checkGuardTools({ guard }: Manifest, tools: ReadonlySet<string>, report: Report): void {
  for (const [index, id] of (guard?.opaque?.except ?? []).entries())
    if (!tools.has(id)) missing(report, 'tool', id, ['guard', 'opaque', 'except', index], tools)
  for (const [index, { tool }] of (guard?.opaque?.reveal ?? []).entries())
    if (!tools.has(tool)) missing(report, 'tool', tool, ['guard', 'opaque', 'reveal', index, 'tool'], tools)
  checkGrants(guard, tools, report)
}

function checkGrants(guard: GuardConfig | undefined, tools: ReadonlySet<string>, report: Report): void {
  const grants = guard?.capabilities?.grants ?? []
  const directories = new Set(Object.keys(guard?.directories ?? {}))
  for (const [index, { tool, arguments: bounds = {} }] of grants.entries()) {
    const path = ['guard', 'capabilities', 'grants', index]
    if (!tools.has(tool)) missing(report, 'tool', tool, [...path, 'tool'], tools)
    if (grants.findIndex((other) => other.tool === tool) < index)
      report({
        code: 'manifest/duplicate-id',
        path: [...path, 'tool'],
        message: `\`${tool}\` is granted twice in \`guard.capabilities\``,
        next: 'put what a request gives into one grant for each tool',
      })
    for (const [argument, { from = [] }] of Object.entries(bounds))
      for (const [position, source] of from.entries())
        checkGrantSource(source, [...path, 'arguments', argument, 'from', position], { directories, report })
  }
}

function checkGrantSource(
  source: string,
  path: readonly (string | number)[],
  { directories, report }: { readonly directories: ReadonlySet<string>; readonly report: Report },
): void {
  const directory = source.startsWith('directory:') ? source.slice('directory:'.length) : undefined
  if (!GRANT_SOURCE.test(source))
    report({
      code: 'manifest/unknown-source',
      path,
      message: `\`${source}\` is not a source of a granted value`,
      next: 'use `user-message`, `subject.email`, `subject.principal`, `subject.tenant` or `directory:NAME`',
    })
  else if (directory !== undefined && !directories.has(directory))
    missing(report, 'directory', directory, path, directories)
}

/** Whether a source of a destination is one, and names a tool or directory that is declared. */
function sourceCheck(
  tools: ReadonlySet<string>,
  directories: ReadonlySet<string>,
  report: Report,
): (source: string, path: readonly (string | number)[]) => void {
  return (source, path) => {
    const [kind, name = ''] = source.split(':', 2)
    const id = kind === 'tool' ? (name.split('.', 1)[0] ?? '') : name
    if (!SOURCE.test(source))
      report({
        code: 'manifest/unknown-source',
        path,
        message: `\`${source}\` is not a source`,
        next: 'use `user-message`, `subject.FIELD`, `directory:NAME` or `tool:NAME.FIELD`',
      })
    else if (kind === 'tool' && !tools.has(id)) missing(report, 'tool', id, path, tools)
    else if (kind === 'directory' && !directories.has(id)) missing(report, 'directory', id, path, directories)
  }
}

/** Rules on a prompt file against its declared slots; the text comes from the file. */
export function checkPromptSlots(manifest: Manifest, index: number, text: string): readonly ReferenceProblem[] {
  const prompt = manifest.components.prompts?.[index]
  if (prompt === undefined) return []
  const parsed = parseTemplate(text, prompt.slots ?? {})
  if (parsed.ok) return []
  return [
    {
      code: parsed.failure.code,
      path: ['components', 'prompts', index],
      message: `prompt \`${prompt.id}\`: ${parsed.failure.message}`,
      next: parsed.failure.next,
    },
  ]
}
