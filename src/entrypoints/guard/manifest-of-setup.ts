import type { Manifest } from '../../domain/manifest/manifest.ts'
import type { GuardSetup } from './guard-setup.ts'

/** The tools as a manifest: authorisation and withholding read nothing else of it. */
export function manifestOf({ tools, guard }: GuardSetup): Manifest {
  return {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'AISystem',
    metadata: { name: 'embedded', version: '0.0.0', owner: 'embedded' },
    intake: {
      purpose: 'embedded guard',
      audience: 'internal-team',
      domain: 'embedded',
      dataClasses: ['internal'],
      autonomy: 'acts',
    },
    components: {
      models: [],
      tools: (tools ?? []).map((tool) => ({ ...tool, schema: `${tool.id}.json` })),
    },
    guard,
    environments: {},
  }
}
