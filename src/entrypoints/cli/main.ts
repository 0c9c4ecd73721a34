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
// A reader that goes away (`| head`) ends the program, and never with "pass": what it would have said was not heard.
let isReaderGone = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (isReaderGone) return
  if (error.code !== 'EPIPE') throw error
  isReaderGone = true
  interruption.abort()
})

const terminal: Terminal = {
  workingFolder: process.cwd(),
  environment: process.env,
  processId: process.pid,
  isInteractive: process.stdout.isTTY === true,
  hasColor: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
  stdin: process.stdin,
  interrupted: interruption.signal,
  out: (text) => {
    if (!isReaderGone) process.stdout.write(text)
  },
  error: (text) => void process.stderr.write(text),
  drain: async () => {
    if (isReaderGone || !process.stdout.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      process.stdout.once('drain', resolve)
      process.stdout.once('close', resolve)
    })
  },
}

const exitCode = await runCli(process.argv.slice(2), terminal)
// Everything is closed by now, or a bug left something open: either way the program ends here, once its output is out.
const unheard = exitCode === EXIT_CODE.pass ? EXIT_CODE.interrupted : exitCode
if (isReaderGone) process.exit(unheard)
// The error of a write comes to its callback before it comes to the stream.
process.stdout.write('', (error) => process.exit(error ? unheard : exitCode))
