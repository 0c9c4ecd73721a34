import { digestOfJson, type Digest, type Sha256 } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'

/** What a Model Context Protocol server says about a tool; all of it reaches the model, so all of it is pinned. */
export interface McpDescriptor {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: JsonObject
  readonly annotations?: JsonObject | undefined
  readonly title?: string | undefined
  readonly outputSchema?: JsonObject | undefined
}

/** Digests of a server's descriptors, one by one and of the whole set. */
export interface McpPins {
  readonly whole: Digest
  readonly tools: Readonly<Record<string, Digest>>
}

export type McpDrift = { readonly tool: string; readonly change: 'added' | 'removed' | 'changed' | 'declared-twice' }

/** Digest of everything that a descriptor says, in canonical form (RFC 8785); `_meta` may differ from reply to reply. */
export function descriptorPin(descriptor: JsonObject, sha256: Sha256): Digest {
  return digestOfJson(
    sha256,
    Object.fromEntries(Object.entries(descriptor).filter(([name, value]) => name !== '_meta' && value !== undefined)),
  )
}

const digestOf = (descriptor: McpDescriptor, sha256: Sha256): Digest =>
  descriptorPin(descriptor as unknown as JsonObject, sha256)

/** The order in which a server lists its tools does not matter. */
export function pinDescriptors(descriptors: readonly McpDescriptor[], sha256: Sha256): McpPins {
  const entries = descriptors.map((descriptor) => [descriptor.name, digestOf(descriptor, sha256)] as const)
  const tools = Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)))
  return { whole: digestOfJson(sha256, tools), tools }
}

/** What differs from what was pinned, per tool; empty where nothing does. A name that stands twice is drift. */
export function driftOf(pins: McpPins, live: readonly McpDescriptor[], sha256: Sha256): readonly McpDrift[] {
  const drift: McpDrift[] = []
  const seen = new Set<string>()
  for (const descriptor of live) {
    const pinned = Object.hasOwn(pins.tools, descriptor.name) ? pins.tools[descriptor.name] : undefined
    if (seen.has(descriptor.name)) drift.push({ tool: descriptor.name, change: 'declared-twice' })
    else if (pinned === undefined) drift.push({ tool: descriptor.name, change: 'added' })
    else if (pinned !== digestOf(descriptor, sha256)) drift.push({ tool: descriptor.name, change: 'changed' })
    seen.add(descriptor.name)
  }
  for (const tool of Object.keys(pins.tools)) if (!seen.has(tool)) drift.push({ tool, change: 'removed' })
  return drift
}
