import type { Manifest, Tier } from './manifest.ts'

export interface MetadataGap {
  readonly path: readonly (string | number)[]
  readonly why: string
}

/** What a reviewer would have to ask for, by tier. */
export function metadataGaps(manifest: Manifest, tier: Tier): readonly MetadataGap[] {
  const gaps: MetadataGap[] = []
  const need = (isPresent: boolean, path: readonly (string | number)[], why: string): void => {
    if (!isPresent) gaps.push({ path, why })
  }
  const { metadata, intake, components, data } = manifest
  need(metadata.title !== undefined, ['metadata'], 'metadata.title is missing')
  need(metadata.contacts?.security !== undefined, ['metadata'], 'metadata.contacts.security is missing')
  if (intake.dataClasses.some((dataClass) => dataClass === 'pii' || dataClass === 'special-category'))
    need(
      metadata.contacts?.privacy !== undefined,
      ['metadata'],
      'personal data is handled and metadata.contacts.privacy is missing',
    )
  if (tier !== 'T3') {
    need(intake.regions !== undefined && intake.regions.length > 0, ['intake'], 'intake.regions is missing')
    need(intake.aiActRole !== undefined, ['intake'], 'intake.aiActRole is missing')
    need(data?.retentionDays !== undefined, ['data'], 'data.retentionDays is missing')
    need(data?.capture !== undefined, ['data'], 'data.capture is missing')
  }
  if (tier === 'T1') need((manifest.journeys ?? []).length > 0, ['journeys'], 'no critical journey is declared')
  for (const [index, dataset] of (components.datasets ?? []).entries()) {
    need(dataset.license !== undefined, ['components', 'datasets', index], `dataset \`${dataset.id}\` has no license`)
    need(
      dataset.provenance !== undefined,
      ['components', 'datasets', index],
      `dataset \`${dataset.id}\` has no provenance`,
    )
  }
  return gaps
}
