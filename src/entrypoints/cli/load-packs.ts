import { lstat, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { contentFolder } from '../../adapters/files/content-folder.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { BUNDLE_BYTES_MAX } from '../../adapters/policy-opa/opa-bundle.ts'
import { opaEngine } from '../../adapters/policy-opa/opa-engine.ts'
import { regoTestProblems } from '../../application/release/ask-rego.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import { SIGNATURE_CHARS_MAX } from '../../contract/policy/pack-signature.ts'
import { parsePack } from '../../contract/policy/parse-pack.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import { bundleProblem } from '../node/admit-packs.ts'

const engine = celEngine()
/** Bundles only: a remote engine is asked by the gate and by `policy test`. */
const rego = opaEngine({ endpoints: new Map() })

export interface LoadedPack {
  readonly pack: PolicyPack
  readonly text: string
  /** Of `NAME.sig.json` beside the pack. */
  readonly signature: string | undefined
  readonly bundle: Uint8Array | undefined
}

/**
 * A pack of the project (`policies/NAME.yaml`) goes before a shipped one of the same name.
 *
 * @param placeOf where the name at an index was written, for what is said of a pack that is not there
 */
export async function loadPacks(
  projectFolder: string,
  names: readonly string[],
  placeOf?: (index: number) => SourcePosition,
): Promise<Result<readonly LoadedPack[], readonly Problem[]>> {
  const packs: LoadedPack[] = []
  for (const [index, name] of names.entries()) {
    const loaded = await loadPack(projectFolder, name)
    if (!loaded.ok) return fail(loaded.failure.map((problem) => ({ at: placeOf?.(index), ...problem })))
    packs.push(loaded.value)
  }
  return ok(packs)
}

async function loadPack(projectFolder: string, name: string): Promise<Result<LoadedPack, readonly Problem[]>> {
  for (const [folder, shown] of [
    [join(projectFolder, 'policies'), 'policies'],
    [contentFolder('policies'), 'policies (shipped)'],
  ] as const) {
    const loaded = await loadPackFile(join(folder, `${name}.yaml`), `${shown}/${name}.yaml`)
    if (loaded !== undefined) return loaded
  }
  return fail([
    {
      code: 'policy/not-found',
      message: `policy pack \`${name}\` is neither in the project nor shipped`,
      next: 'correct `policies` in the manifest, or write policies/NAME.yaml',
    },
  ])
}

/** A pack with its signature and its bundle; undefined where there is no such file. */
export async function loadPackFile(
  path: string,
  shown: string,
): Promise<Result<LoadedPack, readonly Problem[]> | undefined> {
  const bytes = await readIfPresent(path)
  if (bytes === undefined) return undefined
  const text = bytes.toString('utf8')
  const parsed = parsePack(nodeSha256, engine, shown, text)
  if (!parsed.ok) return parsed
  const pack = parsed.value
  const signature = (await readIfPresent(signaturePathOf(path), SIGNATURE_CHARS_MAX))?.toString('utf8')
  const bundle =
    pack.engine?.kind === 'opa-bundle'
      ? await readIfPresent(join(dirname(path), pack.engine.file), BUNDLE_BYTES_MAX)
      : undefined
  const problem = bundleProblem({ sha256: nodeSha256 }, pack, bundle)
  const problems = problem === undefined ? await regoTestProblems({ engine, rego }, pack, bundle) : [problem]
  return problems.length > 0 ? fail(problems) : ok({ pack, text, signature, bundle })
}

/** Where the signature of a pack lies. */
export function signaturePathOf(packPath: string): string {
  return join(dirname(packPath), `${basename(packPath, '.yaml')}.sig.json`)
}

/** A file that is larger than what is allowed reads as absent: what needs it says that it is missing. */
async function readIfPresent(path: string, bytesMax = Infinity): Promise<Buffer | undefined> {
  try {
    const { size } = await lstat(path)
    return size > bytesMax ? undefined : await readFile(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    return undefined
  }
}
