import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { contentFolder } from '../../adapters/files/content-folder.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { digestOfBytes, type Digest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parsePack } from '../../contract/policy/parse-pack.ts'
import type { PolicyPack, Severity } from '../../domain/policy/policy-pack.ts'

/** Every pack of the package, parsed and tested. */
export async function shippedPacks(): Promise<Result<readonly PolicyPack[], readonly Problem[]>> {
  const folder = contentFolder('policies')
  const engine = celEngine()
  const packs: PolicyPack[] = []
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.yaml')).toSorted()) {
    const pack = parsePack(nodeSha256, engine, `policies/${name}`, await readFile(join(folder, name), 'utf8'))
    if (!pack.ok) return pack
    packs.push(pack.value)
  }
  return ok(packs)
}

/** Digests of the packs of the package: installing it was trusting them. */
export async function shippedDigests(): Promise<ReadonlySet<Digest>> {
  const folder = contentFolder('policies')
  const names = (await readdir(folder)).filter((file) => file.endsWith('.yaml'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name))))
  return new Set(texts.map((bytes) => digestOfBytes(nodeSha256, bytes)))
}

export async function shippedSeverities(): Promise<Result<ReadonlyMap<string, Severity>, Problem>> {
  const packs = await shippedPacks()
  if (!packs.ok) return fail(packs.failure[0] ?? { code: 'policy/not-found', message: 'the package has no packs' })
  return ok(new Map(packs.value.flatMap(({ rules }) => rules.map(({ id, severity }) => [id, severity] as const))))
}
