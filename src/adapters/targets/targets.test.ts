import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { suiteCase } from '../../../test/support/scripted-target.ts'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { TrialOutcome, TrialTarget } from '../../application/evaluation/trial-target.ts'
import { targetSchema } from '../../contract/suite/target-schema.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { HttpExchanger } from './http-exchange.ts'
import { LagMeter } from './lag-meter.ts'
import { openTarget } from './open-target.ts'
import type { TargetPorts } from './target-ports.ts'

const cleanUp = new AsyncDisposableStack()
let ports: TargetPorts

beforeAll(async () => {
  const { path } = cleanUp.use(await tempFolder())
  ports = { http: new HttpExchanger(), lag: new LagMeter(), environment: { PATH: process.env['PATH'] }, folder: path }
  cleanUp.defer(async () => {
    ports.lag.close()
    await ports.http.close()
  })
})
afterAll(() => cleanUp.disposeAsync())

async function open(config: unknown, more: Partial<TargetPorts> = {}): Promise<TrialTarget> {
  const opened = await openTarget(targetSchema.parse(config), { ...ports, ...more })
  if (!opened.ok) throw new Error(opened.failure.message)
  return opened.value
}

async function ask(
  target: TrialTarget,
  rest: Partial<SuiteCase> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<TrialOutcome> {
  return target.run({ suiteCase: suiteCase('one', rest), trial: 0 }, signal)
}

const failureOf = (outcome: TrialOutcome): string =>
  outcome.kind === 'failed' ? `${outcome.failure.kind}: ${outcome.failure.message}` : 'observed'

/** A server on loopback that answers as the test says. */
async function serving(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a command', () => {
  const node = (script: string, rest: object = {}): Promise<TrialTarget> =>
    open({ type: 'command', command: process.execPath, args: ['-e', script], ...rest })

  test('gets the case on its standard input, and its output is the reply', async () => {
    const target = await node(
      `let text = ''; process.stdin.on('data', (part) => text += part).on('end', () => console.log(JSON.parse(text).turns[0] + ' #' + JSON.parse(text).trial))`,
    )
    expect(await ask(target, { turns: ['Hello'] })).toMatchObject({
      kind: 'observed',
      observation: { reply: 'Hello #0', toolCalls: [] },
    })
  })

  test('may give a whole observation as JSON', async () => {
    const seen = { reply: 'r', toolCalls: [{ name: 'pay' }], costUsd: 0.5, egress: ['a.example'] }
    const target = await node(`console.log(${JSON.stringify(JSON.stringify(seen))})`, { output: 'json' })
    expect(await ask(target)).toMatchObject({
      observation: { reply: 'r', toolCalls: [{ name: 'pay', args: {} }], costMicroUsd: 500_000, egress: ['a.example'] },
    })
  })

  test('that takes too long is killed with everything that it started', async () => {
    // The grandchild holds the pipe: were it left alive, the trial would wait for it.
    const script = `const { spawn } = require('node:child_process'); const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); require('node:fs').writeFileSync('grandchild.txt', String(child.pid)); setInterval(() => {}, 1000)`
    const target = await node(script, { timeoutSeconds: 2 })
    expect(failureOf(await ask(target))).toBe('timeout: no end within 2 s')
    const { readFile } = await import('node:fs/promises')
    const pid = Number(await readFile(join(ports.folder, 'grandchild.txt'), 'utf8'))
    const state = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'gone')
    expect(state === 'gone' || /State:\s+Z/.test(state)).toBe(true)
  })

  test('that is interrupted ends at once, and has no result', async () => {
    const target = await node('setInterval(() => {}, 1000)')
    const interruption = new AbortController()
    const asked = ask(target, {}, interruption.signal)
    interruption.abort()
    expect(failureOf(await asked)).toBe('interrupted: interrupted')
  })

  test.each([
    ['a bad exit', `console.error('no key'); process.exit(3)`, {}, /^crashed: the program ended with 3: no key$/],
    ['a signal', `process.kill(process.pid, 'SIGTERM')`, {}, /^crashed: the program ended with SIGTERM$/],
    [
      'output without end',
      `const part = 'x'.repeat(1e6); (function more() { process.stdout.write(part, more) })()`,
      {},
      /^malformed: the output is longer than 8388608 bytes$/,
    ],
    ['no JSON', `console.log('hello')`, { output: 'json' }, /^malformed: the output is no JSON/],
    ['another JSON', `console.log('{"reply": 1}')`, { output: 'json' }, /^malformed: .* at `reply`/],
  ])('with %s has no verdict', async (_, script, rest, failure) => {
    expect(failureOf(await ask(await node(script, rest)))).toMatch(failure)
  })

  test('that does not exist has no verdict', async () => {
    const target = await open({ type: 'command', command: './no-such-program' })
    expect(failureOf(await ask(target))).toMatch(/^crashed: spawn .*ENOENT$/)
  })

  test('runs without a shell: what a case says is never run', async () => {
    const target = await open({ type: 'command', command: process.execPath, args: ['-p', '`$(id)`; "'] })
    expect(failureOf(await ask(target))).toMatch(/^crashed: the program ended with 1/)
  })
})

describe('a function', () => {
  async function exporting(name: string, body: string, rest: object = {}): Promise<TrialTarget> {
    await writeFile(join(ports.folder, name), body)
    return open({ type: 'function', module: name, ...rest })
  }

  test('in TypeScript takes the case and answers with a text', async () => {
    const target = await exporting(
      'text.ts',
      `interface Case { readonly turns: readonly string[] }\nexport const target = async ({ turns }: Case, { trial }: { trial: number }): Promise<string> => turns.join('|') + trial\n`,
    )
    expect(await ask(target, { turns: ['a', 'b'] })).toMatchObject({ observation: { reply: 'a|b0' } })
  })

  test('may have another name, and answer with an observation', async () => {
    const target = await exporting(
      'named.mjs',
      `export const bot = () => ({ reply: 'x', blocked: { code: 'denied', rule: 'R1' }, passages: [{ id: 'p', text: 't' }] })`,
      { export: 'bot' },
    )
    expect(await ask(target)).toMatchObject({
      observation: { reply: 'x', blocked: { code: 'denied', rule: 'R1' }, passages: [{ id: 'p', text: 't' }] },
    })
  })

  test('that does not end is a time-out; one that is interrupted is no result', async () => {
    const target = await exporting('never.mjs', 'export const target = () => new Promise(() => {})', {
      timeoutSeconds: 0.1,
    })
    expect(failureOf(await ask(target))).toBe('timeout: no answer within 0.1 s')
    const patient = await open({ type: 'function', module: 'never.mjs' })
    const interruption = new AbortController()
    const asked = ask(patient, {}, interruption.signal)
    interruption.abort()
    expect(failureOf(await asked)).toBe('interrupted: interrupted')
  })

  test('that gives no observation has no verdict', async () => {
    expect(failureOf(await ask(await exporting('number.mjs', 'export const target = () => 7')))).toMatch(/^malformed/)
  })

  test.each([
    ['a module that is not there', 'none.mjs', undefined, 'target/failed'],
    ['a module that throws', 'throws.mjs', 'throw new Error("no")', 'target/failed'],
    ['a module without the function', 'without.mjs', 'export const other = 1', 'target/incomplete'],
  ])('%s is refused before the run', async (_, name, body, code) => {
    if (body !== undefined) await writeFile(join(ports.folder, name), body)
    const opened = await openTarget({ type: 'function', module: name }, ports)
    expect(opened).toMatchObject({ ok: false, failure: { code, at: { line: 1 } } })
  })
})

describe('any HTTP endpoint', () => {
  test('is asked once a turn with template and headers, and JSONPath reads every part', async () => {
    const seen: { url: string; headers: IncomingMessage['headers']; body: unknown }[] = []
    const base = await serving((request, response, body) => {
      seen.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(body) })
      response.end(
        JSON.stringify({
          out: { text: `answer ${seen.length}` },
          calls: [{ function: { name: 'look', arguments: '{"id": 7}' } }, 'ping'],
          docs: [{ id: 'd1', content: 'one' }, 'two'],
          sources: ['d1'],
          flagged: null,
        }),
      )
    })
    const target = await open(
      {
        type: 'http',
        url: `${base}/v1/{{tenant}}`,
        headersFrom: { authorization: 'BOT_KEY' },
        body: { q: '{{prompt}}', all: '{{messages}}', who: '{{subject.principal}}', conversation: '{{session}}' },
        reply: "$.out['text']",
        toolCalls: '$.calls[*]',
        passages: '$.docs',
        citations: '$.sources[*]',
        blocked: '$.flagged',
      },
      { environment: { BOT_KEY: 'secret' } },
    )
    const outcome = await ask(target, { turns: ['first', 'second'], variables: { tenant: 'a/../b' } })
    expect(outcome).toMatchObject({
      observation: {
        reply: 'answer 2',
        blocked: null,
        toolCalls: [
          { name: 'look', args: { id: 7 } },
          { name: 'ping', args: {} },
          { name: 'look', args: { id: 7 } },
          { name: 'ping', args: {} },
        ],
        citations: ['d1'],
        passages: [
          { id: 'd1', text: 'one' },
          { id: '2', text: 'two' },
        ],
      },
    })
    expect(seen.map(({ url }) => url)).toEqual(['/v1/a%2F..%2Fb', '/v1/a%2F..%2Fb'])
    expect(seen[0]?.headers.authorization).toBe('secret')
    expect(seen[1]?.body).toEqual({
      q: 'second',
      all: [
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'answer 1' },
        { role: 'user', content: 'second' },
      ],
      who: 'p',
      conversation: 'one-0',
    })
  })

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['429 with a wait', (r) => r.writeHead(429, { 'retry-after': '7' }).end(), /^rate-limited:/],
    ['529', (r) => r.writeHead(529).end(), /^rate-limited:/],
    ['503', (r) => r.writeHead(503).end('busy'), /^unavailable: the target answered 503: busy$/],
    ['408', (r) => r.writeHead(408).end(), /^timeout:/],
    ['401', (r) => r.writeHead(401).end(), /^unauthorized:/],
    ['400', (r) => r.writeHead(400).end('bad'), /^rejected: the target answered 400: bad$/],
    ['a broken connection', (r) => r.destroy(), /^unavailable:/],
    [
      'half an answer',
      (r) => r.writeHead(200, { 'content-length': '10' }).write('{', () => r.destroy()),
      /^unavailable:/,
    ],
    ['no JSON', (r) => r.end('<html>'), /^malformed: the answer is no JSON/],
    ['JSON without the reply', (r) => r.end('{"a":1}'), /^malformed: nothing stands at `\$\.reply`/],
    ['too much', (r) => r.end(Buffer.alloc(9 * 1_048_576, 32)), /^malformed: the answer is longer than 8388608 bytes$/],
  ])('that answers %s has no verdict, and the kind says whether to ask again', async (_, answer, failure) => {
    const base = await serving((__, response) => answer(response))
    const target = await open({ type: 'http', url: base, reply: '$.reply' })
    expect(failureOf(await ask(target))).toMatch(failure)
  })

  test.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    [
      'a date, by the clock of the server',
      { date: 'Mon, 01 Jan 2035 00:00:00 GMT', 'retry-after': 'Mon, 01 Jan 2035 00:00:09 GMT' },
      9_000,
    ],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
  ])('says how long to wait in %s', async (_, headers, retryAfterMs) => {
    const base = await serving((__, response) => response.writeHead(429, headers).end())
    const outcome = await ask(await open({ type: 'http', url: base, reply: '$.reply' }))
    expect(outcome.kind === 'failed' && outcome.failure.retryAfterMs).toBe(retryAfterMs)
  })

  test('that never answers is a time-out, also when it began to', async () => {
    const silent = await serving(() => undefined)
    const slow = await serving((_, response) => response.writeHead(200).write('{'))
    for (const url of [silent, slow]) {
      const target = await open({ type: 'http', url, reply: '$.reply', timeoutSeconds: 0.2 })
      expect(failureOf(await ask(target))).toBe('timeout: no whole answer within 0.2 s')
    }
  })

  test('that is asked when the run is interrupted gives no result, before and meanwhile', async () => {
    const interruption = new AbortController()
    const base = await serving(() => interruption.abort())
    const target = await open({ type: 'http', url: base, reply: '$.reply' })
    const asked = [ask(target, {}, interruption.signal), ask(target, {}, interruption.signal)]
    for (const outcome of await Promise.all(asked)) expect(failureOf(outcome)).toBe('interrupted: interrupted')
    expect(failureOf(await ask(target, {}, interruption.signal))).toBe('interrupted: interrupted')
  })

  test('that is not there has no verdict', async () => {
    const target = await open({ type: 'http', url: 'http://127.0.0.1:9/', reply: '$.reply' })
    expect(failureOf(await ask(target))).toBe('unavailable: the target cannot be reached (ECONNREFUSED)')
  })

  test('whose answer came from a cache says so: its latency is void', async () => {
    const base = await serving((_, response) => response.writeHead(200, { age: '3' }).end('{"reply":"x"}'))
    const outcome = await ask(await open({ type: 'http', url: base, reply: '$.reply' }))
    expect(outcome).toMatchObject({ observation: { timing: { isCached: true } } })
  })

  test.each(['reply', '$.a[', '$..[?(@.a ==)]'])('with the path %j is refused before the run', (reply) => {
    expect(targetSchema.safeParse({ type: 'http', url: 'http://a.example', reply }).success).toBe(false)
  })

  test('whose header comes from a variable that is not set is refused before the run', async () => {
    const config = targetSchema.parse({
      type: 'http',
      url: 'http://a.example',
      reply: '$',
      headersFrom: { k: 'NO_KEY' },
    })
    expect(await openTarget(config, ports)).toMatchObject({ ok: false, failure: { code: 'target/no-variable' } })
  })
})

describe('Anthropic', () => {
  test('gets tool results as its protocol has them, and the price counts every token', async () => {
    const seen: Record<string, unknown>[] = []
    const base = await serving((_, response, body) => {
      seen.push(JSON.parse(body) as Record<string, unknown>)
      const content =
        seen.length === 1
          ? [
              { type: 'text', text: 'I look.' },
              { type: 'tool_use', id: 'tu-1', name: 'lookup', input: { order: 'NW-1' } },
            ]
          : [{ type: 'text', text: 'Shipped.' }]
      response.end(
        JSON.stringify({
          model: 'c-2',
          stop_reason: seen.length === 1 ? 'tool_use' : 'end_turn',
          content,
          usage: { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 90 },
        }),
      )
    })
    const target = await open({
      type: 'anthropic',
      model: 'c',
      baseUrl: base,
      price: { inputPerMillion: 1, outputPerMillion: 5 },
    })
    const outcome = await ask(target, {
      turns: ['Where?'],
      tools: [{ name: 'lookup', results: [{ when: { order: 'NW-1' }, result: { state: 'shipped' } }] }],
    })
    expect(outcome).toMatchObject({
      observation: {
        reply: 'Shipped.',
        toolCalls: [{ name: 'lookup', args: { order: 'NW-1' } }],
        usage: { inputTokens: 200, outputTokens: 4 },
        costMicroUsd: 220,
        model: 'c-2',
      },
    })
    expect(seen[1]?.['messages']).toEqual([
      { role: 'user', content: 'Where?' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'tu-1', name: 'lookup', input: { order: 'NW-1' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'tu-1', content: '{"state":"shipped"}' }] },
    ])
  })

  test('that refuses by its own filter is blocked; another shape of answer has no verdict', async () => {
    const answers = ['{"stop_reason":"refusal","content":[]}', '{"choices":[]}']
    const base = await serving((_, response) => response.end(answers.shift()))
    const target = await open({ type: 'anthropic', model: 'c', baseUrl: base })
    expect(await ask(target)).toMatchObject({ observation: { blocked: { code: 'content_filter' } } })
    expect(failureOf(await ask(target))).toBe('malformed: the answer is not what its protocol promises')
  })

  test('that calls tools without end is stopped', async () => {
    const call = { content: [{ type: 'tool_use', id: 't', name: 'lookup', input: {} }] }
    const base = await serving((_, response) => response.end(JSON.stringify(call)))
    const target = await open({ type: 'anthropic', model: 'c', baseUrl: base, stepsMax: 3 })
    const tools = [{ name: 'lookup', results: [{ result: 'x' }] }]
    expect(failureOf(await ask(target, { tools }))).toBe('malformed: the model still calls tools after 3 requests')
  })
})
