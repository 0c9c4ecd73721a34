import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { openKeyFolder } from '../../../adapters/keys/key-folder.ts'
import { derivedSecrets } from '../../node/derived-secrets.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { ORGANIZATION } from '../session.ts'
import { stateFolderOf } from '../state-folder.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse credentials`: what a gateway and an application of this state folder need, as environment lines. */
export async function credentialsCommand(
  terminal: Terminal,
  options: {
    readonly system: string
    readonly env: string
    readonly state?: string | undefined
    readonly json: boolean
  },
): Promise<number> {
  const stateFolder = stateFolderOf(terminal, options.state)
  const folder = join(stateFolder, 'keys')
  if (!existsSync(folder)) {
    reportProblems(terminal, [
      {
        code: 'credentials/no-state',
        message: `\`${stateFolder}\` has no keys yet`,
        next: 'run `gatehouse gate` first, or name the folder with --state',
      },
    ])
    return EXIT_CODE.usage
  }
  const keys = await openKeyFolder(folder)
  if (!keys.ok) {
    reportProblems(terminal, [keys.failure])
    return EXIT_CODE.usage
  }
  const secrets = derivedSecrets(keys.value.pseudonymKey, ORGANIZATION)
  const lines = {
    GATEHOUSE_API_KEY: secrets.apiKeyOf(options.system, options.env),
    GATEHOUSE_GATEWAY_TOKEN: secrets.gatewayToken,
    GATEHOUSE_TRUST_FILE: join(stateFolder, 'trust.json'),
    GATEHOUSE_WORKLOAD_KEY_FILE: join(folder, 'workload.pem'),
  }
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...lines }))
  else for (const [name, value] of Object.entries(lines)) printLine(terminal, `${name}=${value}`)
  terminal.error('these are secrets: do not put them into a log, a repository or a chat\n')
  return EXIT_CODE.pass
}
