import { dirname } from 'node:path'
import { request } from 'undici'
import { readOwnerFile } from '../../../adapters/owner/owner-file.ts'
import { ok } from '../../../base/result.ts'
import { consoleFolderOf, startControlPlane } from '../../server/start-control-plane.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { contentFolder } from '../../../adapters/files/content-folder.ts'
import { readServerConfig } from '../read-server-config.ts'
import { reportProblems, reportTo } from '../report-problems.ts'
import { whenHandedOver } from '../hand-over.ts'
import { answeringOwner, databaseOf, stateFolderOf } from '../session.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'
import { exitCodeOfProblem } from './with-session.ts'

/** `gatehouse serve`: owns the state folder until it is told to stop. */
export async function serveCommand(
  terminal: Terminal,
  options: {
    readonly port: number
    readonly host: string
    readonly state?: string | undefined
    readonly config?: string | undefined
  },
): Promise<number> {
  const config = options.config === undefined ? ok(undefined) : await readServerConfig(terminal, options.config)
  if (!config.ok) {
    reportProblems(terminal, config.failure)
    return EXIT_CODE.usage
  }
  const stateFolder = stateFolderOf(terminal, options.state)
  const start = (): ReturnType<typeof startControlPlane> =>
    startControlPlane({
      stateFolder,
      organization: 'local',
      version: VERSION,
      ...databaseOf(terminal),
      report: reportTo(terminal),
      port: options.port,
      host: options.host,
      consoleFolder: consoleFolderOf(dirname(contentFolder('policies'))),
      pid: terminal.processId,
      config: config.value,
      environment: terminal.environment,
    })
  // A command ends soon; another server that answers does not.
  const started = await whenHandedOver(start, {
    interrupted: terminal.interrupted,
    isFinal: async () => (await answeringOwner(stateFolder)) !== undefined,
  })
  if (!started.ok) {
    reportProblems(terminal, [started.failure])
    return exitCodeOfProblem(started.failure)
  }
  await using plane = started.value
  printLine(terminal, `control plane on ${plane.url}`)
  printLine(terminal, `sign in once: ${await plane.loginLink()}`)
  printLine(terminal, 'Ctrl-C stops it')
  await untilInterrupted(terminal)
  return EXIT_CODE.pass
}

export function untilInterrupted(terminal: Terminal): Promise<void> {
  if (terminal.interrupted.aborted) return Promise.resolve()
  return new Promise((resolve) => terminal.interrupted.addEventListener('abort', () => resolve(), { once: true }))
}

/** `gatehouse console`: a fresh one-time login link. */
export async function consoleCommand(
  terminal: Terminal,
  options: { readonly state?: string | undefined },
): Promise<number> {
  const owner = await readOwnerFile(stateFolderOf(terminal, options.state))
  if (owner !== undefined) {
    try {
      const { statusCode, body } = await request(`${owner.url}/api/v1/login-links`, {
        method: 'POST',
        headers: { authorization: `Bearer ${owner.token}` },
      })
      const { token } = (await body.json()) as { token?: string }
      if (statusCode === 200 && token !== undefined) {
        printLine(terminal, `${owner.url}/#login=${token}`)
        return EXIT_CODE.pass
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
  }
  reportProblems(terminal, [
    { code: 'console/not-running', message: 'no control plane runs for this state folder', next: 'gatehouse serve' },
  ])
  return EXIT_CODE.usage
}
