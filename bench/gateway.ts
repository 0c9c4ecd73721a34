import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MODEL, systemText } from '../test/support/tiny-project.ts'
import { benchBypass } from './gateway-bypass.ts'
import { gatewayReport, type MemoryRow, type Row } from './gateway-report.ts'
import {
  BenchProcesses,
  gatehouse,
  measured,
  openTargets,
  rssOf,
  startPortkey,
  type MeasuredRun,
  type Started,
  type Target,
} from './gateway-targets.ts'
import type { BenchOptions, BenchResult } from './result.ts'

const CONCURRENCIES = [1, 16, 64] as const
const ROUNDS = 3
const PIECE_MS = 20
/** Streams whose first event is looked at, at a time. */
const READERS = 4
/** Request body of about one KiB. */
const FILLER = 'I ordered two lamps and a table last week and would like to know when they arrive. '

type Wire = 'JSON' | 'SSE'

/** How long each part takes: a gateway runs for weeks, so what is measured is compiled code. */
interface Times {
  readonly warmMs: number
  readonly measureMs: number
  readonly firstMs: number
  readonly rounds: number
}

/** Warm after some twenty thousand requests: until then a processor also works for the compiler. */
const WHOLE: Times = { warmMs: 20_000, measureMs: 2_500, firstMs: 9_000, rounds: ROUNDS }
const QUICK: Times = { warmMs: 2_000, measureMs: 800, firstMs: 2_500, rounds: 1 }

/** Gateways beside a bare proxy and a direct call, all on one mock provider, in one run. */
export async function benchGateway({ root, isQuick }: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const processes = new BenchProcesses(root, folder)
  try {
    const upstream = await processes.start<Started>('gateway-upstream.ts')
    const load = processes.fork('gateway-load.ts')
    const { targets, missing } = await openTargets(processes, upstream)
    const bench: Bench = { load, targets, times: isQuick ? QUICK : WHOLE }
    const memory = targets.map(({ name }) => ({ target: name, bytes: [] as number[] }))
    await warmUp(bench)
    await noteMemory(bench, memory)
    const json = await speed(bench, 'JSON')
    await noteMemory(bench, memory)
    upstream.child.send({ pieceMs: PIECE_MS })
    const firstRows = await firstEvents(bench)
    upstream.child.send({ pieceMs: 0 })
    await noteMemory(bench, memory)
    const sse = await speed(bench, 'SSE')
    await noteMemory(bench, memory)
    const report = gatewayReport({ rows: [...json, ...sse], firstRows, memory, missing, pieceMs: PIECE_MS })
    const bypass = await benchBypass(async (url) => {
      const own = await processes.start<Started>('gateway-serve.ts', [url])
      const peer = await startPortkey(processes, url, PORTKEY_BYPASS_PORT)
      return [gatehouse('gatehouse', own), ...(typeof peer === 'string' ? [] : [peer])]
    })
    return {
      ...report,
      goals: [...report.goals, ...bypass.goals],
      tables: [...report.tables, bypass.table],
      figures: { ...report.figures, bypass: bypass.cells },
    }
  } finally {
    processes.end()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The matrix has a provider of its own, so its peer is a process of its own as well. */
const PORTKEY_BYPASS_PORT = 40_000 + (process.pid % 20_000)

interface Bench {
  readonly load: ChildProcess
  readonly targets: readonly Target[]
  readonly times: Times
}

async function warmUp({ load, targets, times }: Bench): Promise<void> {
  for (const target of targets)
    for (const wire of ['JSON', 'SSE'] as const)
      await measured(load, target, {
        body: bodyOf(wire),
        concurrency: 64,
        warmMs: 0,
        measureMs: wire === 'JSON' ? times.warmMs : times.warmMs / 4,
      })
  process.stderr.write('warm\n')
}

async function speed({ load, targets, times }: Bench, wire: Wire): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const concurrency of CONCURRENCIES) {
    const own = targets.map(({ name }) => ({ target: name, wire, concurrency, runs: [] as MeasuredRun[] }))
    rows.push(...own)
    const order = { body: bodyOf(wire), concurrency, warmMs: 300, measureMs: times.measureMs }
    // Round by round, so that a slow minute of the machine strikes every target alike.
    for (let round = 0; round < (wire === 'JSON' ? times.rounds : 1); round += 1)
      for (const [at, target] of targets.entries()) own[at]?.runs.push(await measured(load, target, order))
    process.stderr.write(`${wire} c=${concurrency} done\n`)
  }
  return rows
}

/** Time to the first event where the provider takes its time, as people see it; targets take turns. */
async function firstEvents({ load, targets, times }: Bench): Promise<readonly Row[]> {
  const rows = targets.map(({ name }) => ({
    target: name,
    wire: 'SSE' as const,
    concurrency: READERS,
    runs: [] as MeasuredRun[],
  }))
  const order = { body: bodyOf('SSE'), concurrency: READERS, warmMs: 1_200, measureMs: times.firstMs / times.rounds }
  for (let round = 0; round < times.rounds; round += 1)
    for (const [at, target] of targets.entries()) rows[at]?.runs.push(await measured(load, target, order))
  return rows
}

async function noteMemory({ targets }: Bench, memory: readonly (MemoryRow & { bytes: number[] })[]): Promise<void> {
  for (const [at, { child }] of targets.entries()) memory[at]?.bytes.push(await rssOf(child))
}

function bodyOf(wire: Wire): string {
  return JSON.stringify({
    model: MODEL,
    messages: [
      { role: 'system', content: systemText() },
      { role: 'user', content: `Where is my order 00000000? ${FILLER.repeat(8)}` },
    ],
    ...(wire === 'SSE' ? { stream: true } : {}),
  })
}
