import type { Manifest } from '../manifest/manifest.ts'

export interface ModelDrift {
  readonly kind: 'model'
  readonly expected: string
  readonly seen: string
}

/** Whether a provider answered as the model that it was asked for, or by a name that the manifest gives it. */
export function modelDrift({ components }: Manifest, asked: string, answered: string): ModelDrift | undefined {
  if (answered === asked) return undefined
  const known = components.models.find(({ model }) => model === asked)?.answersAs ?? []
  return known.includes(answered) ? undefined : { kind: 'model', expected: asked, seen: answered }
}

/** What a drifted answer leads to: customers get none of it where the release was decided on; elsewhere it is an alarm. */
export function isDriftRefused(tier: 'T1' | 'T2' | 'T3', environment: string): boolean {
  return tier === 'T1' && environment !== 'local'
}
