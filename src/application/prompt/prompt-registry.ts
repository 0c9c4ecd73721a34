import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Manifest, Slot } from '../../domain/manifest/manifest.ts'
import type { PromptLabel } from '../../domain/prompt/prompt-label.ts'
import type { ComponentDigest } from '../../domain/release/release.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'

/** One version of a prompt: what releases held under its id, by digest of declaration and file. */
export interface PromptVersion {
  readonly system: string
  readonly promptId: string
  readonly digest: Digest
  readonly text: string
  readonly slots: Readonly<Record<string, Slot>>
  readonly firstSeenAt: EpochMs
  /** Oldest first. */
  readonly releases: readonly { readonly digest: Digest; readonly version: string; readonly at: EpochMs }[]
  readonly labels: readonly string[]
}

/** Every version of every prompt of a system, newest first. The releases that the state knows are the only source. */
export async function promptVersions(node: OwnerNode, system: string): Promise<readonly PromptVersion[]> {
  const releases = (await listAll(node.store, 'releases', { system })).toReversed()
  const labels = await promptLabels(node, system)
  const versions = new Map<string, PromptVersion>()
  for (const record of releases)
    for (const version of versionsIn(record)) {
      const key = `${version.promptId} ${version.digest}`
      const known = versions.get(key)
      const held = labels.filter(
        ({ promptId, current }) => promptId === version.promptId && current.prompt === version.digest,
      )
      versions.set(
        key,
        known === undefined
          ? { ...version, labels: held.map(({ label }) => label).toSorted() }
          : { ...known, releases: [...known.releases, ...version.releases] },
      )
    }
  return [...versions.values()].toReversed()
}

function versionsIn(record: StateRecord): readonly PromptVersion[] {
  const { manifest, prompts, components, version } = record.document as unknown as {
    readonly manifest: Manifest
    readonly prompts: Readonly<Record<string, string>>
    readonly components: readonly ComponentDigest[]
    readonly version: string
  }
  return components
    .filter(({ kind }) => kind === 'prompt')
    .map(({ id, digest }) => ({
      system: record.system,
      promptId: id,
      digest,
      text: prompts[id] ?? '',
      slots: manifest.components.prompts?.find((prompt) => prompt.id === id)?.slots ?? {},
      firstSeenAt: record.at,
      releases: [{ digest: record.id as Digest, version, at: record.at }],
      labels: [],
    }))
}

export async function promptLabels(node: OwnerNode, system: string): Promise<readonly PromptLabel[]> {
  return (await listAll(node.store, 'prompt_labels', { system })).map(
    ({ document }) => document as unknown as PromptLabel,
  )
}

/** Digits of a digest that name a version where no other begins alike. */
const PREFIX_MIN = 6

/** The version that a reference names: a digest, its beginning, or a label. */
export async function findPromptVersion(
  node: OwnerNode,
  { system, prompt, reference }: { readonly system: string; readonly prompt: string; readonly reference: string },
): Promise<Result<PromptVersion, Problem>> {
  const all = (await promptVersions(node, system)).filter(({ promptId }) => promptId === prompt)
  const digits = reference.replace(/^sha256:/, '')
  const isDigest = digits.length >= PREFIX_MIN && /^[0-9a-f]+$/.test(digits)
  const found = all.filter(
    ({ digest, labels }) => labels.includes(reference) || (isDigest && digest.startsWith(`sha256:${digits}`)),
  )
  const [first] = found
  if (first !== undefined && found.length === 1) return ok(first)
  return fail({
    code: found.length > 1 ? 'prompt/ambiguous' : 'prompt/unknown',
    message:
      found.length > 1
        ? `\`${reference}\` begins ${found.length} versions of prompt \`${prompt}\``
        : `no version \`${reference}\` of prompt \`${prompt}\` of \`${system}\` is known`,
    next: `see \`gatehouse prompt list -s ${system}\`; a version is known once its release was gated`,
  })
}
