import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MODEL, systemText } from '../test/support/tiny-project.ts'
import { benchBypass } from './gateway-bypass.ts'
import type { LoadOrder, LoadResult } from './gateway-load.ts'
import { figure, type Table } from './print.ts'
import type { BenchOptions, BenchResult, Goal } from './result.ts'

const CONCURRENCIES = [1, 16, 64] as const
const ROUNDS = 3
const PIECE_MS = 20
/** Request body of about one KiB. */
const FILLER = 'I ordered two lamps and a table last week and would like to know when they arrive. '

interface Target {
  readonly name: string
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly child: ChildProcess
}

interface Row {
  readonly target: string
  readonly wire: 'JSON' | 'SSE'
  readonly concurrency: number
  readonly runs: MeasuredRun[]
}

/** A run with the processor time that the target used for each of its requests, which a busy machine hardly changes. */
interface MeasuredRun extends LoadResult {
  readonly cpuMicros: number
}

/** Gateways beside a bare proxy and a direct call, all on one mock provider, in one run. */
export async function benchGateway({ root, isQuick }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const children: ChildProcess[] = []
  const start = (file: string, args: readonly string[] = []): Promise<Started> => startChild(root, children, file, args)
  try {
    const upstream = await start('gateway-upstream.ts', ['0'])
    const slow = await start('gateway-upstream.ts', [String(PIECE_MS)])
    const load = await startBare(root, children, 'gateway-load.ts')
    const missing: string[] = []
    const targets = await openTargets({ root, folder, children, start, upstream, missing })
    const rows: Row[] = []
    for (const wire of ['JSON', 'SSE'] as const)
      for (const concurrency of CONCURRENCIES) {
        const own = targets.map(({ name }) => ({ target: name, wire, concurrency, runs: [] as MeasuredRun[] }))
        rows.push(...own)
        // Round by round, so that a slow minute of the machine strikes every target alike.
        for (let round = 0; round < (isQuick ? 1 : ROUNDS); round += 1)
          for (const [at, target] of targets.entries()) {
            const times = isQuick ? { warmMs: 500, measureMs: 1_000 } : { warmMs: 1_000, measureMs: 3_000 }
            own[at]?.runs.push(await measured(load, target, { ...orderOf(target, wire), concurrency, ...times }))
          }
        process.stderr.write(`${wire} c=${concurrency} done\n`)
      }
    const memory = await Promise.all(targets.map(async ({ name, child }) => [name, await rssOf(child)] as const))
    const first = await firstBytes({ root, folder, children, start, slow, load, isQuick })
    const bypass = await benchBypass(async (url) => {
      const own = await start('gateway-serve.ts', ['no-audit', url, folder])
      const peer = await startPortkey(root, children, url, PORTKEY_BYPASS_PORT)
      return [
        { name: 'gatehouse', port: own.port, headers: { authorization: `Bearer ${own.apiKey}` } },
        ...(typeof peer === 'string' ? [] : [peer]),
      ]
    })
    const speed = report(rows, first, memory, missing)
    return {
      ...speed,
      goals: [...speed.goals, ...bypass.goals],
      tables: [...speed.tables, bypass.table],
      figures: { ...speed.figures, bypass: bypass.cells },
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly apiKey?: string | undefined
}

type Start = (file: string, args?: readonly string[]) => Promise<Started>

interface Setting {
  readonly root: string
  readonly folder: string
  readonly children: ChildProcess[]
  readonly start: Start
  readonly upstream: Started
  readonly missing: string[]
}

async function openTargets({ root, folder, children, start, upstream, missing }: Setting): Promise<Target[]> {
  const path = '/v1/chat/completions'
  const url = `http://127.0.0.1:${upstream.port}/v1`
  const bare = await start('gateway-bare.ts', [url])
  const guard = await start('gateway-serve.ts', ['no-audit', url, folder])
  const audited = await start('gateway-serve.ts', ['audit', url, join(folder, String(children.length))])
  const targets: Target[] = [
    { name: 'direct', ...upstream, path, headers: {} },
    { name: 'bare proxy', ...bare, path, headers: {} },
    { name: 'gatehouse, guard', ...guard, path, headers: { authorization: `Bearer ${guard.apiKey}` } },
    {
      name: 'gatehouse, guard + durable audit',
      ...audited,
      path,
      headers: { authorization: `Bearer ${audited.apiKey}` },
    },
  ]
  const peer = await startPortkey(root, children, url)
  if (typeof peer === 'string') missing.push(peer)
  else targets.push(peer)
  return targets
}

/** Two patterns on the way in and two on the way out, as its documentation sets up. */
const PORTKEY_GUARD = (rule: string): object => ({ 'default.regexMatch': { rule, not: true }, deny: true })
const PORTKEY_RULES = ['ghp_[A-Za-z0-9]{36}', 'AKIA[0-9A-Z]{16}']

/** The matrix has a provider of its own, so its peer is a process of its own as well. */
const PORTKEY_BYPASS_PORT = 40_000 + (process.pid % 20_000)

// oxlint-disable-next-line max-params -- where it lies, who ends it, whom it asks, where it listens
async function startPortkey(
  root: string,
  children: ChildProcess[],
  url: string,
  port = 20_000 + (process.pid % 20_000),
): Promise<Target | string> {
  const script = join(root, 'bench', 'node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js')
  const child = fork(script, [`--port=${port}`, '--headless'], {
    execArgv: ['--require', join(root, 'bench', 'gateway-loopback.cjs')],
    silent: true,
  })
  children.push(child)
  for (let tries = 0; tries < 300 && child.exitCode === null; tries += 1) {
    if (await isListening(port))
      return {
        name: '@portkey-ai/gateway 1.15.2, 4 patterns',
        port,
        child,
        path: '/v1/chat/completions',
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

function startBare(
  root: string,
  children: ChildProcess[],
  file: string,
  args: readonly string[] = [],
): Promise<ChildProcess> {
  const child = fork(join(root, 'bench', file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  children.push(child)
  return Promise.resolve(child)
}

async function startChild(
  root: string,
  children: ChildProcess[],
  file: string,
  args: readonly string[],
): Promise<Started> {
  const child = await startBare(root, children, file, args)
  return new Promise((resolve, reject) => {
    child.once('message', (message: { port: number; apiKey?: string }) => resolve({ child, ...message }))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
  })
}

function orderOf(
  { port, path, headers }: Target,
  wire: 'JSON' | 'SSE',
): Omit<LoadOrder, 'concurrency' | 'warmMs' | 'measureMs'> {
  const body = JSON.stringify({
    model: MODEL,
    messages: [
      { role: 'system', content: systemText() },
      { role: 'user', content: `Where is my order 00000000? ${FILLER.repeat(8)}` },
    ],
    ...(wire === 'SSE' ? { stream: true } : {}),
  })
  return { port, path, headers, body }
}

function run(load: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  return new Promise((resolve) => {
    load.once('message', (result: LoadResult) => resolve(result))
    load.send(order)
  })
}

const TICKS_PER_SECOND = 100

/** Processor time of a process so far, in microseconds; NaN where there is no `/proc`. */
async function cpuMicrosOf({ pid }: ChildProcess): Promise<number> {
  try {
    const [, rest = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')
    const fields = rest.split(' ')
    return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Number.NaN
    throw error
  }
}

async function measured(load: ChildProcess, { child }: Target, order: LoadOrder): Promise<MeasuredRun> {
  const before = await cpuMicrosOf(child)
  const result = await run(load, order)
  return { ...result, cpuMicros: ((await cpuMicrosOf(child)) - before) / result.allRequests }
}

function rssOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(Number.NaN), 2_000)
    child.once('message', (usage: { rss: number }) => {
      clearTimeout(timer)
      resolve(usage.rss)
    })
    if (child.connected) child.send('usage')
  })
}

interface FirstBytes extends Omit<Setting, 'upstream' | 'missing'> {
  readonly slow: Started
  readonly load: ChildProcess
  readonly isQuick: boolean
}

/** Time to the first event where the provider takes its time, as people see it. */
async function firstBytes({ slow, load, isQuick, ...setting }: FirstBytes): Promise<readonly Row[]> {
  const targets = await openTargets({ ...setting, upstream: slow, missing: [] })
  const rows = targets.map(({ name }) => ({
    target: name,
    wire: 'SSE' as const,
    concurrency: 4,
    runs: [] as MeasuredRun[],
  }))
  for (const [at, target] of targets.entries())
    rows[at]?.runs.push(
      await measured(load, target, {
        ...orderOf(target, 'SSE'),
        concurrency: 4,
        warmMs: 1_200,
        measureMs: isQuick ? 2_500 : 8_000,
      }),
    )
  return rows
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
const rate = ({ runs }: Row): number => median(runs.map(({ requests, seconds }) => requests / seconds))
const first = ({ runs }: Row): number => median(runs.map(({ firstP50Ms }) => firstP50Ms))

function report(
  rows: readonly Row[],
  firstRows: readonly Row[],
  memory: readonly (readonly [string, number])[],
  missing: readonly string[],
): BenchResult {
  const of = (name: string, wire: 'JSON' | 'SSE', concurrency: number): number => {
    const row = rows.find((one) => one.target.startsWith(name) && one.wire === wire && one.concurrency === concurrency)
    return row === undefined ? Number.NaN : rate(row)
  }
  const firstOf = (name: string): number => {
    const row = firstRows.find((one) => one.target.startsWith(name))
    return row === undefined ? Number.NaN : first(row)
  }
  const GUARD = 'gatehouse, guard'
  const AUDIT = 'gatehouse, guard + durable audit'
  const PEER = '@portkey'
  const rss = memory.find(([name]) => name === AUDIT)?.[1] ?? Number.NaN
  const ratio = (goal: string, value: number, least: number): Goal => ({
    goal: `${goal}: at least ${least}`,
    figure: figure(value),
    isMet: value >= least,
  })
  const most = (goal: string, value: number, bound: number): Goal => ({
    goal: `${goal}: at most ${bound}`,
    figure: figure(value),
    isMet: value <= bound,
  })
  const goals: Goal[] = [
    ratio('guard without audit / bare proxy, JSON, c=16', of(GUARD, 'JSON', 16) / of('bare', 'JSON', 16), 0.7),
    ratio('guard + audit / Portkey with 4 guards, JSON, c=1', of(AUDIT, 'JSON', 1) / of(PEER, 'JSON', 1), 1.2),
    ratio('guard + audit / Portkey with 4 guards, JSON, c=16', of(AUDIT, 'JSON', 16) / of(PEER, 'JSON', 16), 4),
    ratio('guard + audit / Portkey with 4 guards, JSON, c=64', of(AUDIT, 'JSON', 64) / of(PEER, 'JSON', 64), 5),
    most('first event without audit, ms over direct', firstOf(GUARD) - firstOf('direct'), 1),
    most('first event with audit, ms over direct', firstOf(AUDIT) - firstOf('direct'), 5),
    most('resident memory with audit after the run, MB', rss / 1e6, 200),
  ]
  const failures = rows.flatMap(({ target, runs }) =>
    runs
      .filter((result) => result.failures > 0)
      .map((result) => `${target}: ${result.failures} failed, first: ${result.firstFailure}`),
  )
  return {
    paragraphs: [
      'One mock provider, one load generator on bare sockets, each in a process of its own; every target gets the same request of about 1 KiB. Requests a second are medians of the rounds.',
      ...missing,
      ...failures.slice(0, 5),
    ],
    goals,
    tables: [speedTable(rows), firstTable(firstRows), memoryTable(memory)],
    figures: { rows, firstRows, memory },
  }
}

function speedTable(rows: readonly Row[]): Table {
  return {
    title: 'Requests a second',
    head: ['target', 'wire', 'c', 'requests/s', 'p50 ms', 'p99 ms', 'CPU us/request', 'failed'],
    rows: rows.map((row) => [
      row.target,
      row.wire,
      String(row.concurrency),
      figure(rate(row)),
      figure(median(row.runs.map(({ p50Ms }) => p50Ms))),
      figure(median(row.runs.map(({ p99Ms }) => p99Ms))),
      figure(median(row.runs.map(({ cpuMicros }) => cpuMicros))),
      String(row.runs.reduce((sum, { failures }) => sum + failures, 0)),
    ]),
  }
}

function firstTable(rows: readonly Row[]): Table {
  return {
    title: `First event of a stream whose pieces come every ${PIECE_MS} ms`,
    head: ['target', 'p50 ms'],
    rows: rows.map((row) => [row.target, figure(first(row))]),
  }
}

function memoryTable(memory: readonly (readonly [string, number])[]): Table {
  return {
    title: 'Resident memory after the run',
    head: ['target', 'MB'],
    rows: memory.filter(([, rss]) => Number.isFinite(rss)).map(([name, rss]) => [name, figure(rss / 1e6)]),
    note: 'Of the processes that tell it.',
  }
}
