import type { Problem, Result } from '../../../base/result.ts'
import { loadProject } from '../load-project.ts'
import type { Terminal } from '../terminal.ts'
import { modelIdentity, prepareGate, type PreparedGate } from './prepare-gate.ts'

/** A project and its gate as they stand in its files, for reading: no state is opened and nothing is run. */
export async function loadGate(
  terminal: Terminal,
  options: { readonly project: string; readonly manifest: string },
): Promise<Result<PreparedGate, readonly Problem[]>> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) return project
  return prepareGate(project.value, { environment: 'local', learned: [], model: modelIdentity(terminal.environment) })
}
