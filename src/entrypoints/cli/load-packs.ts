import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { contentFolder } from '../../adapters/files/content-folder.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parsePack } from '../../contract/policy/parse-pack.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'

const engine = celEngine()

export interface LoadedPack {
  readonly pack: PolicyPack
  readonly text: string
}

/** A pack of the project (`policies/NAME.yaml`) goes before a shipped one of the same name. */
export async function loadPacks(
  projectFolder: string,
  names: readonly string[],
): Promise<Result<readonly LoadedPack[], readonly Problem[]>> {
  const packs: LoadedPack[] = []
  for (const name of names) {
    const loaded = await loadPack(projectFolder, name)
    if (!loaded.ok) return loaded
    packs.push(loaded.value)
  }
  return ok(packs)
}

async function loadPack(projectFolder: string, name: string): Promise<Result<LoadedPack, readonly Problem[]>> {
  for (const [folder, shown] of [
    [join(projectFolder, 'policies'), 'policies'],
    [contentFolder('policies'), 'policies (shipped)'],
  ] as const) {
    try {
      const text = await readFile(join(folder, `${name}.yaml`), 'utf8')
      const parsed = parsePack(nodeSha256, engine, `${shown}/${name}.yaml`, text)
      return parsed.ok ? ok({ pack: parsed.value, text }) : parsed
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
    }
  }
  return fail([
    {
      code: 'policy/not-found',
      message: `policy pack \`${name}\` is neither in the project nor shipped`,
      next: 'correct `policies` in the manifest, or write policies/NAME.yaml',
    },
  ])
}
