// Runs an evaluation and prints its exit code and the peak memory of this process: `node eval-memory-child.ts FOLDER ARGS…`.
import { existsSync, readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { capturedTerminal } from './captured-terminal.ts'

enableCompileCache()
const { runCli } = await import('../../src/entrypoints/cli/run.ts')
const [folder = '', ...args] = process.argv.slice(2)
const code = await runCli(args, capturedTerminal(folder))
const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
const peakKiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
process.stdout.write(JSON.stringify({ code, peak: peakKiB * 1_024 }))
