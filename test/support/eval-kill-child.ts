// Runs an evaluation until it is killed: `node eval-kill-child.ts FOLDER ARGS…`.
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from './captured-terminal.ts'

const [folder = '', ...args] = process.argv.slice(2)
const terminal = capturedTerminal(folder)
process.exitCode = await runCli(args, terminal)
process.stdout.write(terminal.printed.out)
