import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { observed, scriptedTarget, suiteCase } from '../../../test/support/scripted-target.ts'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { TrialOutcome, TrialRequest } from '../../application/evaluation/trial-target.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { cassetteKey, cassetteTarget, recordingTarget } from './cassette.ts'

const signal = new AbortController().signal
const request = (rest: Partial<SuiteCase> = {}, trial = 0): TrialRequest => ({
  suiteCase: suiteCase('one', rest),
  trial,
})

const failed = (kind: 'rejected' | 'unavailable' | 'rate-limited'): TrialOutcome => ({
  kind: 'failed',
  failure: { kind, message: kind },
})

describe('the key of an answer', () => {
  test.each<[string, Partial<SuiteCase>]>([
    ['turns', { turns: ['other'] }],
    ['history', { history: [{ role: 'user', content: 'x' }] }],
    ['the system prompt', { system: 'x' }],
    ['the subject', { subject: { tenant: 't', principal: 'other', roles: [] } }],
    ['tools', { tools: [{ name: 'x', results: [] }] }],
    ['fixtures', { fixtures: { row: 1 } }],
    ['variables', { variables: { row: 1 } }],
  ])('is another with other %s', (_, rest) => {
    expect(cassetteKey(request(rest))).not.toBe(cassetteKey(request()))
  })

  test('is another for another trial, and the same under other expectations, tags, lines and ids', () => {
    expect(cassetteKey(request({}, 1))).not.toBe(cassetteKey(request()))
    const same = { expect: [{ scorer: 'refused' as const }], tags: ['x'], line: 99, file: 'other', id: 'other' }
    expect(cassetteKey(request(same))).toBe(cassetteKey(request()))
  })

  test('exists also for half a surrogate pair', () => {
    expect(cassetteKey(request({ turns: ['\ud800'] }))).not.toBe(cassetteKey(request({ turns: ['\ud801'] })))
  })
})

describe('a cassette', () => {
  test('gives every observation and every lasting failure again, and asks nobody', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'tape')
    const outcomes = [observed('good', { usage: { inputTokens: 3, outputTokens: 1 } }), failed('rejected')]
    const target = scriptedTarget(({ trial }) => outcomes[trial] ?? failed('unavailable'))
    const recording = await recordingTarget(target, path)
    for (const trial of [0, 1, 2]) await recording.run(request({}, trial), signal)
    await recording.close()
    const opened = await cassetteTarget(path)
    if (!opened.ok) throw new Error(opened.failure.message)
    expect(opened.value).toMatchObject({ identity: target.identity, isSimulated: true })
    expect(await opened.value.run(request({}, 0), signal)).toEqual(outcomes[0])
    expect(await opened.value.run(request({}, 1), signal)).toEqual(outcomes[1])
    // What may pass was not recorded: a replay must not make it last.
    for (const unknown of [request({}, 2), request({ turns: ['new'] })])
      expect(await opened.value.run(unknown, signal)).toMatchObject({ failure: { kind: 'not-recorded' } })
    await opened.value.close()
    expect(target.asked).toHaveLength(3)
  })

  test('that broke off in its last line gives what stands before it', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'tape')
    const recording = await recordingTarget(
      scriptedTarget(() => observed('good')),
      path,
    )
    for (const trial of [0, 1]) await recording.run(request({}, trial), signal)
    await recording.close()
    await writeFile(path, (await readFile(path)).subarray(0, -5))
    const opened = await cassetteTarget(path)
    expect(opened.ok && (await opened.value.run(request({}, 0), signal)).kind).toBe('observed')
    expect(opened.ok && (await opened.value.run(request({}, 1), signal)).kind).toBe('failed')
    if (opened.ok) await opened.value.close()
  })

  test.each([
    ['a file that is not there', undefined, 'eval/no-cassette'],
    ['an empty file', '', 'eval/bad-cassette'],
    ['another file', '{"reply":"x"}\n', 'eval/bad-cassette'],
    ['a damaged line', '{"cassette":1,"identity":{},"isSimulated":false}\n{"key":\n', 'eval/bad-cassette'],
    [
      'an answer without its reply',
      '{"cassette":1,"identity":{},"isSimulated":false}\n{"key":"k","outcome":{"kind":"observed","observation":{}}}\n',
      'eval/bad-cassette',
    ],
    ['a line of something else', '{"cassette":1,"identity":{},"isSimulated":false}\n{"x":1}\n', 'eval/bad-cassette'],
  ])('is not %s', async (_, text, code) => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'tape')
    if (text !== undefined) await writeFile(path, text)
    const opened = await cassetteTarget(path)
    expect(opened).toMatchObject({ ok: false, failure: { code } })
  })
})
