import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EvaluationReport } from '../src/domain/evaluation/evaluation-report.ts'
import { figure, type Table } from './print.ts'
import type { BenchOptions, BenchResult, Goal } from './result.ts'

interface Measured {
  readonly name: string
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly memoryMiB: number
  readonly p50Ms: number | undefined
  readonly outcome: string
}

const DELAY_MS = 50
const CONCURRENCY = 100
const MIB = 1_048_576

/** Our runner on HTTP and echo cases, beside promptfoo on the same HTTP cases where its package is installed. */
export async function benchEvals({ root, isQuick }: BenchOptions): Promise<BenchResult> {
  const cases = isQuick ? 1_000 : 10_000
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-evals-'))
  const server = spawn(process.execPath, [join(root, 'bench', 'evals-server.ts'), String(DELAY_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const url = line.toString('utf8').trim()
    // Not measured: from a checkout the first start compiles TypeScript, which the published package does not.
    await ours(root, folder, { name: 'first start', cases: 100, url })
    const http = await ours(root, folder, { name: 'gatehouse, HTTP', cases, url })
    const echo = await ours(root, folder, { name: 'gatehouse, echo', cases, url: undefined })
    const many = await ours(root, folder, { name: 'gatehouse, echo × 10', cases: cases * 10, url: undefined })
    const manyHttp = await ours(root, folder, { name: 'gatehouse, HTTP × 10', cases: cases * 10, url })
    const peer = await promptfoo({ root, folder }, cases, url)
    const idealSeconds = (cases * DELAY_MS) / 1_000 / CONCURRENCY
    const rows = [http, manyHttp, echo, many, ...(typeof peer === 'string' ? [] : [peer])]
    return {
      paragraphs: [
        `${cases} cases, ${DELAY_MS} ms of simulated target latency, concurrency ${CONCURRENCY}: the ideal wall time is ${figure(idealSeconds)} s. CPU and memory are those of the whole process, start included; the wall time of our runs is that of the run alone, as it reports it.`,
        'Wall time depends on what else the machine does, CPU time and memory hardly: the load average stands below. A run keeps its cases in files; what is alive after a full collection does not grow with them, and `bin/gatehouse` bounds what V8 adds to it.',
      ],
      goals: goalsOf({ http, manyHttp, echo, many }, idealSeconds),
      tables: [tableOf(rows, typeof peer === 'string' ? peer : undefined)],
      figures: { cases, idealSeconds, measured: rows, peer: typeof peer === 'string' ? peer : 'measured' },
    }
  } finally {
    server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Runs {
  readonly http: Measured
  readonly manyHttp: Measured
  readonly echo: Measured
  readonly many: Measured
}

function goalsOf({ http, manyHttp, echo, many }: Runs, idealSeconds: number): readonly Goal[] {
  const goal = (text: string, value: number, limit: number, unit: string): Goal => ({
    goal: text,
    figure: `${figure(value)} ${unit}`,
    isMet: value <= limit,
  })
  return [
    goal('HTTP: wall time at most 1.15 × the ideal', http.wallSeconds / idealSeconds, 1.15, '×'),
    goal('HTTP: at most 5 s of CPU', http.cpuSeconds, 5, 's'),
    goal('HTTP: at most 200 MB', (http.memoryMiB * MIB) / 1e6, 200, 'MB'),
    goal('HTTP: reported p50 within 10 % of the latency', Math.abs((http.p50Ms ?? 0) / DELAY_MS - 1) * 100, 10, '%'),
    goal('echo: at most 2 s', echo.wallSeconds, 2, 's'),
    goal('HTTP × 10: memory at most 1.3 × that of HTTP', manyHttp.memoryMiB / http.memoryMiB, 1.3, '×'),
    goal('echo × 10: memory at most 1.3 × that of echo', many.memoryMiB / echo.memoryMiB, 1.3, '×'),
  ]
}

function tableOf(rows: readonly Measured[], absent: string | undefined): Table {
  return {
    title: 'Runs',
    head: ['run', 'wall, s', 'CPU, s', 'peak memory, MiB', 'reported p50, ms', 'outcome'],
    rows: rows.map(({ name, wallSeconds, cpuSeconds, memoryMiB, p50Ms, outcome }) => [
      name,
      figure(wallSeconds),
      figure(cpuSeconds),
      figure(memoryMiB),
      p50Ms === undefined ? '–' : figure(p50Ms),
      outcome,
    ]),
    note: absent,
  }
}

async function ours(
  root: string,
  folder: string,
  run: { readonly name: string; readonly cases: number; readonly url: string | undefined },
): Promise<Measured> {
  await writeFile(join(folder, 'cases.jsonl'), casesText(run.cases))
  const target = run.url === undefined ? '{ type: echo }' : `{ type: http, url: '${run.url}', reply: $.reply }`
  await writeFile(
    join(folder, 'suite.yaml'),
    `apiVersion: gatehouse.dev/v1\nkind: Suite\nmetadata: { id: bench, version: 1.0.0, title: Bench }\npurpose: quality\ntarget: ${target}\ncases: cases.jsonl\ncriteria:\n  - { id: all, metric: task-success, atLeast: 0.9 }\n`,
  )
  const args = ['eval', 'run', 'suite.yaml', '-c', String(CONCURRENCY), '-o', 'report.json']
  const used = await measured(process.execPath, [join(root, 'bin', 'gatehouse'), ...args], folder)
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as EvaluationReport
  const said = /trials in ([\d.]+) s/.exec(used.stderr)?.[1]
  return {
    name: run.name,
    ...used,
    // The run itself, as it reports; the start of the program is in the CPU time.
    wallSeconds: said === undefined ? used.wallSeconds : Number(said),
    p50Ms: report.latency.p50Ms ?? undefined,
    outcome: `${report.criteria[0]?.outcome ?? ''}, ${report.cases.run} cases, ${report.latency.voided} latencies void`,
  }
}

function casesText(cases: number): string {
  const line = (at: number): string =>
    JSON.stringify({ id: `c-${at}`, turns: [`number ${at}`], expect: [{ scorer: 'contains', any: ['number'] }] })
  return `${Array.from({ length: cases }, (_, at) => line(at)).join('\n')}\n`
}

/** Undefined figures would read as zero: where the package is not installed or does not run, why stands in the table's note. */
async function promptfoo(
  { root, folder }: { readonly root: string; readonly folder: string },
  cases: number,
  url: string,
): Promise<Measured | string> {
  const entry = join(root, 'bench', 'evals-peer', 'node_modules', 'promptfoo', 'dist', 'src', 'main.js')
  if (!existsSync(entry))
    return 'promptfoo is not installed: `npm ci --prefix bench/evals-peer --ignore-scripts` installs it.'
  const tests = Array.from({ length: cases }, (_, at) => ({
    vars: { q: `number ${at}` },
    assert: [{ type: 'contains', value: 'number' }],
  }))
  const provider = {
    id: url,
    config: { method: 'POST', body: { prompt: '{{prompt}}' }, transformResponse: 'json.reply' },
  }
  await writeFile(
    join(folder, 'promptfooconfig.json'),
    JSON.stringify({ prompts: ['{{q}}'], providers: [provider], tests }),
  )
  const output = join(folder, 'promptfoo.json')
  const args = [
    'eval',
    '-c',
    'promptfooconfig.json',
    '-o',
    output,
    '-j',
    String(CONCURRENCY),
    '--no-cache',
    '--no-table',
  ]
  const used = await measured(process.execPath, [entry, ...args], folder)
  if (!existsSync(output)) return `promptfoo did not finish: ${used.stderr.trim().slice(-300)}`
  const { results } = JSON.parse(await readFile(output, 'utf8')) as {
    readonly results: { readonly results: readonly { readonly latencyMs: number }[] }
  }
  const latencies = results.results.map(({ latencyMs }) => latencyMs).toSorted((left, right) => left - right)
  return {
    name: 'promptfoo, HTTP',
    ...used,
    p50Ms: latencies[Math.floor(latencies.length / 2)],
    outcome: `${latencies.length} cases`,
  }
}

interface Used {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly memoryMiB: number
  readonly stderr: string
}

const USAGE_MARK = 'bench-usage '
/** Where the system says it, the peak since the program began: the one of `getrusage` may be its parent's. */
const ACCOUNT = `import { existsSync, readFileSync } from 'node:fs'
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const peakKiB = Number(/VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
  process.stderr.write('${USAGE_MARK}' + JSON.stringify({ cpuMicros: user + system, peakKiB }) + '\\n')
})`

/** Runs a Node program and takes its own account of CPU and peak memory when it ends. */
async function measured(program: string, args: readonly string[], cwd: string): Promise<Used> {
  const startedMs = performance.now()
  const child = spawn(program, ['--import', `data:text/javascript,${encodeURIComponent(ACCOUNT)}`, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    // The peer keeps its database with the run, and calls nobody.
    env: { ...process.env, PROMPTFOO_CONFIG_DIR: cwd, PROMPTFOO_DISABLE_TELEMETRY: '1', PROMPTFOO_DISABLE_UPDATE: '1' },
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString('utf8')}`.slice(-100_000)
  })
  await once(child, 'close')
  const usage = stderr.slice(stderr.lastIndexOf(USAGE_MARK) + USAGE_MARK.length).split('\n')[0] ?? '{}'
  const { cpuMicros, peakKiB } = JSON.parse(usage) as { readonly cpuMicros: number; readonly peakKiB: number }
  return {
    wallSeconds: (performance.now() - startedMs) / 1_000,
    cpuSeconds: cpuMicros / 1e6,
    memoryMiB: peakKiB / 1_024,
    stderr,
  }
}
