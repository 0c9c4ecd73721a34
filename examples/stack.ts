// Starts the example as it would run: control plane in this process, gateway, model and application as processes of their own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Problem } from '../src/base/result.ts'
import type { Terminal } from '../src/entrypoints/cli/terminal.ts'
import { runGate, type GateOutcome } from '../src/entrypoints/cli/gate/run-gate.ts'
import type { Session } from '../src/entrypoints/cli/session.ts'
import { startControlPlane, type ControlPlane } from '../src/entrypoints/server/start-control-plane.ts'
import { runOperation } from '../src/entrypoints/node/run-operation.ts'
import { GatewayRegister } from '../src/entrypoints/node/gateway-register.ts'
import { troubleLine } from '../src/entrypoints/node/report-trouble.ts'

export const ROOT = join(import.meta.dirname, '..')
export const EXAMPLE = join(ROOT, 'examples', 'support-assistant')

export interface Ports {
  readonly control: number
  readonly gateway: number
  readonly app: number
  readonly model: number
}

/** What went wrong, in words for a person. */
export class StackFailure extends Error {}

export async function startPlane(stateFolder: string, port: number): Promise<ControlPlane> {
  const plane = await startControlPlane({
    stateFolder,
    organization: 'local',
    version: '0.1.0',
    port,
    host: '127.0.0.1',
    consoleFolder: join(ROOT, 'console', 'dist'),
    pid: process.pid,
    report: (what, error) => process.stderr.write(`${troubleLine(what, error)}\n`),
  })
  if (!plane.ok) throw new StackFailure(told(plane.failure))
  return plane.value
}

/** A session on a control plane of this very process. */
export function ownSession(plane: ControlPlane, name: string): Session {
  const context = { node: plane.node, gateways: new GatewayRegister(plane.node.clock) }
  return {
    stateFolder: plane.node.stateFolder,
    isRemote: false,
    call: (operation, input) => runOperation(operation, context, { name, roles: ['admin'] }, input),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

function told({ message, next }: Problem): string {
  return next === undefined ? message : `${message}\n  next: ${next}`
}

export async function gateExample(
  terminal: Terminal,
  session: Session,
  manifest: string,
  project: string = EXAMPLE,
): Promise<GateOutcome> {
  const gated = await runGate(terminal, session, {
    project,
    manifest,
    environment: 'local',
    run: true,
    author: 'example',
  })
  if (!gated.ok) throw new StackFailure(gated.failure.map(told).join('\n'))
  return gated.value
}

export interface Processes extends AsyncDisposable {
  readonly gatewayUrl: string
  readonly appUrl: string
  readonly isSimulated: boolean
}

/** Model (if none is configured), gateway and application; each is up when this resolves. */
export async function startProcesses(
  plane: ControlPlane,
  ports: Ports,
  options: {
    readonly stateFolder: string
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly project?: string
  },
): Promise<Processes> {
  const { environment, stateFolder } = options
  const { node } = plane
  const children: ChildProcess[] = []
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
  try {
    const configured = environment['OPENAI_BASE_URL']
    const isSimulated = configured === undefined || configured === ''
    if (isSimulated)
      children.push(
        await startChild(
          'simulated model',
          ['examples/simulated-model/main.ts'],
          { PORT: String(ports.model) },
          `http://127.0.0.1:${ports.model}/healthz`,
        ),
      )
    const region = isSimulated ? 'eu' : environment['GATEHOUSE_UPSTREAM_REGION']
    const upstream = {
      ...(region === undefined ? {} : { GATEHOUSE_UPSTREAM_REGION: region }),
      GATEHOUSE_UPSTREAM_URL: isSimulated ? `http://127.0.0.1:${ports.model}/v1` : (configured ?? ''),
      ...(environment['OPENAI_API_KEY'] === undefined ? {} : { GATEHOUSE_UPSTREAM_KEY: environment['OPENAI_API_KEY'] }),
    }
    const gatewayUrl = `http://127.0.0.1:${ports.gateway}`
    const gateway = {
      GATEHOUSE_GATEWAY_PORT: String(ports.gateway),
      GATEHOUSE_GATEWAY_FOLDER: join(stateFolder, 'gateway'),
      GATEHOUSE_CONTROL_PLANE: plane.url,
      GATEHOUSE_GATEWAY_TOKEN: node.gatewayToken,
      GATEHOUSE_TRUST_FILE: join(stateFolder, 'trust.json'),
      GATEHOUSE_ENVIRONMENT: 'local',
      ...upstream,
    }
    children.push(await startChild('gateway', ['bin/gatehouse-gateway'], gateway, `${gatewayUrl}/healthz`))
    const app = {
      PORT: String(ports.app),
      GATEHOUSE_GATEWAY_URL: `${gatewayUrl}/v1`,
      GATEHOUSE_API_KEY: node.apiKeyOf('support-assistant', 'local'),
      GATEHOUSE_WORKLOAD_KEY: node.workloadKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
    const appUrl = `http://127.0.0.1:${ports.app}`
    children.push(
      await startChild('example app', [join(options.project ?? EXAMPLE, 'app', 'main.ts')], app, `${appUrl}/healthz`),
    )
    return { gatewayUrl, appUrl, isSimulated, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const START_MS_MAX = 20_000
const LOOK_AGAIN_MS = 50

// oxlint-disable-next-line max-params -- a name, what to run, with what, and how to see that it is up
async function startChild(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  healthUrl: string,
): Promise<ChildProcess> {
  // Least privilege: a child sees its own configuration and nothing else of this process's environment.
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'NODE_EXTRA_CA_CERTS', 'SystemRoot', 'TEMP', 'TMPDIR'].flatMap((key) =>
      process.env[key] === undefined ? [] : [[key, process.env[key]]],
    ),
  )
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    errors = (errors + bytes.toString('utf8')).slice(-4_000)
  })
  const deadline = AbortSignal.timeout(START_MS_MAX)
  while (!deadline.aborted) {
    if (child.exitCode !== null)
      throw new StackFailure(
        `${name} did not start: ${errors.trim() === '' ? `exit ${child.exitCode}` : errors.trim()}`,
      )
    if (await isUp(healthUrl)) return child
    await delay(LOOK_AGAIN_MS)
  }
  child.kill('SIGKILL')
  throw new StackFailure(`${name} was not up after ${START_MS_MAX / 1_000} s: ${errors.trim()}`)
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** Which of the ports somebody else holds. */
export async function takenPorts(ports: Ports): Promise<readonly string[]> {
  const taken: string[] = []
  for (const [name, port] of Object.entries(ports))
    if (port !== 0 && (await isTaken(port))) taken.push(`${name} ${port}`)
  return taken
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)))
  })
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A terminal for commands that this launcher runs in process. */
export function launcherTerminal(stateFolder: string, signal: AbortSignal): Terminal {
  return {
    workingFolder: ROOT,
    environment: { ...process.env, GATEHOUSE_STATE: stateFolder },
    processId: process.pid,
    isInteractive: process.stderr.isTTY === true,
    hasColor: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    stdin: process.stdin,
    interrupted: signal,
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    drain: async () => undefined,
  }
}
