import { dirname, resolve } from 'node:path'
import { readTextIfPresent } from '../../adapters/files/atomic-file.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseServerConfig, type ServerConfig } from '../../contract/server/server-config.ts'
import type { Terminal } from './terminal.ts'

/** The configuration, with every secret that it names at hand, and projects found from where it lies. */
export async function readServerConfig(
  { workingFolder, environment }: Terminal,
  file: string,
): Promise<Result<ServerConfig, readonly Problem[]>> {
  const path = resolve(workingFolder, file)
  const text = await readTextIfPresent(path)
  if (text === undefined)
    return fail([{ code: 'files/not-found', message: `\`${file}\` does not exist`, next: 'correct the path' }])
  const config = parseServerConfig(file, text)
  if (!config.ok) return config
  const secret = config.value.oidc?.clientSecretFrom
  if (secret !== undefined && (environment[secret] ?? '') === '')
    return fail([
      {
        code: 'config/missing-secret',
        message: `the variable \`${secret}\` is not set`,
        next: 'set it, then start again',
      },
    ])
  const placed = <Entry extends { readonly project: string }>(entry: Entry): Entry => ({
    ...entry,
    project: resolve(dirname(path), entry.project),
  })
  const { schedules, upgrades } = config.value
  return ok({
    ...config.value,
    ...(schedules === undefined ? {} : { schedules: schedules.map(placed) }),
    ...(upgrades === undefined ? {} : { upgrades: upgrades.map(placed) }),
  })
}
