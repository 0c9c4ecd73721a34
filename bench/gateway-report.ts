import { loadavg } from 'node:os'
import type { MeasuredRun } from './gateway-targets.ts'
import { figure, type Table } from './print.ts'
import type { BenchResult, Goal } from './result.ts'

export interface Row {
  readonly target: string
  readonly wire: 'JSON' | 'SSE'
  readonly concurrency: number
  readonly runs: MeasuredRun[]
}

/** Bytes that the process of a target held after each part of the run. */
export interface MemoryRow {
  readonly target: string
  readonly bytes: readonly number[]
}

export interface Measurements {
  readonly rows: readonly Row[]
  readonly firstRows: readonly Row[]
  readonly memory: readonly MemoryRow[]
  readonly missing: string | undefined
  readonly pieceMs: number
}

const GUARD = 'gatehouse, guard'
const AUDIT = 'gatehouse, guard + durable audit'
const PEER = '@portkey'

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
const rate = ({ runs }: Row): number => median(runs.map(({ requests, seconds }) => requests / seconds))
const firstMs = ({ runs }: Row): number => median(runs.map(({ firstP50Ms }) => firstP50Ms))
const cpu = ({ runs }: Row): number => median(runs.map(({ cpuMicros }) => cpuMicros))

/** The goals, what they rest on, and what went wrong. */
export function gatewayReport({ rows, firstRows, memory, missing, pieceMs }: Measurements): BenchResult {
  const failures = [...rows, ...firstRows].flatMap(({ target, runs }) =>
    runs
      .filter((result) => result.failures > 0)
      .map((result) => `${target}: ${result.failures} failed, first: ${result.firstFailure}`),
  )
  return {
    paragraphs: [
      'One mock provider, one load generator on bare sockets, each in a process of its own; every target gets the same request of about 1 KiB, of which no two say the same. All are warmed up alike before anything is measured. Requests a second are medians of the rounds; targets take turns within a round. Gatehouse runs as its how-to starts it.',
      `Load average at the end: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(
          ', ',
        )}. Load generator, provider and target share the cores, so a target's requests a second also depend on what the others need.`,
      ...(missing === undefined ? [] : [missing]),
      ...failures.slice(0, 5),
    ],
    goals: goalsOf(rows, firstRows, memory),
    tables: [ratioTable(rows), speedTable(rows), firstTable(firstRows, pieceMs), memoryTable(memory)],
    figures: { rows, firstRows, memory },
  }
}

function jsonFigure(rows: readonly Row[], name: string, concurrency: number, value: (row: Row) => number): number {
  const row = rows.find((one) => one.wire === 'JSON' && one.concurrency === concurrency && isNamed(one.target, name))
  return row === undefined ? Number.NaN : value(row)
}

/** What a busy machine does to waiting it does not do to work: both are told. */
function ratioTable(rows: readonly Row[]): Table {
  const pairs = [
    [GUARD, 'bare'],
    [AUDIT, PEER],
  ] as const
  return {
    title: 'Ratios, JSON',
    head: ['', 'c', 'by requests/s', 'by processor time'],
    rows: pairs.flatMap(([own, other]) =>
      [1, 16, 64].map((c) => [
        `${own} / ${other === PEER ? 'Portkey with 4 guards' : 'bare proxy'}`,
        String(c),
        figure(jsonFigure(rows, own, c, rate) / jsonFigure(rows, other, c, rate)),
        figure(jsonFigure(rows, other, c, cpu) / jsonFigure(rows, own, c, cpu)),
      ]),
    ),
    note: 'More is better in both columns: requests for the same time, requests for the same work of the processor.',
  }
}

function goalsOf(rows: readonly Row[], firstRows: readonly Row[], memory: readonly MemoryRow[]): readonly Goal[] {
  const of = (name: string, concurrency: number): number => jsonFigure(rows, name, concurrency, rate)
  const overDirect = (name: string): number => {
    const [row, direct] = [name, 'direct'].map((wanted) => firstRows.find(({ target }) => isNamed(target, wanted)))
    return row === undefined || direct === undefined ? Number.NaN : firstMs(row) - firstMs(direct)
  }
  const overPeer = (concurrency: number): number => of(AUDIT, concurrency) / of(PEER, concurrency)
  const rss = memory.find(({ target }) => target === AUDIT)?.bytes.at(-1) ?? Number.NaN
  return [
    least('guard without audit / bare proxy, JSON, c=16', of(GUARD, 16) / of('bare', 16), 0.7),
    least('guard + audit / Portkey with 4 guards, JSON, c=1', overPeer(1), 1.2),
    least('guard + audit / Portkey with 4 guards, JSON, c=16', overPeer(16), 4),
    least('guard + audit / Portkey with 4 guards, JSON, c=64', overPeer(64), 5),
    most('first event without audit, ms over direct', overDirect(GUARD), 1),
    most('first event with audit, ms over direct', overDirect(AUDIT), 5),
    most('resident memory with audit after the run, MB', rss / 1e6, 200),
  ]
}

/** The peer by the beginning of its name, which says its version; ours whole. */
function isNamed(target: string, name: string): boolean {
  return name === PEER || name === 'bare' ? target.startsWith(name) : target === name
}

function least(goal: string, value: number, bound: number): Goal {
  return { goal: `${goal}: at least ${bound}`, figure: figure(value), isMet: value >= bound }
}

function most(goal: string, value: number, bound: number): Goal {
  return { goal: `${goal}: at most ${bound}`, figure: figure(value), isMet: value <= bound }
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
      figure(cpu(row)),
      String(row.runs.reduce((sum, { failures }) => sum + failures, 0)),
    ]),
  }
}

function firstTable(rows: readonly Row[], pieceMs: number): Table {
  return {
    title: `First event of a stream whose pieces come every ${pieceMs} ms`,
    head: ['target', 'p50 ms'],
    rows: rows.map((row) => [row.target, figure(firstMs(row))]),
  }
}

function memoryTable(memory: readonly MemoryRow[]): Table {
  return {
    title: 'Resident memory, MB',
    head: ['target', 'warm', 'after JSON', 'after slow streams', 'after SSE'],
    rows: memory.map(({ target, bytes }) => [target, ...bytes.map((value) => figure(value / 1e6))]),
  }
}
