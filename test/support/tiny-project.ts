import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const SYSTEM = 'shop-bot'
export const MODEL = 'model-a'
export const PROMPT = 'You are the shop assistant. Answer in {{locale}}.\n<note>{{note}}</note>\nBe brief.\n'

/** The prompt as an application renders it. */
export function systemText(note = 'nothing special', locale = 'English'): string {
  return PROMPT.replace('{{locale}}', locale).replace('{{note}}', note)
}

export const LOOKUP_SCHEMA = {
  type: 'object',
  properties: { order: { type: 'string' } },
  required: ['order'],
  additionalProperties: false,
} as const

export const NOTE_SCHEMA = {
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
  additionalProperties: false,
} as const

export interface ManifestOptions {
  readonly version?: string
  readonly title?: string
  readonly audience?: string
  readonly preset?: string
  readonly multiTenant?: boolean
  readonly suites?: readonly string[]
  readonly policies?: readonly string[]
  readonly extra?: string
}

/** A manifest of one model, one prompt with slots and two tools; tier T1 unless the audience is internal. */
export function tinyManifest({
  version = '1.0.0',
  title = 'Shop bot',
  audience = 'customers',
  preset = 'T1',
  multiTenant = false,
  suites = [],
  policies = ['tiny'],
  extra = '',
}: ManifestOptions = {}): string {
  return `apiVersion: gatehouse.dev/v1
kind: AISystem
metadata: { name: ${SYSTEM}, title: ${JSON.stringify(title)}, version: ${version}, owner: team-shop }
intake:
  purpose: Answer questions about orders
  audience: ${audience}
  domain: general
  dataClasses: [public]
  autonomy: answers
  multiTenant: ${multiTenant}
components:
  models:
    - { id: main, provider: openai, model: ${MODEL}, fallbacks: [small] }
    - { id: small, provider: openai, model: model-b }
  prompts:
    - id: system
      path: prompts/system.md
      slots:
        locale: { type: enum, values: [English, German] }
        note: { type: text, maxLength: 2000, label: { integrity: untrusted, confidentiality: internal } }
  tools:
    - { id: lookup_order, schema: tools/lookup_order.json, effect: read, result: { integrity: curated, confidentiality: tenant } }
    - { id: save_note, schema: tools/save_note.json, effect: read, result: { integrity: curated, confidentiality: tenant } }
guard: { preset: ${preset} }
data: { capture: redacted }
environments:
  local: {}
  production: {}
${suites.length === 0 ? '' : `suites: [${suites.join(', ')}]\n`}policies: [${policies.join(', ')}]
${extra}`
}

/** A pack without suites: one rule over the manifest alone, and more if given. */
export function tinyPack(rules = ''): string {
  return `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: tiny, version: 1.0.0, title: Tiny }
rules:
  - id: GH-GRD-001
    title: The guard is on
    severity: high
    controls: [CTL-SEC-003]
    expr: manifest.guard.preset != "none"
    message: the guard is off
    fix: remove the preset none
    tests:
      - { name: on, input: { manifest: { guard: { preset: T1 } } }, expect: pass }
      - { name: off, input: { manifest: { guard: { preset: none } } }, expect: fail }
${rules}`
}

/** A rule that the version of the manifest decides: `1.0.0` fails it, anything else passes. */
export const VERSION_RULE = `  - id: GH-VER-001
    title: It is no first version
    severity: medium
    controls: [CTL-VER-1]
    expr: manifest.metadata.version != "1.0.0"
    message: a first version is not released
    fix: raise the version
    tests:
      - { name: second, input: { manifest: { metadata: { version: 2.0.0 } } }, expect: pass }
      - { name: first, input: { manifest: { metadata: { version: 1.0.0 } } }, expect: fail }
`

/** Writes the project into a folder; given files replace the usual ones. */
export async function writeTinyProject(
  folder: string,
  manifest: string = tinyManifest(),
  pack: string = tinyPack(),
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const all: Readonly<Record<string, string>> = {
    'gatehouse.yaml': manifest,
    'policies/tiny.yaml': pack,
    'prompts/system.md': PROMPT,
    'tools/lookup_order.json': JSON.stringify(LOOKUP_SCHEMA),
    'tools/save_note.json': JSON.stringify(NOTE_SCHEMA),
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}
