import { loadCatalogue } from '../../adapters/catalogue/load-catalogue.ts'
import type { Problem } from '../../base/result.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'

/**
 * Rules that name a control which neither the shipped catalogue nor that of the project has: what they show would count for
 * no control, and nobody would miss it. A catalogue that cannot be read is a problem too.
 */
export async function packControlProblems(
  projectFolder: string,
  packs: readonly PolicyPack[],
): Promise<readonly Problem[]> {
  const catalogue = await loadCatalogue(projectFolder)
  if (!catalogue.ok) return catalogue.failure
  const known = new Set(catalogue.value.controls.map(({ id }) => id))
  return packs.flatMap(({ file, rules }) =>
    rules.flatMap(({ id, line, controls }) =>
      controls
        .filter((control) => !known.has(control))
        .map((control) => ({
          code: 'policy/unknown-control',
          message: `rule \`${id}\` names control \`${control}\`, which no catalogue has`,
          next: 'correct it (`gatehouse controls list`), or write the control into catalog/controls',
          at: { file, line, column: 1 },
        })),
    ),
  )
}
