import { ed25519Verifier } from '../../adapters/crypto/ed25519.ts'
import { regoTestProblems } from '../../application/release/ask-rego.ts'
import type { OwnerNode } from '../../application/state/owner-node.ts'
import { bytesOfBase64 } from '../../base/bytes.ts'
import { digestOfBytes } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { verifyPackSignature, type PackTrust } from '../../contract/policy/pack-signature.ts'
import { parseTrustFile } from '../../contract/trust/trust-file.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import { shippedDigests } from './shipped-packs.ts'

export interface OfferedPack {
  readonly file: string
  readonly text: string
  readonly signature?: string | undefined
  readonly bundle?: string | undefined
}

export interface AdmittedPacks {
  readonly packs: readonly PolicyPack[]
  readonly bundles: ReadonlyMap<string, Uint8Array>
}

type Node = Pick<OwnerNode, 'parsePack' | 'sha256' | 'clock' | 'engine' | 'rego'> & { trustText(): Promise<string> }

/**
 * Packs that may decide here: each parsed and tested, its bundle the one that it names. Where the owner's trust file holds keys
 * for `policy`, a pack that is not the package's own must be signed by one of them.
 */
export async function admitPacks(node: Node, offered: readonly OfferedPack[]): Promise<Result<AdmittedPacks, Problem>> {
  const trust = await trustOf(node)
  if (!trust.ok) return trust
  const packs: PolicyPack[] = []
  const bundles = new Map<string, Uint8Array>()
  for (const { file, text, signature, bundle } of offered) {
    const parsed = node.parsePack(file, text)
    if (!parsed.ok) return fail(parsed.failure[0] ?? { code: 'policy/syntax', message: `\`${file}\` cannot be read` })
    const pack = parsed.value
    if (packs.some(({ id }) => id === pack.id)) return fail(twice(pack))
    const signed = await checkSignature(pack, signature, trust.value)
    if (!signed.ok) return signed
    const bytes = bundle === undefined ? undefined : bytesOfBase64(bundle)
    const problem = bundleProblem(node, pack, bytes) ?? (await regoTestProblems(node, pack, bytes))[0]
    if (problem !== undefined) return fail(problem)
    packs.push(pack)
    if (bytes !== undefined && pack.engine !== undefined) bundles.set(pack.id, bytes)
  }
  return ok({ packs, bundles })
}

async function trustOf(node: Node): Promise<Result<PackTrust, Problem>> {
  const parsed = parseTrustFile(node.sha256, await node.trustText())
  return parsed.ok ? ok({ keys: parsed.value.keys, verifierOf: ed25519Verifier, now: node.clock() }) : parsed
}

async function checkSignature(
  pack: PolicyPack,
  signature: string | undefined,
  trust: PackTrust,
): Promise<Result<unknown, Problem>> {
  // A key for `policy` that has ended still asks for a signature: else waiting would open the gate.
  const isAsked = trust.keys.some(({ purpose }) => purpose === 'policy')
  if (!isAsked || (await shippedDigests()).has(pack.digest)) return ok(undefined)
  return verifyPackSignature(pack, signature, trust)
}

/** The bundle that came along is the one whose digest stands in the pack. */
export function bundleProblem(
  { sha256 }: Pick<OwnerNode, 'sha256'>,
  { engine, file, id }: PolicyPack,
  bundle: Uint8Array | undefined,
): Problem | undefined {
  if (engine?.kind !== 'opa-bundle') return undefined
  if (bundle !== undefined && digestOfBytes(sha256, bundle) === engine.digest) return undefined
  return {
    code: 'policy/bundle',
    message:
      bundle === undefined
        ? `the bundle \`${engine.file}\` of pack \`${id}\` is not beside it`
        : `the bundle \`${engine.file}\` is not the one whose digest stands in pack \`${id}\``,
    next: 'write the digest of the bundle into `metadata.engine.digest` (sha256sum)',
    at: { file, line: 1, column: 1 },
  }
}

function twice({ id, file }: PolicyPack): Problem {
  return {
    code: 'policy/duplicate-pack',
    message: `pack \`${id}\` is given twice`,
    next: 'name it once in `policies`',
    at: { file, line: 1, column: 1 },
  }
}
