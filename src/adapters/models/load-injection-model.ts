import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseLinearModel, type LinearModel } from '../../domain/detection/classifier/linear-model.ts'
import { errnoOf } from '../files/errno.ts'

const WEIGHTS = join('models', 'injection-linear-1', 'weights.bin')
const LEVELS_MAX = 6

/**
 * The classifier's weights as they are shipped with the package. Fails with `model/missing`, `model/unreadable`, or as `parseLinearModel` does; a caller that was
 * told to use the classifier must not go on without it.
 */
export function loadInjectionModel(from: string = fileURLToPath(import.meta.url)): Result<LinearModel, Problem> {
  let folder = dirname(from)
  for (let level = 0; level < LEVELS_MAX; level++, folder = dirname(folder)) {
    const read = readIfPresent(join(folder, WEIGHTS))
    if (!read.ok) return read
    if (read.value !== undefined) return parseLinearModel(read.value)
  }
  return fail({
    code: 'model/missing',
    message: `\`${WEIGHTS}\` is not in the package`,
    next: 'install the package again',
  })
}

function readIfPresent(file: string): Result<Uint8Array | undefined, Problem> {
  try {
    return ok(readFileSync(file))
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok(undefined)
    return fail({
      code: 'model/unreadable',
      message: `\`${file}\` cannot be read (${code})`,
      next: 'check its permissions',
    })
  }
}
