import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MODEL, SYSTEM, systemText } from '../test/support/tiny-project.ts'
import { figure } from './print.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { percentile } from './timing.ts'

const GATEWAYS = 3
const GOAL_MS = 1_000
/** After which a gateway that still serves counts as one that never heard. */
const LOST_MS = 10_000
const PAUSE_MS = 10
const SCOPES = [{ kind: 'system' }, { kind: 'model', model: MODEL }, { kind: 'prompt', prompt: 'system' }] as const

interface Plane {
  readonly url: string
  readonly gatewayToken: string
  readonly ownerToken: string
  readonly apiKey: string
  readonly trustText: string
}

interface Measured {
  /** From the call to throw the switch until a gateway's client had the first denial in hand, one for each issue and gateway. */
  readonly effectiveMs: number[]
  /** Until the call came back, one for each issue. */
  readonly answeredMs: number[]
  readonly acknowledgedByAll: number
  /** Requests that were served after a gateway had first denied one. */
  readonly servedAfter: number
}

/**
 * `npm run bench -- kill-switch`: a control plane and three gateways, each a process, each gateway under requests one after
 * another. Kill switches are thrown and taken back; then the control plane is killed, and then the gateways are.
 */
export async function benchKillSwitch({ root, isQuick }: BenchOptions): Promise<BenchResult> {
  const issues = isQuick ? 12 : 120
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-kill-'))
  const children = new Set<ChildProcess>()
  try {
    const upstream = await forked<{ port: number }>(children, root, 'gateway-upstream.ts', ['0'])
    const { value: plane, child: planeProcess } = await forked<Plane>(children, root, 'kill-switch-plane.ts', [folder])
    await writeFile(join(folder, 'trust.json'), plane.trustText)
    const start = (): Promise<Gateway[]> =>
      Promise.all(
        Array.from({ length: GATEWAYS }, (_, at) =>
          gatewayProcess(children, { root, folder, at, plane, upstream: upstream.value.port }),
        ),
      )
    const gateways = await start()
    for (const { url } of gateways) await until(url, plane, 200)
    const measured = await throwMany(issues, plane, gateways)
    const kept = await keptWithout(plane, gateways, { planeProcess, start })
    return resultOf(issues, measured, kept)
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function throwMany(issues: number, plane: Plane, gateways: readonly Gateway[]): Promise<Measured> {
  const effectiveMs: number[] = []
  const answeredMs: number[] = []
  let acknowledgedByAll = 0
  let servedAfter = 0
  for (let at = 0; at < issues; at += 1) {
    const startMs = performance.now()
    const denials = gateways.map(async ({ url }) => {
      await until(url, plane, 403)
      const afterMs = performance.now() - startMs
      for (let more = 0; more < 3; more += 1) if ((await probe(url, plane)) !== 403) servedAfter += 1
      return afterMs
    })
    const issued = await call(plane, '/denies', { system: SYSTEM, scope: SCOPES[at % SCOPES.length], reason: 'bench' })
    answeredMs.push(performance.now() - startMs)
    if (issued['acknowledgedBy'] === GATEWAYS && issued['connectedGateways'] === GATEWAYS) acknowledgedByAll += 1
    effectiveMs.push(...(await Promise.all(denials)))
    await call(plane, `/denies/${String(issued['id'])}/lift`, { reason: 'bench' })
    for (const { url } of gateways) await until(url, plane, 200)
  }
  return { effectiveMs, answeredMs, acknowledgedByAll, servedAfter }
}

/** How many gateways deny once the control plane was killed, and how many after they were killed as well and came back. */
async function keptWithout(
  plane: Plane,
  gateways: readonly Gateway[],
  { planeProcess, start }: { readonly planeProcess: ChildProcess; readonly start: () => Promise<Gateway[]> },
): Promise<{ readonly away: number; readonly restarted: number }> {
  await call(plane, '/denies', { system: SYSTEM, scope: { kind: 'system' }, reason: 'bench' })
  planeProcess.kill('SIGKILL')
  await once(planeProcess, 'exit')
  const denying = async (all: readonly Gateway[]): Promise<number> =>
    (await Promise.all(all.map(({ url }) => probe(url, plane)))).filter((status) => status === 403).length
  const away = await denying(gateways)
  for (const { child } of gateways) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { away, restarted: await denying(await start()) }
}

function resultOf(
  issues: number,
  { effectiveMs, answeredMs, acknowledgedByAll, servedAfter }: Measured,
  kept: { readonly away: number; readonly restarted: number },
): BenchResult {
  const row = (what: string, values: readonly number[]): readonly string[] => [
    what,
    String(values.length),
    ...[0.5, 0.99, 1].map((share) => figure(percentile(values, share))),
  ]
  const p99 = percentile(effectiveMs, 0.99)
  return {
    paragraphs: [
      `One control plane and ${GATEWAYS} gateways, each a process of its own on one machine, over loopback. Each gateway answers one client that asks`,
      `again ${PAUSE_MS} ms after each answer, so that it is the switch and not a full machine that is measured. The time runs from the call that throws the switch until that client holds its first denial, so it includes`,
      'the ledger entry on disk, the signed bundle, its verification by the gateway and one request. Scopes system, model and prompt in turn.',
    ],
    goals: [
      { goal: `effective within ${GOAL_MS} ms (p99)`, figure: `${figure(p99)} ms`, isMet: p99 <= GOAL_MS },
      {
        goal: 'acknowledged by every gateway',
        figure: `${acknowledgedByAll} of ${issues}`,
        isMet: acknowledgedByAll === issues,
      },
      { goal: 'nothing served after the first denial', figure: `${servedAfter} served`, isMet: servedAfter === 0 },
      {
        goal: 'kept with the control plane killed',
        figure: `${kept.away} of ${GATEWAYS} gateways`,
        isMet: kept.away === GATEWAYS,
      },
      {
        goal: 'kept by gateways that were killed and came back without it',
        figure: `${kept.restarted} of ${GATEWAYS} gateways`,
        isMet: kept.restarted === GATEWAYS,
      },
    ],
    tables: [
      {
        title: 'Kill switches, milliseconds',
        head: ['time until', 'times', 'p50', 'p99', 'longest'],
        rows: [row('a gateway denies', effectiveMs), row('the call comes back, acknowledged', answeredMs)],
      },
    ],
    figures: { issues, effectiveMs, answeredMs, acknowledgedByAll, servedAfter, kept },
  }
}

interface Gateway {
  readonly url: string
  readonly child: ChildProcess
}

interface GatewayStart {
  readonly root: string
  readonly folder: string
  readonly at: number
  readonly plane: Plane
  readonly upstream: number
}

async function gatewayProcess(
  children: Set<ChildProcess>,
  { root, folder, at, plane, upstream }: GatewayStart,
): Promise<Gateway> {
  const child = spawn(process.execPath, [join(root, 'src/entrypoints/gateway/main.ts')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'] ?? '',
      GATEHOUSE_GATEWAY_PORT: '0',
      GATEHOUSE_GATEWAY_FOLDER: join(folder, `gateway-${at}`),
      GATEHOUSE_CONTROL_PLANE: plane.url,
      GATEHOUSE_GATEWAY_TOKEN: plane.gatewayToken,
      GATEHOUSE_TRUST_FILE: join(folder, 'trust.json'),
      GATEHOUSE_UPSTREAM_URL: `http://127.0.0.1:${upstream}/v1`,
    },
  })
  children.add(child)
  let out = ''
  for await (const bytes of child.stdout) {
    out += String(bytes)
    const url = /gateway on (\S+)/.exec(out)?.[1]
    if (url !== undefined) return { url, child }
  }
  throw new Error('a gateway did not start')
}

async function forked<Value>(
  children: Set<ChildProcess>,
  root: string,
  file: string,
  args: readonly string[],
): Promise<{ readonly value: Value; readonly child: ChildProcess }> {
  const child = fork(join(root, 'bench', file), [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.add(child)
  const [value] = (await once(child, 'message')) as [Value]
  return { value, child }
}

/** The status of one chat completion of the approved release. */
async function probe(url: string, { apiKey }: Plane): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: MODEL,
      messages: [
        { role: 'system', content: systemText() },
        { role: 'user', content: 'Where is my order?' },
      ],
    }),
  })
  await response.arrayBuffer()
  return response.status
}

async function until(url: string, plane: Plane, status: number): Promise<void> {
  const endMs = performance.now() + LOST_MS
  for (;;) {
    const got = await probe(url, plane)
    if (got === status) return
    if (performance.now() > endMs)
      throw new Error(`no ${status} from a gateway within ${LOST_MS} ms: it answers ${got}`)
    await setTimeout(PAUSE_MS)
  }
}

async function call(plane: Plane, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${plane.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${plane.ownerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Readonly<Record<string, unknown>>
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}
