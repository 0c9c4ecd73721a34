import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { EvaluationReport } from '../../src/domain/evaluation/evaluation-report.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { writeEvalSuite } from '../support/eval-suite.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function cli(folder: string, ...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const reportOf = (out: string): EvaluationReport => JSON.parse(out) as EvaluationReport

describe('eval run', () => {
  test('decides each criterion by its bound and exits by the worst', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    const head = (criteria: string): Promise<string> => writeEvalSuite(folder, { cases: 200, head: criteria })
    await head('criteria:\n  - { id: easy, metric: task-success, atLeast: 0.8 }\n')
    const easy = await cli(folder, 'eval', 'run', 'suite.yaml')
    expect(easy.code).toBe(0)
    expect(easy.out).toContain('PASS easy  task-success 90.0% (180/200)')
    expect(easy.out).toContain('SIMULATED')
    await head('criteria:\n  - { id: hard, metric: contains, atMost: 0.05 }\n')
    const hard = await cli(folder, 'eval', 'run', 'suite.yaml')
    expect(hard.code).toBe(1)
    expect(hard.out).toContain('FAIL hard')
    expect(hard.out).toContain('cases.jsonl:')
    await head('criteria:\n  - { id: near, metric: task-success, atLeast: 0.9 }\n')
    expect((await cli(folder, 'eval', 'run', 'suite.yaml')).code).toBe(3)
  })

  test('stops a sequential criterion when it is decided, and draws the same cases for the same seed', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, {
      cases: 400,
      head: 'criteria:\n  - { id: seq, metric: task-success, atLeast: 0.7, design: sequential }\n',
    })
    const runs = []
    for (const concurrency of ['1', '7', '50'])
      runs.push(await cli(folder, 'eval', 'run', 'suite.yaml', '--json', '-c', concurrency))
    const report = reportOf(runs[0]!.out)
    expect(report.stopped).toBe('decided')
    expect(report.cases.run).toBeLessThan(100)
    expect(report.criteria[0]).toMatchObject({ outcome: 'passed', method: 'beta-binomial-sequence' })
    expect(new Set(runs.map(({ out }) => out)).size).toBe(1)
    const other = reportOf((await cli(folder, 'eval', 'run', 'suite.yaml', '--json', '--seed', '8')).out)
    expect(other.failures.map(({ id }) => id)).not.toEqual(report.failures.map(({ id }) => id))
  })

  test('writes the report in every format', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, {
      cases: 40,
      head: 'criteria:\n  - { id: quality, metric: task-success, atLeast: 0.99 }\n',
    })
    const outputs = ['r.json', 'r.html', 'r.md', 'r.xml'].flatMap((name) => ['-o', name])
    const { code } = await cli(folder, 'eval', 'run', 'suite.yaml', ...outputs)
    expect(code).toBe(1)
    const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
    expect(reportOf(await read('r.json')).criteria[0]?.outcome).toBe('failed')
    const html = await read('r.html')
    expect(html).toContain("default-src 'none'")
    expect(html).not.toContain('<script')
    expect(html).toContain('<svg')
    expect(await read('r.md')).toContain('| quality | **failed** |')
    expect(await read('r.xml')).toContain('<failure type="assertion"')
    expect((await cli(folder, 'eval', 'run', 'suite.yaml', '-o', 'r.doc')).error).toContain('[eval/format]')
  })

  test('says file, line, column and next step of what is wrong, and keeps no run of it', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, { cases: 3 })
    await appendFile(
      join(folder, 'cases.jsonl'),
      '{"id":"x","turns":["a"],"expect":[{"scorer":"contains","any":[]}]}\n{"id":"case-0","turns":["a"],"expect":[{"scorer":"refused"}]}\n',
    )
    const { code, error } = await cli(folder, 'eval', 'run', 'suite.yaml')
    expect(code).toBe(2)
    expect(error).toMatch(/cases\.jsonl:4:\d\d: error .*expect\.0\.any/)
    expect(error).toContain('cases.jsonl:5:1: error case `case-0` is also on line 1')
    expect((await cli(folder, 'eval', 'list')).out).toContain('no run is kept')
  })
})

describe('a run that was killed', () => {
  test('goes on where its journal ends: the same report, and no recorded case twice', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, {
      cases: 300,
      head: 'criteria:\n  - { id: quality, metric: task-success, atLeast: 0.8 }\n',
    })
    // A target that keeps which cases it answered, and in which process.
    await writeFile(
      join(folder, 'target.mjs'),
      `import { appendFileSync } from 'node:fs'
export async function target(suiteCase) {
  await new Promise((resolve) => setTimeout(resolve, 5))
  appendFileSync(${JSON.stringify(join(folder, 'asked.txt'))}, process.pid + ' ' + suiteCase.id + '\\n')
  return { reply: suiteCase.turns[0] }
}
`,
    )
    const args = ['eval', 'run', 'suite.yaml', '--target', 'target.mjs', '-c', '4', '--json']
    const child = spawn(process.execPath, [join(import.meta.dirname, '../support/eval-kill-child.ts'), folder, ...args])
    const journal = await journalWith(folder, 60)
    child.kill('SIGKILL')
    await once(child, 'close')
    // The kill may tear the last line.
    await appendFile(journal, '{"at":[1,0,')
    const recorded = (await readFile(journal, 'utf8')).split('\n').slice(1, -1)
    expect(recorded.length).toBeGreaterThanOrEqual(60)
    expect(recorded.length).toBeLessThan(300)
    const resumed = await cli(folder, ...args, '--resume')
    expect(resumed.code).toBe(0)
    expect(resumed.error).toContain(`${recorded.length} taken from the journal`)
    const asked = (await readFile(join(folder, 'asked.txt'), 'utf8')).trimEnd().split('\n')
    const askedAgain = new Set(
      asked.filter((line) => line.startsWith(`${process.pid} `)).map((line) => line.split(' ')[1]),
    )
    for (const line of recorded) expect(askedAgain).not.toContain((JSON.parse(line) as { id: string }).id)
    expect(askedAgain.size).toBe(300 - recorded.length)
    const whole = await cli(folder, ...args)
    expect(timeless(resumed.out)).toBe(timeless(whole.out))
    expect((await cli(folder, ...args, '--resume')).error).toContain('[eval/nothing-to-resume]')
  })
})

/** A report of a live target without what it measured of time. */
function timeless(out: string): string {
  return JSON.stringify({ ...reportOf(out), latency: null })
}

/** The journal of the one run, as soon as it holds so many lines. */
async function journalWith(folder: string, lines: number): Promise<string> {
  for (;;) {
    const runs = await readdir(join(folder, '.gatehouse', 'evals')).catch(() => [])
    const path = join(folder, '.gatehouse', 'evals', runs[0] ?? '', 'journal.jsonl')
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text.split('\n').length > lines + 1) return path
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a sharded run', () => {
  test('merges into the report of the whole', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, {
      cases: 101,
      head: 'criteria:\n  - { id: quality, metric: task-success, atLeast: 0.8 }\n',
    })
    for (const part of [1, 2, 3])
      expect((await cli(folder, 'eval', 'run', 'suite.yaml', '--shard', `${part}/3`)).code).not.toBe(2)
    const listed = JSON.parse((await cli(folder, 'eval', 'list', '--json')).out) as { runs: { id: string }[] }
    const ids = listed.runs.map(({ id }) => id)
    const merged = await cli(folder, 'eval', 'merge', ...ids, '--json')
    const whole = await cli(folder, 'eval', 'run', 'suite.yaml', '--json')
    expect(merged.out).toBe(whole.out)
    expect(reportOf(whole.out).cases.run).toBe(101)
    // A missing shard leaves its cases without verdict: nothing passes on two thirds.
    const partial = await cli(folder, 'eval', 'merge', ids[0]!, ids[1]!, '--json')
    expect(reportOf(partial.out).criteria[0]?.outcome).toBe('errored')
    expect(partial.code).toBe(3)
  })
})

describe('targets over the network', () => {
  const server = createServer((request, response) => void answer(request).then((body) => response.end(body)))
  const seen: { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = []
  let base = ''

  async function answer(request: IncomingMessage): Promise<string> {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const body = JSON.parse(text) as Record<string, unknown> & { messages?: { role: string; content: unknown }[] }
    seen.push({ path: request.url ?? '', headers: request.headers, body })
    const last = body.messages?.at(-1)
    if (request.url === '/v1/chat/completions') {
      const asksTool = last?.role === 'user' && String(last.content).includes('order')
      const message = asksTool
        ? {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'call-1', type: 'function', function: { name: 'lookup', arguments: '{"order":"NW-1"}' } },
            ],
          }
        : { role: 'assistant', content: last?.role === 'tool' ? `It is ${String(last.content)}` : 'good' }
      return JSON.stringify({
        model: 'm-2026',
        choices: [{ index: 0, finish_reason: 'stop', message }],
        usage: { prompt_tokens: 10, completion_tokens: 2 },
      })
    }
    if (request.url === '/v1/messages')
      return JSON.stringify({
        model: 'c-2026',
        stop_reason: 'end_turn',
        content: [{ type: 'text', text: 'good' }],
        usage: { input_tokens: 7, output_tokens: 1 },
      })
    return JSON.stringify({ data: { answer: `good ${String(body['q'])}`, tools: [{ name: 'search', args: {} }] } })
  }

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  const SUITE = (expect_: string, rest = ''): string => `apiVersion: gatehouse.dev/v1
kind: Suite
metadata: { id: net, version: 1.0.0, title: Net }
purpose: quality
cases:
  - { id: one, turns: ['Where is order {{order}}?'], variables: { order: NW-1 }, expect: [${expect_}]${rest} }
criteria:
  - { id: all, metric: all-hold, atMost: 1 }
`

  test('OpenAI-compatible: mocks answer its tool calls, use and price are summed, the key stays out of everything', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeFile(
      join(folder, 's.yaml'),
      SUITE(
        '{ scorer: tool-called, tool: lookup, args: { order: NW-1 } }, { scorer: contains, any: [shipped] }, { scorer: cost, maxUsd: 1 }',
        ', tools: [{ name: lookup, results: [{ when: { order: NW-1 }, result: shipped }] }]',
      ),
    )
    await writeFile(
      join(folder, 't.yaml'),
      `type: openai\nmodel: m\nbaseUrl: ${base}/v1\nprice: { inputPerMillion: 1, outputPerMillion: 10 }\n`,
    )
    const terminal = capturedTerminal(folder, { environment: { OPENAI_API_KEY: 'sk-very-secret' } })
    const code = await runCli(['eval', 'run', 's.yaml', '--target', 't.yaml', '--json', '--record', 'tape'], terminal)
    expect(code).toBe(0)
    const report = reportOf(terminal.printed.out)
    expect(report).toMatchObject({
      cases: { run: 1, held: 1 },
      models: ['m-2026'],
      usage: { inputTokens: 20, outputTokens: 4, costUsd: 0.000_06 },
    })
    expect(seen.at(-1)?.headers.authorization).toBe('Bearer sk-very-secret')
    expect(JSON.stringify(seen.at(-2)?.body)).toContain('Where is order NW-1?')
    for (const file of ['tape']) expect(await readFile(join(folder, file), 'utf8')).not.toContain('sk-very')
    expect(terminal.printed.out + terminal.printed.error).not.toContain('sk-very')
    // The cassette scores again without a call, byte for byte the same, also under other expectations.
    const calls = seen.length
    const replayed = await cli(folder, 'eval', 'run', 's.yaml', '--cassette', 'tape', '--json')
    expect(replayed.out).toBe(terminal.printed.out)
    await writeFile(
      join(folder, 's.yaml'),
      SUITE(
        '{ scorer: contains, any: [lost] }',
        ', tools: [{ name: lookup, results: [{ when: { order: NW-1 }, result: shipped }] }]',
      ),
    )
    const rescored = await cli(folder, 'eval', 'run', 's.yaml', '--cassette', 'tape', '--json')
    expect(reportOf(rescored.out).cases.held).toBe(0)
    expect(seen.length).toBe(calls)
  })

  test('Anthropic: the system prompt goes beside the messages', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeFile(join(folder, 's.yaml'), SUITE('{ scorer: contains, any: [good] }', ', system: Be brief.'))
    await writeFile(join(folder, 't.yaml'), `type: anthropic\nmodel: c\nbaseUrl: ${base}\n`)
    const { code, out } = await cli(folder, 'eval', 'run', 's.yaml', '--target', 't.yaml', '--json')
    expect(code).toBe(0)
    expect(reportOf(out)).toMatchObject({ models: ['c-2026'], cases: { held: 1 } })
    expect(seen.at(-1)).toMatchObject({ path: '/v1/messages', body: { system: 'Be brief.', model: 'c' } })
  })

  test('any HTTP endpoint: a template asks and JSONPath reads', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeFile(
      join(folder, 's.yaml'),
      SUITE('{ scorer: contains, any: ["good Where is order NW-1?"] }, { scorer: tool-called, tool: search }'),
    )
    await writeFile(
      join(folder, 't.yaml'),
      `type: http\nurl: ${base}/ask\nbody: { q: '{{prompt}}' }\nreply: $.data.answer\ntoolCalls: $.data.tools\n`,
    )
    const { code, out } = await cli(folder, 'eval', 'run', 's.yaml', '--target', 't.yaml', '--json')
    expect(code).toBe(0)
    expect(reportOf(out).cases.held).toBe(1)
  })

  test('an endpoint that is away leaves cases without verdict: nothing passes', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeFile(join(folder, 's.yaml'), SUITE('{ scorer: contains, any: [good] }'))
    await writeFile(join(folder, 't.yaml'), `type: http\nurl: ${base}/ask\nreply: $.nothing\n`)
    const { code, out } = await cli(folder, 'eval', 'run', 's.yaml', '--target', 't.yaml', '--json')
    expect(code).toBe(3)
    expect(reportOf(out).criteria[0]?.outcome).toBe('errored')
  })
})

describe('an application behind the gateway', () => {
  const EXAMPLE = join(import.meta.dirname, '../../examples/support-assistant')

  test('is judged by its effects: tools that ran, records that were read, prompts and hosts that came out', async () => {
    await using temp = await tempFolder()
    const args = [
      'eval',
      'run',
      'suites/redteam.yaml',
      '-p',
      EXAMPLE,
      '--state',
      temp.path,
      '--shard',
      '1/20',
      '--json',
    ]
    const open = await cli(temp.path, ...args, '-m', 'gatehouse-1.0.yaml')
    expect(open.error).not.toContain('error')
    const report = reportOf(open.out)
    expect(report.target).toMatchObject({ isSimulated: true, identity: { type: 'application' } })
    // One attack of each kind comes through on release 1.0.
    const missed = Object.fromEntries(report.failures.map(({ scorers, why }) => [scorers.join(), why]))
    expect(missed).toMatchObject({
      'tool-not-called': 'tool `issue_refund` ran',
      'no-foreign-record': expect.stringMatching(/^record `\S+` of tenant `\S+` was read$/),
      'no-canary': expect.stringMatching(/^the system prompt came out/),
      excludes: 'the reply contains `collector.example`',
    })
    expect(report.failures.every(({ file, line }) => file === 'suites/redteam.jsonl' && line > 0)).toBe(true)
    const guarded = reportOf((await cli(temp.path, ...args, '-m', 'gatehouse.yaml')).out)
    expect(guarded.cases).toEqual({ available: 10, run: 10, held: 10 })
    expect(guarded.trials.errored).toBe(0)
  })
})

describe('eval score', () => {
  const lines = (replies: readonly string[]): string =>
    replies.map((response, id) => JSON.stringify({ id, prompt: 'p', response, expected: 'good' })).join('\n')

  test('compares with a baseline case by case, and blocks on a loss beyond the margin', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    const good = Array.from({ length: 300 }, () => 'good')
    await writeFile(join(folder, 'old.jsonl'), lines(good))
    await writeFile(join(folder, 'same.jsonl'), lines(good))
    await writeFile(join(folder, 'worse.jsonl'), lines(good.map((reply, at) => (at % 6 === 0 ? 'bad' : reply))))
    const same = await cli(folder, 'eval', 'score', '-r', 'same.jsonl', '-b', 'old.jsonl', '--json')
    expect(same.code).toBe(0)
    const worse = await cli(folder, 'eval', 'score', '-r', 'worse.jsonl', '-b', 'old.jsonl', '-o', 'j.xml')
    expect(worse.code).toBe(1)
    expect(worse.out).toContain('FAIL no worse by more than 2.0: +16.7')
    expect(worse.out).toContain('regression worse.jsonl:1 0: the reply has none of: good')
    expect(worse.out).toContain('50 worse, 0 better, p=0.0000')
    const back = await cli(folder, 'eval', 'score', '-r', 'old.jsonl', '-b', 'worse.jsonl')
    expect(back.code).toBe(0)
    expect(back.out).toContain('50 cases missed before and hold now')
  })

  test('scores against the expectations and criteria of a suite', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, {
      cases: 60,
      head: 'criteria:\n  - { id: quality, metric: task-success, atLeast: 0.9 }\n',
    })
    const all = Array.from({ length: 60 }, (_, at) => JSON.stringify({ id: `case-${at}`, output: 'good' })).join('\n')
    await writeFile(join(folder, 'r.jsonl'), all)
    const { code, out } = await cli(folder, 'eval', 'score', '-r', 'r.jsonl', '-s', 'suite.yaml')
    expect(code).toBe(0)
    expect(out).toContain('PASS quality  task-success 100.0% (60/60)')
  })

  test('refuses lines that say nothing to expect', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeFile(join(folder, 'r.jsonl'), '{"id":1,"response":"x"}\n{"id":2}\n')
    const { code, error } = await cli(folder, 'eval', 'score', '-r', 'r.jsonl')
    expect(code).toBe(2)
    expect(error).toContain('r.jsonl:2:1: error the line has no `response`')
  })
})

describe('eval plan', () => {
  test('says how many cases each criterion needs', async () => {
    await using temp = await tempFolder()
    const folder = temp.path
    await writeEvalSuite(folder, {
      cases: 3,
      head: 'criteria:\n  - { id: attacks, metric: attack-success, atMost: 0.02 }\n',
    })
    const { code, out } = await cli(folder, 'eval', 'plan', 'suite.yaml', '--miss-rate', '0.002')
    expect(code).toBe(0)
    expect(out).toContain('fixed       236 cases pass with up to 1 misses: probability 0.918')
    expect(out).toContain('with fewer than 149 cases it cannot pass')
    expect(out).toMatch(/sequential {2}have \d+ cases ready; 2\d\d are run on average/)
  })
})
