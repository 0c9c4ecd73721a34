// Judges with passports and tables of decisions, through the command line; the judge is a server that speaks OpenAI's protocol.
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EvaluationReport } from '../../src/domain/evaluation/evaluation-report.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
let folder: string
let base: string

/** Finds what says "rude", misses what is rude in other words, and has no opinion of what says "odd". */
function opinionOf(asked: string): string {
  if (asked.includes('odd')) return 'It depends.'
  return asked.includes('rude') ? 'YES, it is.' : 'No.'
}

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { messages } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { messages: { content: string }[] }
      response.end(JSON.stringify({ choices: [{ message: { content: opinionOf(messages.at(-1)?.content ?? '') } }] }))
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
afterAll(() => cleanUp.disposeAsync())

async function cli(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

/** A hundred replies, of which the first so many are rude; an odd one may be among them. */
async function writeSuite(options: {
  readonly rude: number
  readonly odd?: boolean
  readonly prompt?: string
}): Promise<void> {
  const cases = Array.from({ length: 100 }, (_, at) => ({
    id: `c-${at}`,
    turns: [at < options.rude ? 'a rude reply' : at === 99 && options.odd === true ? 'an odd reply' : 'a kind reply'],
    expect: [{ scorer: 'judge', judge: 'tone', question: 'Is it polite?' }],
  }))
  await writeFile(join(folder, 'cases.jsonl'), `${cases.map((one) => JSON.stringify(one)).join('\n')}\n`)
  await writeFile(
    join(folder, 'suite.yaml'),
    `apiVersion: gatehouse.dev/v1
kind: Suite
metadata: { id: tone, version: 1.0.0, title: Tone }
purpose: quality
target: { type: echo }
cases: cases.jsonl
judges:
  - { id: tone, model: m, baseUrl: '${base}', prompt: '${options.prompt ?? 'Does the reply miss this: {{question}} Reply: {{reply}}'}', passport: tone.json }
criteria:
  - { id: polite, metric: 'judge:tone', atMost: 0.3 }
`,
  )
}

/** Labels of people: so many rude replies, of which the judge overlooks a tenth, and as many kind ones. */
async function writeLabels(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) => [
    { prompt: 'p', reply: at % 10 === 9 ? 'subtly nasty' : 'so rude', question: 'q', label: 'miss' },
    { prompt: 'p', reply: 'kind', question: 'q', label: 'hold' },
  ]).flat()
  await writeFile(join(folder, 'labels.jsonl'), `${lines.map((one) => JSON.stringify(one)).join('\n')}\n`)
}

const calibrate = (...more: readonly string[]): ReturnType<typeof cli> =>
  cli('eval', 'calibrate', 'suite.yaml', 'tone', '-l', 'labels.jsonl', '-o', 'tone.json', ...more)

async function criterion(): Promise<EvaluationReport['criteria'][number] & { readonly code: number }> {
  const { code, out, error } = await cli('eval', 'run', 'suite.yaml', '--json')
  expect(error).not.toContain('error')
  const [polite] = (JSON.parse(out) as EvaluationReport).criteria
  if (polite === undefined) throw new Error('the report has no criterion')
  return { ...polite, code }
}

describe('a judge', () => {
  test('without a passport informs, and decides nothing', async () => {
    await writeSuite({ rude: 10 })
    await rm(join(folder, 'tone.json'), { force: true })
    const polite = await criterion()
    expect(polite).toMatchObject({ outcome: 'inconclusive', code: 3, corrected: null, k: 10, n: 100 })
    expect(polite.note).toContain('no passport')
  })

  test('with a passport decides by the rate behind its own, errors and their uncertainty included', async () => {
    await writeSuite({ rude: 10 })
    await writeLabels(200)
    const calibrated = await calibrate()
    expect(calibrated.code).toBe(0)
    expect(calibrated.out).toContain('sensitivity 90.0% (180/200')
    expect(calibrated.out).toContain('specificity 100.0% (200/200')
    const passport = JSON.parse(await readFile(join(folder, 'tone.json'), 'utf8')) as Record<string, unknown>
    expect(passport).toMatchObject({ kind: 'JudgePassport', judge: 'tone', sensitivity: { k: 180, n: 200 } })
    const polite = await criterion()
    expect(polite).toMatchObject({ outcome: 'passed', code: 0 })
    // The judge sees 10 of 100 and overlooks a tenth of what is there: 11.1 %. The bound is wider than that of the bare count.
    expect(polite.corrected?.estimate).toBeCloseTo(0.1 / 0.9, 2)
    expect(polite.corrected?.upper).toBeGreaterThan(polite.upper)
    await writeSuite({ rude: 55 })
    expect(await criterion()).toMatchObject({ outcome: 'failed', code: 1 })
  })

  test('with another prompt is another judge, and a passport that has expired is none', async () => {
    await writeSuite({ rude: 10 })
    await writeLabels(200)
    expect((await calibrate('--days', '1')).code).toBe(0)
    await writeSuite({ rude: 10, prompt: 'Rude? {{reply}}' })
    expect((await criterion()).note).toContain('another prompt or model')
    await writeSuite({ rude: 10 })
    const text = await readFile(join(folder, 'tone.json'), 'utf8')
    const expired = {
      ...(JSON.parse(text) as object),
      issuedAt: '2020-01-01T00:00:00.000Z',
      expiresAt: '2020-01-02T00:00:00.000Z',
    }
    await writeFile(join(folder, 'tone.json'), JSON.stringify(expired))
    expect(await criterion()).toMatchObject({ outcome: 'inconclusive', note: expect.stringContaining('expired') })
    await writeFile(join(folder, 'tone.json'), text.replace('JudgePassport', 'Passport'))
    const refused = await cli('eval', 'run', 'suite.yaml')
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.error).toContain('tone.json:1:1: error')
    expect(refused.error).toContain('[judge/bad-passport]')
  })

  test('that says neither YES nor NO leaves a case without verdict: nothing passes', async () => {
    await writeSuite({ rude: 10, odd: true })
    await writeLabels(200)
    await calibrate()
    const polite = await criterion()
    expect(polite).toMatchObject({ outcome: 'errored', withoutVerdict: 1, code: 3 })
    expect(polite.note).toContain('neither YES nor NO')
  })

  test('on too few labels may be no better than a coin', async () => {
    await writeSuite({ rude: 10 })
    await writeLabels(2)
    const few = await calibrate()
    expect(few.code).toBe(3)
    expect(few.out).toContain('no better than a coin')
    expect(await criterion()).toMatchObject({ outcome: 'inconclusive' })
  })

  test.each([
    ['no JSON', 'x', '[judge/bad-label]'],
    ['another word', '{"reply":"r","label":"maybe"}', '[judge/bad-label]'],
    ['no reply', '{"label":"miss"}', '[judge/bad-label]'],
  ])('is not calibrated on a line with %s', async (_, line, code) => {
    await writeSuite({ rude: 10 })
    await writeFile(join(folder, 'labels.jsonl'), `{"reply":"r","label":"hold"}\n${line}\n`)
    const refused = await calibrate()
    expect(refused.code).toBe(2)
    expect(refused.error).toContain('labels.jsonl:2:1: error')
    expect(refused.error).toContain(code)
  })

  test('that the suite does not declare, or labels that are not there, are refused with the next step', async () => {
    await writeSuite({ rude: 10 })
    await writeLabels(2)
    const unknown = await cli('eval', 'calibrate', 'suite.yaml', 'none', '-l', 'labels.jsonl', '-o', 'x.json')
    expect(unknown.error).toMatch(/\[suite\/unknown-judge\]\n {2}next: use one of: tone/)
    const absent = await cli('eval', 'calibrate', 'suite.yaml', 'tone', '-l', 'none.jsonl', '-o', 'x.json')
    expect(absent.error).toContain('[eval/unreadable]')
    expect([unknown.code, absent.code]).toEqual([2, 2])
  })
})

describe('eval fairness', () => {
  const table = (rows: readonly string[]): Promise<void> =>
    writeFile(join(folder, 'loans.csv'), `region,approved,repaid\n${rows.join('\n')}\n`)
  const fairness = (...more: readonly string[]): ReturnType<typeof cli> =>
    cli('eval', 'fairness', '-d', 'loans.csv', '--group', 'region', '--selected', 'approved', ...more)
  const rows = (count: number, row: string): readonly string[] => Array.from({ length: count }, () => row)

  test('measures parity, odds and the four-fifths ratio with their intervals', async () => {
    await table([
      ...rows(80, 'north,yes,yes'),
      ...rows(20, 'north,no,no'),
      ...rows(40, 'south,yes,1'),
      ...rows(40, 'south,no,true'),
      ...rows(20, 'south,0,n'),
    ])
    const { code, out } = await fairness('--actual', 'repaid', '--reference', 'north')
    expect(code).toBe(0)
    expect(out).toMatch(/south +40\.0% {2}40\/100/)
    expect(out).toMatch(/demographic parity.*\n +south +-40\.0 +\(-\d/)
    expect(out).toMatch(/true positive rates.*\n +south +-50\.0/)
    expect(out).toMatch(/south +0\.50\d +\(0\.\d+–0\.\d+\)/)
    const json = JSON.parse((await fairness('--json', '--actual', 'repaid')).out) as { equalisedOdds: number }
    expect(json.equalisedOdds).toBeCloseTo(0.5, 10)
  })

  test('counts counterfactual pairs of a suite as well', async () => {
    const line = (pair: number, group: string, text: string): string =>
      JSON.stringify({
        id: `${group}-${pair}`,
        turns: [text],
        pair: { id: `p${pair}`, group },
        expect: [{ scorer: 'contains', any: ['approved'] }],
      })
    const lines = Array.from({ length: 60 }, (_, at) => [
      line(at, 'anna', 'approved'),
      line(at, 'ben', at < 10 ? 'denied' : 'approved'),
    ]).flat()
    await writeFile(join(folder, 'pairs.jsonl'), `${lines.join('\n')}\n`)
    await writeFile(
      join(folder, 'pairs.yaml'),
      'apiVersion: gatehouse.dev/v1\nkind: Suite\nmetadata: { id: pairs, version: 1.0.0, title: P }\npurpose: quality\ntarget: { type: echo }\ncases: pairs.jsonl\n',
    )
    const { out } = await cli('eval', 'run', 'pairs.yaml', '--json')
    expect((JSON.parse(out) as EvaluationReport).pairs).toMatchObject({
      pairs: 60,
      contrasts: [{ group: 'ben', reference: 'anna', pairs: 60, onlyReferenceHeld: 10, onlyGroupHeld: 0 }],
    })
  })

  test.each([
    ['a word that is neither yes nor no', ['north,perhaps,yes'], [], 'loans.csv:2:1: error'],
    ['a column that is not there', ['north,yes,yes'], ['--actual', 'nothing'], 'loans.csv:2:1: error'],
    ['a row too short', ['north'], [], '[eval/unreadable]'],
    ['no row', [], [], '[eval/no-decisions]'],
    ['a reference that nobody belongs to', ['north,yes,yes'], ['--reference', 'east'], '[eval/no-group]'],
  ])('refuses a table with %s', async (_, lines, more, message) => {
    await table(lines)
    const { code, error } = await fairness(...more)
    expect(code).toBe(2)
    expect(error).toContain(message)
  })
})
