import { execFile, fork, spawn, type ChildProcess } from 'node:child_process'
import { copyFile, cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoadOrder, LoadResult } from './gateway-load.ts'

/** Something that requests are sent to. */
export interface Target {
  readonly name: string
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly child: ChildProcess
}

export interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly apiKey?: string | undefined
}

/** As `bin/gatehouse-gateway` goes on. */
const GATEWAY_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=40']
const PATH = '/v1/chat/completions'

/** The processes of one run: all are ended with it. */
export class BenchProcesses {
  readonly root: string
  readonly folder: string
  readonly #children: ChildProcess[] = []

  constructor(root: string, folder: string) {
    this.root = root
    this.folder = folder
  }

  own<Child extends ChildProcess>(child: Child): Child {
    this.#children.push(child)
    return child
  }

  fork(file: string, args: readonly string[] = [], execArgv: readonly string[] = []): ChildProcess {
    const script = join(this.root, 'bench', file)
    return this.own(fork(script, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [...execArgv] }))
  }

  /** Started once it has said where it listens. */
  start<Told>(
    file: string,
    args: readonly string[] = [],
    execArgv: readonly string[] = [],
  ): Promise<Told & { child: ChildProcess }> {
    const child = this.fork(file, args, execArgv)
    return new Promise((resolve, reject) => {
      child.once('message', (message: Told) => resolve({ child, ...message }))
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    })
  }

  end(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}

/** The gateways, a bare proxy and the provider itself; the reason where the peer cannot be run. */
export async function openTargets(
  processes: BenchProcesses,
  upstream: Started,
): Promise<{ readonly targets: readonly Target[]; readonly missing: string | undefined }> {
  const url = `http://127.0.0.1:${upstream.port}/v1`
  const bare = await processes.start<Started>('gateway-bare.ts', [url])
  const guard = await processes.start<Started>('gateway-serve.ts', [url], GATEWAY_FLAGS)
  const audited = await startAudited(processes, url)
  const peer = await startPortkey(processes, url)
  const targets: Target[] = [
    { name: 'direct', port: upstream.port, child: upstream.child, headers: {} },
    { name: 'bare proxy', port: bare.port, child: bare.child, headers: {} },
    gatehouse('gatehouse, guard', guard),
    gatehouse('gatehouse, guard + durable audit', audited),
  ]
  if (typeof peer === 'string') return { targets, missing: peer }
  return { targets: [...targets, peer], missing: undefined }
}

export function gatehouse(name: string, { port, child, apiKey = '' }: Started): Target {
  return { name, port, child, headers: { authorization: `Bearer ${apiKey}` } }
}

interface Plane {
  readonly url: string
  readonly token: string
  readonly trustText: string
  readonly apiKey: string
}

/**
 * The program as the package has it, compiled. The checkout's own takes the types out of its sources when it starts, and holds
 * what does that, and the sources, for as long as it runs.
 */
async function installed({ root, folder }: BenchProcesses): Promise<string> {
  await promisify(execFile)(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], {
    cwd: root,
  })
  const own = join(folder, 'package')
  await cp(join(root, 'bin'), join(own, 'bin'), { recursive: true })
  await copyFile(join(root, 'package.json'), join(own, 'package.json'))
  await symlink(join(root, 'dist'), join(own, 'dist'))
  return join(own, 'bin', 'gatehouse-gateway')
}

/** The gateway as it is run: its own program, its own folder, a control plane elsewhere. */
async function startAudited(processes: BenchProcesses, upstream: string): Promise<Started> {
  const plane = await processes.start<Plane>('gateway-plane.ts')
  const trust = join(processes.folder, 'trust.json')
  await writeFile(trust, plane.trustText)
  const program = await installed(processes)
  const child = processes.own(
    spawn(process.execPath, [program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        GATEHOUSE_GATEWAY_PORT: '0',
        GATEHOUSE_GATEWAY_FOLDER: join(processes.folder, 'gateway'),
        GATEHOUSE_CONTROL_PLANE: plane.url,
        GATEHOUSE_GATEWAY_TOKEN: plane.token,
        GATEHOUSE_TRUST_FILE: trust,
        GATEHOUSE_UPSTREAM_URL: upstream,
        GATEHOUSE_UPSTREAM_KEY: 'upstream',
      },
    }),
  )
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(/:(\d+)\s*$/.exec(line.toString())?.[1])))
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)))
  })
  return { child, port, apiKey: plane.apiKey }
}

/** Two patterns on the way in and two on the way out, as its documentation sets up. */
const PORTKEY_GUARD = (rule: string): object => ({ 'default.regexMatch': { rule, not: true }, deny: true })
const PORTKEY_RULES = ['ghp_[A-Za-z0-9]{36}', 'AKIA[0-9A-Z]{16}']

/** Its process, or why there is none. Each needs a port of its own. */
export async function startPortkey(
  processes: BenchProcesses,
  url: string,
  port = 20_000 + (process.pid % 20_000),
): Promise<Target | string> {
  const script = join(processes.root, 'bench', 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js')
  const child = processes.own(
    fork(script, [`--port=${port}`, '--headless'], {
      execArgv: ['--require', join(processes.root, 'bench', 'gateway-loopback.cjs')],
      silent: true,
    }),
  )
  for (let tries = 0; tries < 300 && child.exitCode === null; tries += 1) {
    if (await isListening(port))
      return {
        name: '@portkey-ai/gateway 1.15.2, 4 patterns',
        port,
        child,
        headers: {
          authorization: 'Bearer upstream',
          'x-portkey-config': JSON.stringify({
            provider: 'openai',
            custom_host: url,
            input_guardrails: PORTKEY_RULES.map(PORTKEY_GUARD),
            output_guardrails: PORTKEY_RULES.map(PORTKEY_GUARD),
          }),
        },
      }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return '@portkey-ai/gateway is not installed: `npm ci` in bench'
}

async function isListening(port: number): Promise<boolean> {
  try {
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** A run with the processor time that the target used for each of its requests, which a busy machine changes less. */
export interface MeasuredRun extends LoadResult {
  readonly cpuMicros: number
}

export async function measured(
  load: ChildProcess,
  { child, port, headers }: Target,
  order: Omit<LoadOrder, 'port' | 'path' | 'headers'>,
): Promise<MeasuredRun> {
  const before = await cpuMicrosOf(child)
  const result = await new Promise<LoadResult>((resolve) => {
    load.once('message', (told: LoadResult) => resolve(told))
    load.send({ ...order, port, path: PATH, headers })
  })
  return { ...result, cpuMicros: ((await cpuMicrosOf(child)) - before) / result.allRequests }
}

const TICKS_PER_SECOND = 100

/** Processor time of a process so far, in microseconds; NaN where there is no `/proc`. */
async function cpuMicrosOf({ pid }: ChildProcess): Promise<number> {
  const [, rest = ''] = (await procFile(pid, 'stat')).split(') ')
  const fields = rest.split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
}

/** Resident memory in bytes; NaN where there is no `/proc`. */
export async function rssOf({ pid }: ChildProcess): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await procFile(pid, 'status'))?.[1]) * 1_024
}

async function procFile(pid: number | undefined, name: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${name}`, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
