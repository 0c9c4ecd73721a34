import type { SourcePosition } from '../../base/result.ts'
import { detectSecrets } from '../../domain/detection/secrets/detect-secrets.ts'
import { coverJourneys, describeGap } from '../../domain/journey/cover-journeys.ts'
import type { Suite } from '../../domain/evaluation/suite.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import { metadataGaps } from '../../domain/manifest/metadata-gaps.ts'
import { componentPaths } from '../../domain/release/build-release.ts'
import type { CheckFailure } from '../../domain/release/evidence.ts'
import type { Release } from '../../domain/release/release.ts'
import type { ProjectFiles } from '../release/project-files.ts'

export interface BuiltinResult {
  readonly failures: readonly CheckFailure[]
  readonly looked: number
}

/** Secrets in the manifest and in every component file. A file that cannot be read is a finding: it was not looked at. */
export async function scanSecrets(release: Release, files: ProjectFiles, manifestFile: string): Promise<BuiltinResult> {
  const paths = new Set([manifestFile])
  for (const { path } of componentPaths(release.manifest)) {
    const listed = await files.list(path)
    if (listed.ok) for (const file of listed.value) paths.add(file)
  }
  const failures: CheckFailure[] = []
  for (const path of paths) {
    const text = await files.readText(path)
    if (!text.ok) {
      if (text.failure.code !== 'files/not-utf8')
        failures.push({ id: path, file: path, line: 1, why: text.failure.message, risks: [] })
      continue
    }
    for (const match of detectSecrets(text.value)) {
      const line = text.value.slice(0, match.start).split('\n').length
      failures.push({
        id: `${path}:${line}`,
        file: path,
        line,
        why: `holds what looks like a ${match.detector.replace('secret/', '')}`,
        risks: ['LLM02'],
      })
    }
  }
  return { failures, looked: paths.size }
}

export function checkMetadata(
  release: Release,
  tier: Tier,
  manifestFile: string,
  positionOf: (path: readonly (string | number)[]) => SourcePosition,
): BuiltinResult {
  const failures = metadataGaps(release.manifest, tier).map(({ path, why }) => ({
    id: path.join('.'),
    file: manifestFile,
    line: positionOf(path).line,
    why,
    risks: [],
  }))
  return { failures, looked: 1 }
}

/** Journeys of the manifest that the cases of the suites do not cover; `read` are the suites that some check runs. */
export function checkJourneys(
  release: Release,
  suites: { readonly declared: readonly Suite[]; readonly read: readonly Suite[] },
  manifestFile: string,
  positionOf: (path: readonly (string | number)[]) => SourcePosition,
): BuiltinResult {
  const journeys = release.manifest.journeys ?? []
  const ids = new Set(suites.read.map(({ id }) => id))
  const unread = suites.declared.filter(({ id }) => !ids.has(id))
  const covered = coverJourneys(journeys, [
    ...suites.read.map((suite) => ({ ...suite, isRead: true })),
    ...unread.map((suite) => ({ ...suite, isRead: false })),
  ])
  const failures = covered.flatMap(({ journey, gaps }, index) =>
    gaps.length === 0
      ? []
      : [
          {
            id: journey.id,
            file: manifestFile,
            line: positionOf(['journeys', index]).line,
            why: `${journey.risk} risk: ${gaps.map(describeGap).join('; ')}`,
            risks: journey.risks ?? [],
          },
        ],
  )
  return { failures, looked: journeys.length }
}
