import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { ok } from '../../../base/result.ts'
import { GatewayRegister } from '../../node/gateway-register.ts'
import { queueProblem } from '../../node/lazy-queue.ts'
import { openNode } from '../../node/open-node.ts'
import { startWorker } from '../../worker/start-worker.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { readServerConfig } from '../read-server-config.ts'
import { reportProblems, reportTo } from '../report-problems.ts'
import { databaseOf, ORGANIZATION, stateFolderOf } from '../session.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'
import { untilInterrupted } from './serve.ts'
import { exitCodeOfProblem } from './with-session.ts'

/** `gatehouse worker`: takes jobs of the servers that share a PostgreSQL, until it is told to stop. */
export async function workerCommand(
  terminal: Terminal,
  options: { readonly state?: string | undefined; readonly config?: string | undefined },
): Promise<number> {
  const database = databaseOf(terminal)
  if (database.databaseUrl === undefined) {
    reportProblems(terminal, [
      {
        code: 'worker/embedded',
        message: 'without GATEHOUSE_DATABASE_URL the state is one process’s own, which runs its jobs itself',
        next: 'gatehouse serve, or set GATEHOUSE_DATABASE_URL',
      },
    ])
    return EXIT_CODE.usage
  }
  const config = options.config === undefined ? ok(undefined) : await readServerConfig(terminal, options.config)
  if (!config.ok) {
    reportProblems(terminal, config.failure)
    return EXIT_CODE.usage
  }
  const opened = await openNode({
    stateFolder: stateFolderOf(terminal, options.state),
    organization: ORGANIZATION,
    version: VERSION,
    ...database,
    runsJobs: true,
    report: reportTo(terminal),
  })
  if (!opened.ok) {
    reportProblems(terminal, [opened.failure])
    return exitCodeOfProblem(opened.failure)
  }
  await using node = opened.value
  try {
    // A worker that waits for the first job takes it as soon as a server has made it.
    await node.jobs()
  } catch (error) {
    reportProblems(terminal, [queueProblem(error)])
    return EXIT_CODE.usage
  }
  const { environment } = terminal
  const started = await startWorker({
    node,
    gateways: new GatewayRegister(systemClock),
    config: config.value,
    environment,
  })
  if (!started.ok) {
    reportProblems(terminal, [started.failure])
    return EXIT_CODE.usage
  }
  await using _worker = started.value
  printLine(terminal, 'takes jobs; Ctrl-C lets it finish those in hand')
  await untilInterrupted(terminal)
  return EXIT_CODE.pass
}
