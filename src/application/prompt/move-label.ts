import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { movedLabel, rolledBackLabel, type LabelTarget, type PromptLabel } from '../../domain/prompt/prompt-label.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { personOf } from '../governance/rights.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { findPromptVersion, type PromptVersion } from './prompt-registry.ts'

export interface PromoteInput {
  readonly system: string
  readonly prompt: string
  readonly reference: string
  readonly label: string
  readonly environment: string
  readonly note: string
}

/** Points a label at a version: only one that stands in a release whose newest verdict for the environment is a pass. */
export async function promotePrompt(
  node: OwnerNode,
  principal: Principal,
  input: PromoteInput,
): Promise<Result<PromptLabel, Problem>> {
  return node.recorder.exclusive(async () => {
    const { system, prompt, label, environment } = input
    const version = await findPromptVersion(node, input)
    if (!version.ok) return version
    const passed = await passingVerdict(node, version.value, environment, label)
    if (!passed.ok) return passed
    const id = `${system}/${prompt}/${label}`
    const known = await knownLabel(node, id)
    const target: LabelTarget = {
      prompt: version.value.digest,
      releaseDigest: passed.value.releaseDigest,
      verdict: passed.value.id,
      environment,
      by: personOf(principal),
      at: node.clock(),
      note: input.note,
    }
    return store(node, principal, 'prompt.promoted', movedLabel({ id, system, promptId: prompt, label }, known, target))
  })
}

async function passingVerdict(
  node: OwnerNode,
  version: PromptVersion,
  environment: string,
  label: string,
): Promise<Result<StoredVerdict, Problem>> {
  const why: string[] = []
  for (const { digest, version: name } of version.releases.toReversed()) {
    const record = await node.store.get('releases', digest)
    const declared = (record?.document['manifest'] as unknown as Manifest | undefined)?.environments ?? {}
    // A label named like an environment promises what that environment asks for.
    if (Object.hasOwn(declared, label) && label !== environment)
      return fail({
        code: 'prompt/environment',
        message: `label \`${label}\` is the name of an environment, and the verdict asked for is that of \`${environment}\``,
        next: `promote with --env ${label}`,
      })
    const [newest] = await node.store.list('verdicts', {
      system: version.system,
      releaseDigest: digest,
      topic: environment,
      limit: 1,
    })
    if (newest === undefined) {
      why.push(`release ${name} has no verdict for \`${environment}\``)
      continue
    }
    const verdict = newest.document as unknown as StoredVerdict
    if (verdict.verdict === 'released' && node.clock() < verdict.validUntil) return ok({ ...verdict, id: newest.id })
    why.push(`release ${name} is ${verdict.verdict === 'released' ? 'past its day' : verdict.verdict}`)
  }
  return fail({
    code: 'prompt/not-released',
    message: `no release with this version has passed its gate for \`${environment}\`: ${why.join('; ')}`,
    next: `run \`gatehouse gate --env ${environment}\` on a project that holds it`,
  })
}

/** Takes a label one step back. The step must not have been blocked since; that its verdict is old does not hold it up. */
export async function rollBackPrompt(
  node: OwnerNode,
  principal: Principal,
  input: { readonly system: string; readonly prompt: string; readonly label: string; readonly note: string },
): Promise<Result<PromptLabel, Problem>> {
  return node.recorder.exclusive(async () => {
    const id = `${input.system}/${input.prompt}/${input.label}`
    const known = await knownLabel(node, id)
    const back = known === undefined ? undefined : rolledBackLabel(known, personOf(principal), node.clock(), input.note)
    if (back === undefined)
      return fail({
        code: 'prompt/no-way-back',
        message: known === undefined ? `no label \`${id}\` is known` : `\`${id}\` has pointed at nothing before`,
        next: 'promote another version: gatehouse prompt promote',
      })
    const { releaseDigest, environment } = back.current
    const [newest] = await node.store.list('verdicts', {
      system: input.system,
      releaseDigest,
      topic: environment,
      limit: 1,
    })
    if (newest?.status === 'blocked')
      return fail({
        code: 'prompt/blocked-since',
        message: `the release that \`${id}\` would go back to has been blocked since`,
        next: 'promote a version that passes: gatehouse prompt promote',
      })
    return store(node, principal, 'prompt.rolled-back', back)
  })
}

async function knownLabel(node: OwnerNode, id: string): Promise<PromptLabel | undefined> {
  return (await node.store.get('prompt_labels', id))?.document as unknown as PromptLabel | undefined
}

async function store(
  node: OwnerNode,
  principal: Principal,
  type: string,
  label: PromptLabel,
): Promise<Result<PromptLabel, Problem>> {
  const { id, system, promptId, label: name, current } = label
  const entry = await node.recorder.record(type, principal.name, current.releaseDigest, {
    head: { id, system, status: name, topic: promptId },
    record: label,
  })
  return entry.ok ? ok(label) : entry
}
