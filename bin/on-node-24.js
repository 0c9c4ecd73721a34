// What the programs of this folder share: they run on Node 24 or newer, and a machine's older Node re-executes the one that
// npm installed as a platform package. This file and theirs keep to syntax and modules that Node 20 understands.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NODE_MAJOR_MIN = 24
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Goes on with `run` where this Node is new enough; else the program begins again on one that is, under the flags. */
export async function onNode24(programUrl, flags, run) {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return run()
  const program = fileURLToPath(programUrl)
  const node = platformNode()
  if (node === undefined) {
    process.stderr.write(
      `${basename(program)}: needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.version}, and no platform package brings one here
  next: install Node 24 from your platform, or run \`npm install\` again without --omit=optional
`,
    )
    process.exitCode = 2
    return
  }
  const child = spawn(node, [...flags, program, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 70)))
}

/** The same process begins again under flags and variables; where the system has no such call (Windows), it goes on without. */
export function beginAgain(flags, environment) {
  if (process.platform === 'win32' || typeof process.execve !== 'function') return
  process.execve(
    process.execPath,
    [process.execPath, ...process.execArgv, ...flags, ...process.argv.slice(1)],
    environment,
  )
}

/** Whether whoever starts the program has set bounds of memory: they are theirs then. */
export function isHeapSet() {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) => text.includes('-semi-space-size'))
}

/** Runs an entry point: as it is written in a checkout, as it was compiled in a package. */
export async function runEntry(name) {
  const source = join(root, 'src', 'entrypoints', name, 'main.ts')
  const compiled = join(root, 'dist', 'entrypoints', name, 'main.js')
  // Code that was compiled before, and had its types taken out before, is not read through again.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  await import(pathToFileURL(existsSync(source) ? source : compiled).href)
}

function platformNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name, 'bin', file)
    if (existsSync(candidate)) return candidate
    if (dirname(folder) === folder) return undefined
  }
}
