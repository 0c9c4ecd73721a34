import { runCli } from './run.ts'
import { EXIT_CODE } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second Ctrl-C means: now.
    if (interruption.signal.aborted) process.exit(EXIT_CODE.interrupted)
    interruption.abort()
  })
}
// A reader that goes away (`| head`) ends the program quietly, as it does for every Unix tool.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_CODE.pass)
  throw error
})

const terminal: Terminal = {
  workingFolder: process.cwd(),
  environment: process.env,
  processId: process.pid,
  isInteractive: process.stdout.isTTY === true,
  hasColor: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
  stdin: process.stdin,
  interrupted: interruption.signal,
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  drain: async () => {
    if (process.stdout.writableNeedDrain)
      await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()))
  },
}

const exitCode = await runCli(process.argv.slice(2), terminal)
// Everything is closed by now, or a bug left something open: either way the program ends here, once its output is out.
process.stdout.write('', () => process.exit(exitCode))
