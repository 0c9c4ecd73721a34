// The runner against a provider that limits, refuses, charges and goes away, through the command line.
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EvaluationReport } from '../../src/domain/evaluation/evaluation-report.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal, type CapturedTerminal } from '../support/captured-terminal.ts'
import { smallDisk } from '../support/small-disk.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Answer = (response: ServerResponse, asked: { readonly content: string; readonly underWay: number }) => void

const cleanUp = new AsyncDisposableStack()
let base: string
let answer: Answer
let asked: string[]
let mostUnderWay: number

function good(response: ServerResponse): void {
  const choices = [{ message: { content: 'good' }, finish_reason: 'stop' }]
  response.end(JSON.stringify({ model: 'm', choices, usage: { prompt_tokens: 1_000, completion_tokens: 0 } }))
}

beforeAll(async () => {
  let underWay = 0
  const server = createServer((request, response) => {
    underWay += 1
    mostUnderWay = Math.max(mostUnderWay, underWay)
    response.on('close', () => {
      underWay -= 1
    })
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { messages } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { messages: { content: string }[] }
      const content = messages.at(-1)?.content ?? ''
      asked.push(content)
      answer(response, { content, underWay })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  cleanUp.defer(() => {
    server.closeAllConnections()
    server.close()
  })
})
beforeEach(() => {
  asked = []
  mostUnderWay = 0
})
afterAll(() => cleanUp.disposeAsync())

async function suiteOf(cases: number): Promise<AsyncDisposable & { readonly path: string }> {
  const temp = await tempFolder()
  await writeSuite(temp.path, cases)
  return temp
}

async function writeSuite(folder: string, cases: number): Promise<void> {
  const lines = Array.from({ length: cases }, (_, at) =>
    JSON.stringify({ id: `c-${at}`, turns: [`say ${at}`], expect: [{ scorer: 'contains', any: ['good'] }] }),
  )
  await writeFile(join(folder, 'cases.jsonl'), `${lines.join('\n')}\n`)
  await writeFile(
    join(folder, 'suite.yaml'),
    `apiVersion: gatehouse.dev/v1
kind: Suite
metadata: { id: net, version: 1.0.0, title: Net }
purpose: quality
target: { type: openai, model: m, baseUrl: '${base}', price: { inputPerMillion: 1000, outputPerMillion: 0 } }
cases: cases.jsonl
criteria:
  - { id: all, metric: task-success, atLeast: 0.5 }
`,
  )
}

async function run(
  folder: string,
  more: readonly string[] = [],
  terminal: CapturedTerminal = capturedTerminal(folder),
): Promise<{ readonly code: number; readonly report: EvaluationReport; readonly error: string }> {
  const code = await runCli(['eval', 'run', 'suite.yaml', '--json', ...more], terminal)
  const { out, error } = terminal.printed
  return { code, report: JSON.parse(out === '' ? '{}' : out) as EvaluationReport, error }
}

describe('a provider that limits', () => {
  test('is asked less at once, after the wait that it asks for, until every case has its answer', async () => {
    await using suite = await suiteOf(120)
    // At most four at once; what is above waits for the rest of a moment.
    answer = (response, { underWay }) => {
      if (underWay > 4) response.writeHead(429, { 'retry-after-ms': '2' }).end()
      else setTimeout(() => good(response), 2)
    }
    const { code, report, error } = await run(suite.path, ['-c', '16'])
    expect(code).toBe(0)
    expect(report).toMatchObject({ stopped: 'completed', cases: { run: 120, held: 120 }, trials: { errored: 0 } })
    expect(error).toMatch(/\d+ retries/)
    expect(mostUnderWay).toBeLessThanOrEqual(16)
    // Not five times as many requests as cases: the refusals taught something.
    expect(asked.length).toBeLessThan(200)
  })

  test('for good leaves its cases without verdict: nothing passes, and the requests are bounded', async () => {
    await using suite = await suiteOf(300)
    answer = (response) => response.writeHead(429, { 'retry-after-ms': '1' }).end()
    const { code, report } = await run(suite.path)
    expect(code).toBe(3)
    expect(report.criteria[0]?.outcome).toBe('errored')
    expect(report.trials).toEqual({ run: 300, errored: 300 })
    expect(asked.length).toBeLessThan(300 + 50 + 60 + 16)
  })
})

describe('a failure', () => {
  test('that passes is tried again; one that lasts is one case without verdict, of the kind that it is', async () => {
    await using suite = await suiteOf(12)
    const failures: Readonly<Record<string, (response: ServerResponse) => void>> = {
      'say 1': (response) => void response.writeHead(400).end('bad request'),
      'say 2': (response) => void response.end('<html>'),
      'say 3': (response) =>
        void (asked.filter((content) => content === 'say 3').length < 2 ? response.destroy() : good(response)),
    }
    answer = (response, { content }) => (failures[content] ?? good)(response)
    const { code, report } = await run(suite.path)
    expect(code).toBe(3)
    expect(report.errors.map(({ id, kind }) => `${id} ${kind}`).toSorted()).toEqual(['c-1 rejected', 'c-2 malformed'])
    const times = (content: string): number => asked.filter((one) => one === content).length
    expect([times('say 1'), times('say 2'), times('say 3'), times('say 4')]).toEqual([1, 1, 2, 1])
  })

  test('of the key ends the run with its own exit code, is not recorded, and the run goes on with a good key', async () => {
    await using suite = await suiteOf(40)
    answer = (response) => void (asked.length > 10 ? response.writeHead(401).end() : good(response))
    const refused = await run(suite.path, ['-c', '1'])
    expect(refused).toMatchObject({ code: 4, report: { stopped: 'unauthorized' } })
    answer = good
    const before = asked.length
    const resumed = await run(suite.path, ['-c', '1', '--resume'])
    expect(resumed).toMatchObject({ code: 0, report: { stopped: 'completed', cases: { run: 40, held: 40 } } })
    expect(asked.length - before).toBe(30)
  })
})

describe('a budget', () => {
  test('of money stops the sampling where it is spent, decides nothing on less, and the run can go on', async () => {
    await using suite = await suiteOf(50)
    answer = good
    // A dollar an answer.
    const stopped = await run(suite.path, ['-c', '1', '--budget-usd', '7'])
    expect(stopped.report).toMatchObject({
      stopped: 'cost-budget',
      cases: { available: 50, run: 7 },
      usage: { costUsd: 7 },
    })
    expect(asked).toHaveLength(7)
    const resumed = await run(suite.path, ['-c', '1', '--resume'])
    expect(resumed.report).toMatchObject({ stopped: 'completed', usage: { costUsd: 50 } })
    expect(resumed.error).toContain('7 taken from the journal')
    expect(asked).toHaveLength(50)
  })

  test('of time stops as well', async () => {
    await using suite = await suiteOf(1_000)
    answer = (response) => void setTimeout(() => good(response), 40)
    const { report } = await run(suite.path, ['-c', '1', '--budget-seconds', '1'])
    expect(report.stopped).toBe('time-budget')
    expect(report.cases.run).toBeGreaterThan(0)
    expect(report.cases.run).toBeLessThanOrEqual(26)
  })
})

describe('an interrupted run', () => {
  test('ends with its own exit code, keeps what was answered, and goes on from there', async () => {
    await using suite = await suiteOf(30)
    const terminal = capturedTerminal(suite.path)
    answer = (response) => {
      if (asked.length === 12) terminal.interrupt()
      else good(response)
    }
    const interrupted = await run(suite.path, ['-c', '1'], terminal)
    expect(interrupted.code).toBe(130)
    expect(interrupted.error).toContain('next: what was answered is kept; the same command with --resume goes on')
    answer = good
    const resumed = await run(suite.path, ['-c', '1', '--resume'])
    expect(resumed).toMatchObject({ code: 0, report: { cases: { run: 30, held: 30 } } })
    expect(resumed.error).toContain('11 taken from the journal')
    expect(asked).toHaveLength(31)
  })
})

describe('a disk that is full in the middle of a run', () => {
  test('is said with the next step, and the run goes on when there is room', async (context) => {
    await using disk = await smallDisk(8)
    if (disk === undefined) return context.skip('this process may not mount a disk of its own')
    await writeSuite(disk.path, 60)
    let isFull = false
    answer = (response) => {
      if (asked.length < 20 || isFull) return good(response)
      isFull = true
      void disk.fill().then(() => good(response))
    }
    const full = await run(disk.path, ['-c', '1'])
    expect(full.code).toBe(70)
    expect(full.error).toMatch(/error the disk is full .*\[system\/no-space\]\n {2}next: free space/)
    await disk.free()
    answer = good
    const resumed = await run(disk.path, ['-c', '1', '--resume'])
    expect(resumed).toMatchObject({ code: 0, report: { cases: { run: 60, held: 60 } } })
    expect(resumed.error).toMatch(/ taken from the journal/)
  })
})

describe('a journal that was damaged', () => {
  test('is refused with its line, and nothing is asked', async () => {
    await using suite = await suiteOf(10)
    answer = good
    await run(suite.path, ['-c', '1', '--budget-usd', '3'])
    const runs = join(suite.path, '.gatehouse', 'evals')
    const [id = ''] = await readdir(runs)
    const path = join(runs, id, 'journal.jsonl')
    const lines = (await readFile(path, 'utf8')).split('\n')
    lines[2] = (lines[2] ?? '').replace('"misses"', '"mixed"')
    await writeFile(path, lines.join('\n'))
    const before = asked.length
    const { code, error } = await run(suite.path, ['--resume'])
    expect(code).toBe(2)
    expect(error).toMatch(/journal\.jsonl:3:1: error .* is damaged at line 3 \[eval\/bad-journal\]/)
    expect(asked).toHaveLength(before)
  })
})
