import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { RecordScope } from '../../../src/entrypoints/sdk/index.ts'
import { loadKnowledgeBase, type KbDocument } from './knowledge-base.ts'

export interface Order {
  readonly id: string
  readonly tenant: string
  readonly customer: string
  readonly status: string
  readonly items: readonly { readonly name: string; readonly qty: number; readonly price: number }[]
  readonly total: number
  readonly placedAt: string
  readonly carrier: string
  readonly tracking: string
}

/** What the application reads of its own release. */
export interface AppRelease {
  readonly version: string
  readonly model: string
  readonly promptTemplate: string
  readonly scope: RecordScope
  /** 1.0 looked orders up by their number alone; since 1.1 a customer finds only their own. */
  readonly isOrderScoped: boolean
  readonly tools: readonly {
    readonly name: string
    readonly description: string
    readonly parameters: Record<string, unknown>
  }[]
  readonly documents: readonly KbDocument[]
  readonly orders: readonly Order[]
}

interface ManifestView {
  readonly metadata: { readonly version: string }
  readonly components: {
    readonly models: readonly { readonly model: string }[]
    readonly prompts: readonly { readonly path: string }[]
    readonly retrievers: readonly { readonly tenantField?: string; readonly aclField?: string }[]
    readonly tools: readonly { readonly id: string; readonly schema: string; readonly description: string }[]
  }
}

export function loadAppRelease(folder: string, manifestFile: string): AppRelease {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const { metadata, components } = parse(read(manifestFile)) as ManifestView
  const [retriever] = components.retrievers
  return {
    version: metadata.version,
    model: components.models[0]?.model ?? '',
    promptTemplate: read(components.prompts[0]?.path ?? ''),
    scope: { tenantField: retriever?.tenantField, aclField: retriever?.aclField, sharedTenant: 'shared' },
    isOrderScoped: metadata.version !== '1.0.0',
    tools: components.tools.map(({ id, schema, description }) => ({
      name: id,
      description,
      parameters: JSON.parse(read(schema)) as Record<string, unknown>,
    })),
    documents: loadKnowledgeBase(join(folder, 'kb')),
    orders: JSON.parse(read('data/orders.json')) as Order[],
  }
}
