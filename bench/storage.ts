import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { Client } from 'pg'
import { asOwner } from '../src/adapters/storage/open-postgres.ts'
import { asEmbeddedOwner } from '../src/adapters/storage/storage-figures.ts'
import { seededStream } from '../src/base/seeded-stream.ts'
import { GatewayRegister } from '../src/entrypoints/node/gateway-register.ts'
import { openNode, type OpenedNode } from '../src/entrypoints/node/open-node.ts'
import { troubleLine } from '../src/entrypoints/node/report-trouble.ts'
import { runOperation } from '../src/entrypoints/node/run-operation.ts'
import { figure, type Table } from './print.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { casesOf, UNMEASURED, type Case } from './storage-cases.ts'
import { fillStorage, SYSTEMS, type Volume } from './storage-fill.ts'

const URL_DEFAULT = 'postgres://postgres@127.0.0.1:5432/test'
const GOAL_MS = 200
const SEED = 20_261_126

interface Measured {
  readonly label: string
  readonly p50: number
  readonly p95: number
  readonly max: number
  readonly failed: string | undefined
}

/** `npm run bench -- storage`: every list and detail of the API on a large state, on PostgreSQL and embedded. */
export async function benchStorage({ isQuick }: BenchOptions): Promise<BenchResult> {
  const samples = isQuick ? 10 : 30
  const large: Volume = isQuick ? { decisions: 20_000, releases: 1_000 } : { decisions: 1_000_000, releases: 10_000 }
  const small: Volume = isQuick ? { decisions: 5_000, releases: 500 } : { decisions: 100_000, releases: 10_000 }
  const url = process.env['GATEHOUSE_TEST_POSTGRES'] ?? URL_DEFAULT
  const schema = `gatehouse_bench_${process.pid}`
  const runs: {
    readonly place: string
    readonly volume: Volume
    readonly measured: readonly Measured[]
    fillS: number
  }[] = []
  await onPostgres(url, `create schema ${schema}`)
  try {
    runs.push({
      place: 'PostgreSQL',
      volume: large,
      ...(await measurePlace({ databaseUrl: url, databaseSchema: schema }, large, samples)),
    })
  } finally {
    await onPostgres(url, `drop schema ${schema} cascade`)
  }
  runs.push({ place: 'embedded', volume: small, ...(await measurePlace({}, small, samples)) })
  return {
    paragraphs: [
      'Every list and detail operation of the API, through access check, query layer and row-level security, without HTTP; one caller at a time. Lists of a kind are asked for whole, by system, by status and behind a cursor in the middle of the ninety days that the records are spread over, 100 records a page.',
      `${SYSTEMS} systems; other kinds in proportion to the releases (bench/storage-fill.ts). Rows are put into the tables as the migrations make them, with every index, then analysed.`,
      `Not measured: ${Object.entries(UNMEASURED)
        .map(([name, reason]) => `\`${name}\` (${reason})`)
        .join('; ')}.`,
    ],
    goals: runs.map(({ place, volume, measured }) => goalOf(place, volume, measured)),
    tables: runs.map(({ place, volume, measured, fillS }) => tableOf(place, volume, measured, fillS)),
    figures: { runs },
  }
}

async function onPostgres(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

async function measurePlace(
  place: { readonly databaseUrl?: string; readonly databaseSchema?: string },
  volume: Volume,
  samples: number,
): Promise<{ readonly measured: readonly Measured[]; readonly fillS: number }> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  try {
    const opened = await openNode({
      stateFolder,
      organization: 'local',
      version: '0',
      report: (what, error) => console.error(troubleLine(what, error)),
      ...place,
    })
    if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
    await using node = opened.value
    const asTablesOwner = (work: (owner: Kysely<never>) => Promise<number>): Promise<number> =>
      node.postgres === undefined ? asEmbeddedOwner(node.db, work) : asOwner(node.postgres, work)
    const started = performance.now()
    await asTablesOwner((owner) => fillStorage(owner, volume))
    await asTablesOwner(async (owner) => {
      await sql`analyze`.execute(owner)
      return 0
    })
    const fillS = (performance.now() - started) / 1_000
    console.error(`filled in ${fillS.toFixed(0)} s`)
    const measured: Measured[] = []
    for (const one of casesOf(volume)) measured.push(await measure(node, one, samples))
    return { measured, fillS }
  } finally {
    await rm(stateFolder, { recursive: true, force: true })
  }
}

async function measure(node: OpenedNode, { name, what, input }: Case, samples: number): Promise<Measured> {
  const random = seededStream(SEED, name, what)
  const context = { node, gateways: new GatewayRegister(node.clock) }
  const times: number[] = []
  let failed: string | undefined
  // The first answers warm caches of the database and of the program.
  for (let sample = -3; sample < samples; sample++) {
    const asked = input(random)
    const started = performance.now()
    const result = await runOperation(name, context, { name: 'bench', roles: ['admin'] }, asked)
    if (sample >= 0) times.push(performance.now() - started)
    if (!result.ok) failed = result.failure.code
  }
  const sorted = times.toSorted((left, right) => left - right)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { label: `${name}${what === '' ? '' : `, ${what}`}`, p50: at(0.5), p95: at(0.95), max: at(1), failed }
}

const sizeOf = ({ decisions, releases }: Volume): string =>
  `${decisions.toLocaleString('en')} decisions and ${releases.toLocaleString('en')} releases`

function goalOf(place: string, volume: Volume, measured: readonly Measured[]): BenchResult['goals'][number] {
  const worst = measured.toSorted((left, right) => right.p95 - left.p95)[0]
  const broken = measured.filter(({ failed }) => failed !== undefined)
  return {
    goal: `${place}, ${sizeOf(volume)}: every query ≤ ${GOAL_MS} ms at p95`,
    figure:
      broken.length > 0
        ? `failed: ${broken.map(({ label, failed }) => `${label} (${failed ?? ''})`).join('; ')}`
        : `${figure(worst?.p95 ?? 0)} ms: ${worst?.label ?? ''}`,
    isMet: broken.length === 0 && (worst?.p95 ?? 0) <= GOAL_MS,
  }
}

function tableOf(place: string, volume: Volume, measured: readonly Measured[], fillS: number): Table {
  return {
    title: `${place}: ${sizeOf(volume)}`,
    head: ['query (ms)', 'p50', 'p95', 'max'],
    rows: measured.map(({ label, p50, p95, max, failed }) => [
      label,
      figure(p50),
      figure(p95),
      failed === undefined ? figure(max) : `${figure(max)} ${failed}`,
    ]),
    note: `Filled and analysed in ${fillS.toFixed(0)} s.`,
  }
}
