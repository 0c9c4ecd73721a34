// Mixed traffic through one gateway process at 70 % of its measured peak: its memory, its errors, and whether each request has
// its record. `node test/soak/gateway-soak.ts --minutes 30 [--write]`; `--write` keeps docs/reports/soak-gateway.md.
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { startBundleServer, type BundleServer } from '../support/bundle-server.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { BundleSigner } from '../support/signed-bundle.ts'
import { eventually } from '../support/temp-folder.ts'
import { growthOf, kindOf, TRAFFIC, type Traffic } from './gateway-traffic.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SHARE = 0.7
const PEAK_MS = 15_000
const PEAK_LANES = 32
const SAMPLE_MS = 2_000
/** What the resident memory may grow by, over the second half of the run. */
const GROWTH_MB_MAX = 20

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, write: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  process.stderr.write('usage: node test/soak/gateway-soak.ts --minutes M [--write]\n')
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-gateway-soak-'))
const children: ChildProcess[] = []
const plane = await startBundleServer()
const outcomes = new Map<string, string>()
let intents = 0
// What was shipped is counted and let go: this process must not be what grows.
const counting = setInterval(() => count(plane), 200)

function count({ segments }: BundleServer): void {
  // The newest stay: a segment that is sent again is known by them.
  for (const { lines } of segments.splice(0, Math.max(0, segments.length - 5)))
    for (const line of lines) {
      if (line.kind === 'intent') intents += 1
      if (line.kind === 'outcome') outcomes.set(line.id, line.outcome)
    }
}

const signer = new BundleSigner()
plane.serve(await signer.sign(), 1)
const upstream = fork(join(ROOT, 'bench', 'gateway-upstream.ts'))
children.push(upstream)
const [{ port }] = (await once(upstream, 'message')) as [{ port: number }]
const { url, pid } = await startGateway(port)
const pool = new Pool(url, { connections: 128 })

async function startGateway(upstreamPort: number): Promise<{ readonly url: string; readonly pid: number }> {
  await writeFile(join(folder, 'trust.json'), signer.trustText)
  const child = spawn(process.execPath, ['bin/gatehouse-gateway'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      GATEHOUSE_GATEWAY_PORT: '0',
      GATEHOUSE_GATEWAY_FOLDER: join(folder, 'gateway'),
      GATEHOUSE_CONTROL_PLANE: plane.url,
      GATEHOUSE_GATEWAY_TOKEN: plane.token,
      GATEHOUSE_TRUST_FILE: join(folder, 'trust.json'),
      GATEHOUSE_UPSTREAM_URL: `http://127.0.0.1:${upstreamPort}/v1`,
    },
  })
  children.push(child)
  let out = ''
  child.stdout.on('data', (bytes: Buffer) => void (out += bytes.toString()))
  const found = await eventually(
    () => /gateway on (\S+)/.exec(out)?.[1] ?? '',
    (one) => one !== '',
  )
  return { url: found, pid: child.pid ?? 0 }
}

const answered: string[] = []
const errors = new Map<string, number>()
let sent = 0

async function send({ wire, isStream, placed, expected }: Traffic): Promise<void> {
  const { path, request } = WIRES[wire]!
  sent += 1
  const response = await pool.request({
    method: 'POST',
    path,
    headers: { authorization: `Bearer ${signer.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(request(placed, { isStream })),
  })
  const body = await response.body.text()
  answered.push(String(response.headers['x-request-id']))
  const kind = kindOf(response.statusCode, body, isStream)
  if (kind === expected) return
  const what = `${wire} ${isStream ? 'streamed' : 'whole'}: ${kind} instead of ${expected}`
  errors.set(what, (errors.get(what) ?? 0) + 1)
}

/** Requests a second that the gateway answers with all lanes busy. */
async function peak(): Promise<number> {
  const end = performance.now() + PEAK_MS
  const before = sent
  await Promise.all(
    Array.from({ length: PEAK_LANES }, async (_, lane) => {
      for (let at = lane; performance.now() < end; at += 1) await send(TRAFFIC[at % TRAFFIC.length]!)
    }),
  )
  return (sent - before) / (PEAK_MS / 1_000)
}

async function residentMb(): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024
}

/** Sends at a steady rate, whatever the answers do, but never more than so many at once. */
async function steady(
  rate: number,
  lastMs: number,
): Promise<readonly { readonly atMs: number; readonly mb: number }[]> {
  const samples: { atMs: number; mb: number }[] = []
  const startMs = performance.now()
  const running = new Set<Promise<void>>()
  let begun = 0
  let sampledMs = -SAMPLE_MS
  for (;;) {
    const atMs = performance.now() - startMs
    if (atMs >= lastMs) break
    if (atMs - sampledMs >= SAMPLE_MS) {
      samples.push({ atMs, mb: await residentMb() })
      sampledMs = atMs
    }
    for (; begun < (atMs / 1_000) * rate && running.size < 1_000; begun += 1) {
      const one = send(TRAFFIC[begun % TRAFFIC.length]!).finally(() => running.delete(one))
      running.add(one)
    }
    await new Promise<void>((resolve) => void setTimeout(resolve, 5))
  }
  await Promise.all(running)
  return samples
}

let isGood = false
try {
  const rate = await peak()
  const samples = await steady(rate * SHARE, minutes * 60_000)
  plane.isTaking = true
  await eventually(
    () => {
      count(plane)
      return answered.filter((id) => !outcomes.has(id) && !inLastSegments(id)).length
    },
    (missing) => missing === 0,
    60_000,
  ).catch((error: unknown) => void process.stderr.write(`${String(error)}\n`))
  for (const { lines } of plane.segments.splice(0))
    for (const line of lines) {
      if (line.kind === 'intent') intents += 1
      if (line.kind === 'outcome') outcomes.set(line.id, line.outcome)
    }
  const missing = answered.filter((id) => !outcomes.has(id)).length
  const growth = growthOf(samples)
  const failed = [...errors.values()].reduce((sum, value) => sum + value, 0)
  isGood = failed === 0 && missing === 0 && outcomes.size === sent && growth.mb <= GROWTH_MB_MAX
  const rows: readonly (readonly [string, string])[] = [
    ['command', `\`node test/soak/gateway-soak.ts --minutes ${minutes}\``],
    ['machine', `${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ['peak, 32 at once', `${rate.toFixed(0)} requests/s`],
    ['rate', `${(rate * SHARE).toFixed(0)} requests/s for ${minutes} minutes`],
    ['requests', `${sent}`],
    ['unexpected answers', `${failed}`],
    ['outcome records', `${outcomes.size}`],
    ['requests without a record', `${missing}`],
    [
      'resident memory',
      `${samples.at(0)?.mb.toFixed(0)} MB at the start, ${samples.at(-1)?.mb.toFixed(0)} MB at the end`,
    ],
    ['growth over the second half', `${growth.mb.toFixed(1)} MB (${growth.perHour.toFixed(1)} MB an hour)`],
  ]
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(30)} ${value}\n`)
  for (const [what, times] of errors) process.stdout.write(`${times} × ${what}\n`)
  process.stdout.write(`${isGood ? 'passed' : 'failed'}\n`)
  if (values.write)
    await writeFile(
      join(ROOT, 'docs', 'reports', 'soak-gateway.md'),
      `# Soak: the gateway under mixed traffic\n\nOne process at ${SHARE * 100} % of the rate that it answers with all lanes busy, before a provider that answers at once: whole and streamed\nanswers of three protocols, and requests that the guard refuses. ${isGood ? 'Passed' : 'Failed'}: no unexpected answer, as many outcome records as\nrequests, and at most ${GROWTH_MB_MAX} MB more resident memory over the second half.\n\n| | |\n|---|---|\n${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}\n`,
    )
} finally {
  clearInterval(counting)
  await pool.destroy()
  for (const child of children) child.kill('SIGKILL')
  await plane[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.exit(isGood ? 0 : 1)

function inLastSegments(id: string): boolean {
  return plane.segments.some(({ lines }) => lines.some((line) => line.kind === 'outcome' && line.id === id))
}
