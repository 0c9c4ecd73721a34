import { estimateEach } from '../../../adapters/tokens/estimate-tokens.ts'
import { checkJourneys, scanSecrets } from '../../../application/evaluation/builtin-checks.ts'
import { checkPrompts } from '../../../application/prompt/lint-prompts.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import type { ProjectFiles } from '../../../application/release/project-files.ts'
import { ok } from '../../../base/result.ts'
import type { Release } from '../../../domain/release/release.ts'
import type { PreparedGate } from './prepare-gate.ts'

export interface PlantedFault {
  readonly what: string
  readonly isNoticed: boolean
}

/** Put together here, so that no scan of this source finds it. No account has it. */
const SECRET = ['AKIA', 'Q3EGR7', 'WXN5LZT2PD'].join('')

/**
 * Runs a built-in check on the project with a fault that it is there to find. Undefined where a fault cannot be planted without
 * changing what the check is given: metadata is tested by the declarations that are taken away, notices and versions by their own runs.
 */
export async function runBuiltinOnPlanted(
  { project, inputs }: PreparedGate,
  { spec }: PlannedCheck,
): Promise<PlantedFault | undefined> {
  if (spec.kind !== 'builtin') return undefined
  const { release } = inputs
  switch (spec.name) {
    case 'secret-scan': {
      const files = withSecret(project.files, project.manifestFile)
      const { failures } = await scanSecrets(release, files, project.manifestFile)
      const planted = failures.some(({ file }) => file === project.manifestFile)
      return { what: `a key stands in ${project.manifestFile}`, isNoticed: planted }
    }
    case 'prompt-lint': {
      const [prompt] = Object.keys(release.prompts)
      if (prompt === undefined) return undefined
      const { failures } = await checkPrompts(withPrompt(release, prompt), estimateEach)
      return { what: `a key stands in prompt \`${prompt}\``, isNoticed: failures.length > 0 }
    }
    case 'journey-coverage': {
      if ((release.manifest.journeys ?? []).length === 0) return undefined
      const { manifestFile, source } = project
      const { failures } = checkJourneys(release, { declared: [], read: [] }, manifestFile, (path) =>
        source.positionOf(path),
      )
      return { what: 'no suite has a case for a journey', isNoticed: failures.length > 0 }
    }
    case 'metadata':
    case 'model-version':
    case 'notices':
      return undefined
  }
}

function withSecret(files: ProjectFiles, planted: string): ProjectFiles {
  return {
    ...files,
    list: (path) => files.list(path),
    digestOf: (path) => files.digestOf(path),
    readText: async (path) => {
      const text = await files.readText(path)
      return text.ok && path === planted ? ok(`${text.value}\n# ${SECRET}\n`) : text
    },
  }
}

function withPrompt(release: Release, prompt: string): Release {
  return { ...release, prompts: { ...release.prompts, [prompt]: `${release.prompts[prompt] ?? ''}\n${SECRET}\n` } }
}
