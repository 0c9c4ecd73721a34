import { canonicalJson, canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import type { Sha256 } from '../../base/digest.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { Manifest, McpServer, Tier, Tool } from '../manifest/manifest.ts'
import { descriptorPin, pinDescriptors, type McpDescriptor } from './mcp-pins.ts'

/** The id of an MCP server's tool: what rules, kill switches and records call it. */
export function mcpToolId(server: string, name: string): string {
  return `${server}__${name}`
}

export function mcpServerOf(manifest: Manifest, server: string): McpServer | undefined {
  return manifest.components.mcpServers?.find(({ id }) => id === server)
}

/** The manifest with a tool for each that its servers declare by effect alone; one under `tools` says more and stays. */
export function withMcpTools(manifest: Manifest): Manifest {
  const { tools = [], mcpServers = [] } = manifest.components
  const known = new Set(tools.map(({ id }) => id))
  const more: Tool[] = mcpServers.flatMap(({ id: server, tools: declared = {} }) =>
    Object.entries(declared).flatMap(([name, { effect }]) => {
      const id = mcpToolId(server, name)
      return known.has(id) ? [] : [{ id, schema: '', effect }]
    }),
  )
  return more.length === 0
    ? manifest
    : { ...manifest, components: { ...manifest.components, tools: [...tools, ...more] } }
}

export interface McpRefusal {
  readonly rule: 'mcp/name' | 'mcp/listed-twice' | 'mcp/not-declared' | 'mcp/not-pinned' | 'mcp/drift' | 'mcp/instructs'
  readonly reason: string
}

export interface McpRelease {
  readonly manifest: Manifest
  readonly tier: Tier
  /** Canonical JSON of each declared tool's argument schema. */
  readonly toolSchemas: ReadonlyMap<string, string>
  /** People have waived the pins for now: what differs is an alarm in every tier. */
  readonly isDriftWaived?: boolean | undefined
}

export interface McpOffer {
  readonly id: string
  readonly descriptor: JsonObject
  /** What is not as the release has it, where its tier or a waiver lets it pass with an alarm. */
  readonly alarm: McpRefusal | undefined
  /** The descriptor is the one that was proven: its schema may be compiled. */
  readonly isPinned: boolean
}

export type McpJudgement = Result<McpOffer, McpRefusal & { readonly name: string }>

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

/**
 * Which live descriptors are the release's: declared, and the same as their pins, schemas and descriptions where the release
 * has them. What differs is refused by T1 and T2 unless that is waived, and an alarm in T3.
 */
export function judgeMcpDescriptors(
  release: McpRelease,
  server: string,
  descriptors: readonly JsonObject[],
  sha256: Sha256,
): readonly McpJudgement[] {
  const declared = mcpServerOf(release.manifest, server)
  const readable = descriptors.filter((descriptor) => canonicalJson(descriptor).ok)
  const isWholeSame =
    declared?.pin === undefined ||
    (readable.length === descriptors.length &&
      pinDescriptors(readable as unknown as readonly McpDescriptor[], sha256).whole === declared.pin)
  const names = new Set<string>()
  return descriptors.map((descriptor) => {
    const name = typeof descriptor['name'] === 'string' ? descriptor['name'].slice(0, NAME_CHARS_MAX) : ''
    const refuse = (refusal: McpRefusal): McpJudgement => fail({ ...refusal, name })
    if (!NAME.test(name)) return refuse({ rule: 'mcp/name', reason: 'its name could be taken for another one' })
    if (names.has(name)) return refuse({ rule: 'mcp/listed-twice', reason: 'the server lists its name twice' })
    names.add(name)
    const id = mcpToolId(server, name)
    const tool = withMcpTools(release.manifest).components.tools?.find((candidate) => candidate.id === id)
    if (declared === undefined || tool === undefined)
      return refuse({ rule: 'mcp/not-declared', reason: 'the release declares no such tool' })
    const pins = { own: ownPin(declared, name), schema: release.toolSchemas.get(id), isWholeSame }
    const drift = driftOfTool(descriptor, tool, pins, sha256)
    const isNamed = pins.own !== undefined || pins.schema !== undefined || declared.pin !== undefined
    const refusal: McpRefusal | undefined =
      drift !== undefined
        ? { rule: 'mcp/drift', reason: drift }
        : isNamed
          ? undefined
          : { rule: 'mcp/not-pinned', reason: 'no pin of the release names it' }
    if (refusal !== undefined && release.tier !== 'T3' && release.isDriftWaived !== true) return refuse(refusal)
    return ok({ id, descriptor, alarm: refusal, isPinned: refusal === undefined })
  })
}

const NAME_CHARS_MAX = 200

function ownPin({ tools = {} }: McpServer, name: string): string | undefined {
  return Object.hasOwn(tools, name) ? tools[name]?.pin : undefined
}

interface Pins {
  readonly own: string | undefined
  readonly schema: string | undefined
  readonly isWholeSame: boolean
}

// oxlint-disable-next-line max-params -- what is live, what was declared, what was pinned, and the hash
function driftOfTool(descriptor: JsonObject, tool: Tool, pins: Pins, sha256: Sha256): string | undefined {
  if (!canonicalJson(descriptor).ok) return 'its descriptor has no canonical form'
  if (pins.own !== undefined && pins.own !== descriptorPin(descriptor, sha256))
    return 'its descriptor is not the pinned one'
  if (pins.own === undefined && !pins.isWholeSame) return 'the descriptors of the server are not the pinned ones'
  if (pins.schema !== undefined && pins.schema !== canonicalJsonOf(descriptor['inputSchema'] ?? null))
    return 'its input schema is not that of the release'
  if (tool.description !== undefined && tool.description !== descriptor['description'])
    return 'its description is not that of the release'
  return undefined
}
