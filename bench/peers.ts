import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADAPTERS } from './peer-adapters.ts'
import type { Detector, PeerAdapter, Task } from './peer.ts'

export interface OpenPeer {
  readonly name: string
  readonly task: Task
  readonly detector: Detector
}

export interface LeftOut {
  readonly name: string
  readonly task: Task
  readonly why: string
}

export interface Peers {
  readonly opened: readonly OpenPeer[]
  readonly leftOut: readonly LeftOut[]
}

const PROBE_TIMEOUT_MS = 60_000

/** Installs the peers from their lock file where they are missing; says what happened. */
export function installPeers(folder: string): string | undefined {
  if (existsSync(join(folder, 'node_modules'))) return undefined
  const { status, stderr, error } = spawnSync('npm', ['ci', '--prefix', folder, '--ignore-scripts'], {
    encoding: 'utf8',
    timeout: 600_000,
    shell: process.platform === 'win32',
  })
  return status === 0 ? 'peers installed' : `peers not installed: ${error?.message ?? stderr.trim().slice(0, 300)}`
}

/**
 * Opens every package for every task it claims. Each is first tried in a process of its own, because a package may take
 * its process down some time after it was loaded.
 */
export async function openPeers(folder: string): Promise<Peers> {
  const wanted = ADAPTERS.flatMap((adapter) => adapter.tasks.map((task) => ({ adapter, task })))
  const reasons = await Promise.all(wanted.map(({ adapter, task }) => probe(folder, adapter, task)))
  const opened: OpenPeer[] = []
  const leftOut: LeftOut[] = []
  for (const [index, { adapter, task }] of wanted.entries()) {
    const name = nameOf(folder, adapter)
    const why = reasons[index]
    if (why === undefined) opened.push({ name, task, detector: await adapter.open(task) })
    else leftOut.push({ name, task, why })
  }
  return { opened, leftOut }
}

function nameOf(folder: string, { package: name }: PeerAdapter): string {
  const manifest = join(folder, 'node_modules', name, 'package.json')
  if (!existsSync(manifest)) return name
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
  return `${name} ${version}`
}

/** Undefined where the package works for the task; else what it said, as an ES module and as CommonJS. */
async function probe(folder: string, { package: name }: PeerAdapter, task: Task): Promise<string | undefined> {
  const asModule = await failureOf(folder, [join(folder, 'probe-peer.ts'), name, task])
  if (asModule === undefined) return undefined
  const required = await failureOf(folder, ['--input-type=commonjs', '-e', `require(${JSON.stringify(name)})`])
  return `as an ES module: ${asModule}; as CommonJS: ${required ?? 'loads, and was not tried further'}`
}

function failureOf(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((settle) => {
    execFile(process.execPath, args, { cwd: folder, timeout: PROBE_TIMEOUT_MS }, (error, _, stderr) => {
      if (error === null) settle(undefined)
      else settle(error.killed === true ? 'no answer in time' : reasonIn(stderr))
    })
  })
}

/** The line of an error output that names the error. */
export function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const named = lines.find((text) => /^[A-Z]\w*Error\b|^Error\b/.test(text))
  return (named ?? lines.find((text) => text !== '') ?? 'no reason given').slice(0, 200)
}
