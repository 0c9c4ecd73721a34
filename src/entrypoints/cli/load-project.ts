import { resolve } from 'node:path'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { projectFolder } from '../../adapters/files/project-folder.ts'
import { loadRelease, MANIFEST_FILE, type LoadedRelease } from '../../application/release/load-release.ts'
import type { ProjectFiles } from '../../application/release/project-files.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { parseManifest } from '../../contract/manifest/parse-manifest.ts'

export interface LoadedProject extends LoadedRelease {
  readonly folder: string
  readonly files: ProjectFiles
  readonly manifestFile: string
}

export async function loadProject(
  workingFolder: string,
  project: string,
  manifestFile: string = MANIFEST_FILE,
): Promise<Result<LoadedProject, readonly Problem[]>> {
  const folder = resolve(workingFolder, project)
  const files = projectFolder(folder)
  const loaded = await loadRelease({ files, sha256: nodeSha256, parseManifest }, manifestFile)
  return loaded.ok ? ok({ ...loaded.value, folder, files, manifestFile }) : loaded
}
