import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { utf8 } from '../../../base/bytes.ts'
import { digestOfBytes, digestOfJson, type Digest } from '../../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseAttacks, parseTwins } from '../../../contract/redteam/parse-catalogue.ts'
import type { AttackCase, BenignTwin, Catalogue } from '../../../domain/redteam/attack-case.ts'
import { contentFolder } from '../../../adapters/files/content-folder.ts'

export interface LoadedCatalogue extends Catalogue {
  /** Of every file, by name. */
  readonly digest: Digest
}

/** The catalogue that the package ships: `attacks/*.jsonl` and `twins.jsonl` below `catalog/redteam`. */
export async function loadCatalogue(): Promise<Result<LoadedCatalogue, readonly Problem[]>> {
  const folder = join(contentFolder('catalog'), 'redteam')
  const names = (await readdir(join(folder, 'attacks'))).filter((name) => name.endsWith('.jsonl')).toSorted()
  const attacks: AttackCase[] = []
  const twins: BenignTwin[] = []
  const digests: [string, Digest][] = []
  const problems: Problem[] = []
  for (const name of [...names.map((file) => `attacks/${file}`), 'twins.jsonl']) {
    const text = await readFile(join(folder, name), 'utf8')
    digests.push([name, digestOfBytes(nodeSha256, utf8(text))])
    const source = { file: `catalog/redteam/${name}`, text }
    if (name === 'twins.jsonl') collect(parseTwins(source), twins, problems)
    else collect(parseAttacks(source), attacks, problems)
  }
  return problems.length > 0 ? fail(problems) : ok({ attacks, twins, digest: digestOfJson(nodeSha256, digests) })
}

function collect<Value>(
  parsed: Result<readonly Value[], readonly Problem[]>,
  values: Value[],
  problems: Problem[],
): void {
  if (parsed.ok) values.push(...parsed.value)
  else problems.push(...parsed.failure)
}
