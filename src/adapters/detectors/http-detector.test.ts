import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sendJson, startFakeClassifier, type FakeClassifier } from '../../../test/support/fake-classifier.ts'
import { detectorRunner } from '../../application/guard/run-detectors.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { systemDeadline } from '../clock/system-deadline.ts'
import { httpDetector, type HttpDetectorOptions, type RemoteDetector } from './http-detector.ts'

function detectorAt(url: string, options: Partial<HttpDetectorOptions> = {}): RemoteDetector {
  const made = httpDetector({
    id: 'clf',
    version: '1',
    url,
    category: 'injection',
    body: { inputs: ['{{text}}'], options: { truncate: false } },
    score: '/0/score',
    ...options,
  })
  if (!made.ok) throw new Error(made.failure.message)
  return made.value
}

const never = new AbortController().signal

/** Asks a real server once and lets everything go. */
async function ask(
  answer: (response: ServerResponse, server: FakeClassifier) => void,
  options: Partial<HttpDetectorOptions> = {},
  texts: readonly string[] = ['hello'],
) {
  await using server = await startFakeClassifier((_, response) => answer(response, server))
  const detector = detectorAt(`${server.url}/v1/score?x=1`, options)
  try {
    return { outcome: await detector.detect(texts, never), seen: server.seen }
  } finally {
    await detector.close()
  }
}

test('the text stands in the template, whatever it holds, and the score at the pointer counts', async () => {
  const text = '"}, {{text}} $& 😀 \n'
  const { outcome, seen } = await ask((response) => sendJson(response, [{ score: 0.75 }]), { apiKey: 'k-1' }, [text])
  expect(outcome).toEqual({ ok: true, value: [{ score: 0.75, category: 'injection' }] })
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({
    path: '/v1/score?x=1',
    body: { inputs: [text], options: { truncate: false } },
    headers: { authorization: 'Bearer k-1' },
  })
})

test('with a label, the score of that label counts, wherever it stands in the list', async () => {
  const list = [
    { label: 'SAFE', score: 0.9 },
    { label: 'INJECTION', score: 0.1 },
  ]
  const { outcome } = await ask((response) => sendJson(response, [list]), { score: '/0', label: 'INJECTION' })
  expect(outcome).toMatchObject({ ok: true, value: [{ score: 0.1 }] })
})

test('a long text is asked about in windows and scores as its worst', async () => {
  const text = `${'a '.repeat(300)}evil${' b'.repeat(300)}`
  await using server = await startFakeClassifier(({ body }, response) =>
    sendJson(response, [{ score: JSON.stringify(body).includes('evil') ? 0.9 : 0.1 }]),
  )
  const detector = detectorAt(server.url, { windowChars: 100 })
  expect(await detector.detect([text, 'calm'], never)).toMatchObject({
    ok: true,
    value: [{ score: 0.9 }, { score: 0.1 }],
  })
  expect(server.seen.length).toBeGreaterThan(10)
  await detector.close()
})

test('what stands on a seam between windows is seen whole in one of them', async () => {
  await using server = await startFakeClassifier(({ body }, response) =>
    sendJson(response, [{ score: String((body['inputs'] as string[])[0]).includes('evil') ? 1 : 0 }]),
  )
  const detector = detectorAt(server.url, { windowChars: 40 })
  const texts = Array.from({ length: 80 }, (_, at) => `${'.'.repeat(at)}evil${'.'.repeat(80 - at)}`)
  const outcome = await detector.detect(texts, never)
  expect(outcome.ok && outcome.value.every(({ score }) => score === 1)).toBe(true)
  await detector.close()
})

test('an endless reply is cut off', async () => {
  await using server = await startFakeClassifier((_, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536))) continue
    }
    response.on('drain', pour)
    pour()
  })
  const detector = detectorAt(server.url)
  expect(await detector.detect(['hello'], never)).toMatchObject({
    failure: { code: 'detector/bad-reply', cause: 'text' },
  })
  await server.gone
  await detector.close()
})

test('a text that would need more than 256 windows is refused, not passed', async () => {
  const { outcome, seen } = await ask((response) => sendJson(response, [{ score: 0 }]), { windowChars: 8 }, [
    'x'.repeat(4_000),
  ])
  expect(outcome).toMatchObject({ ok: false, failure: { code: 'detector/too-long', cause: 'text' } })
  expect(seen).toEqual([])
})

describe('a service that does not give a score', () => {
  test.each<{ what: string; answer: (response: ServerResponse) => void; code: string; cause: string }>([
    {
      what: 'breaks on the text (500)',
      answer: (r) => sendJson(r, [{ score: 0 }], 500),
      code: 'refused',
      cause: 'text',
    },
    { what: 'has a filter before it (403)', answer: (r) => sendJson(r, {}, 403), code: 'refused', cause: 'text' },
    { what: 'is overloaded (503)', answer: (r) => sendJson(r, {}, 503), code: 'refused', cause: 'service' },
    { what: 'answers 429', answer: (r) => sendJson(r, {}, 429), code: 'refused', cause: 'service' },
    { what: 'refuses the text', answer: (r) => sendJson(r, {}, 422), code: 'refused', cause: 'text' },
    { what: 'answers 204', answer: (r) => void r.writeHead(204).end(), code: 'refused', cause: 'text' },
    { what: 'sends no JSON', answer: (r) => void r.end('<html>'), code: 'bad-reply', cause: 'text' },
    { what: 'sends nothing', answer: (r) => void r.end(), code: 'bad-reply', cause: 'text' },
    {
      what: 'sends bytes that are no UTF-8',
      answer: (r) => void r.end(Buffer.from([0x22, 0xff, 0x22])),
      code: 'bad-reply',
      cause: 'text',
    },
    { what: 'sends no score', answer: (r) => sendJson(r, [{ label: 'x' }]), code: 'bad-reply', cause: 'text' },
    {
      what: 'sends a score as text',
      answer: (r) => sendJson(r, [{ score: '0.1' }]),
      code: 'bad-reply',
      cause: 'text',
    },
    { what: 'sends a score above 1', answer: (r) => sendJson(r, [{ score: 17 }]), code: 'bad-reply', cause: 'text' },
    {
      what: 'sends a negative score',
      answer: (r) => sendJson(r, [{ score: -0.5 }]),
      code: 'bad-reply',
      cause: 'text',
    },
    {
      what: 'breaks off',
      answer: (r) => {
        r.writeHead(200, { 'content-length': '100' })
        r.write('[')
        r.destroy()
      },
      code: 'unreachable',
      cause: 'service',
    },
    {
      what: 'sends 2 MiB',
      answer: (r) => void r.end(`[{"score":0.1,"pad":"${'x'.repeat(2 * 1_048_576)}"}]`),
      code: 'bad-reply',
      cause: 'text',
    },
  ])('$what: detector/$code', async ({ answer, code, cause }) => {
    const { outcome } = await ask((response) => answer(response))
    expect(outcome).toMatchObject({ ok: false, failure: { code: `detector/${code}`, cause } })
  })

  test('sends a list in which the label is missing or stands twice', async () => {
    for (const list of [
      [{ label: 'SAFE', score: 1 }],
      [
        { label: 'BAD', score: 0 },
        { label: 'BAD', score: 1 },
      ],
      'BAD',
    ])
      expect((await ask((response) => sendJson(response, list), { score: '', label: 'BAD' })).outcome).toMatchObject({
        ok: false,
        failure: { code: 'detector/bad-reply' },
      })
  })

  test('is not there', async () => {
    const server = await startFakeClassifier((_, response) => sendJson(response, {}))
    await server[Symbol.asyncDispose]()
    const detector = detectorAt(server.url)
    expect(await detector.detect(['x'], never)).toMatchObject({ ok: false, failure: { code: 'detector/unreachable' } })
    await detector.close()
  })
})

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) is followed nowhere, so no text leaves for another host',
  async (status) => {
    await using elsewhere = await startFakeClassifier((_, response) => sendJson(response, [{ score: 0 }]))
    for (const location of [`${elsewhere.url}/score`, 'http://192.0.2.1/score']) {
      const { outcome } = await ask((response) => void response.writeHead(status, { location }).end())
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'detector/redirect', cause: 'service' } })
    }
    expect(elsewhere.seen).toEqual([])
  },
)

describe('a service that hangs', () => {
  test.each<{ what: string; hang: (response: ServerResponse) => void }>([
    { what: 'before its head', hang: () => undefined },
    {
      what: 'in the middle of its body',
      hang: (response) => {
        response.writeHead(200)
        response.write('[{"score":')
      },
    },
  ])('$what is cut off by the deadline and its connection is let go', async ({ hang }) => {
    await using server = await startFakeClassifier((_, response) => hang(response))
    const detector = detectorAt(server.url)
    const run = detectorRunner(
      [{ detector, setting: { at: 0.5, action: 'block', onError: 'degrade', deadlineMs: 200 } }],
      { nowMs: monotonicMs, deadline: systemDeadline },
    )
    const [reports] = await run(['hello'], 'input', never)
    expect(reports).toMatchObject([{ id: 'clf', outcome: { ok: false, failure: { code: 'detector/timeout' } } }])
    await server.gone
    await detector.close()
  })

  test('lets go when the caller goes away', async () => {
    const caller = new AbortController()
    await using server = await startFakeClassifier(() => caller.abort())
    const detector = detectorAt(server.url)
    expect(await detector.detect(['hello'], caller.signal)).toMatchObject({ failure: { code: 'detector/aborted' } })
    await server.gone
    await detector.close()
  })
})

test.each([
  { what: 'plain http to another machine', options: { url: 'http://192.0.2.1/score' }, code: 'bad-endpoint' },
  {
    what: 'a name that only begins like loopback',
    options: { url: 'http://127.0.0.1.example/score' },
    code: 'bad-endpoint',
  },
  { what: 'another scheme', options: { url: 'file:///etc/passwd' }, code: 'bad-endpoint' },
  { what: 'no URL', options: { url: 'somewhere' }, code: 'bad-endpoint' },
  { what: 'credentials in the URL', options: { url: 'https://user:pass@classifier.example/' }, code: 'bad-endpoint' },
  { what: 'a body without a place for the text', options: { body: { text: 'fixed' } }, code: 'bad-template' },
  { what: 'a pointer that is none', options: { score: 'score' }, code: 'bad-pointer' },
])('$what is refused before anything is sent', ({ options, code }) => {
  const made = httpDetector({
    id: 'clf',
    version: '1',
    url: 'https://classifier.example/',
    category: 'injection',
    body: '{{text}}',
    score: '/score',
    ...options,
  })
  expect(made).toMatchObject({ ok: false, failure: { code: `detector/${code}`, next: expect.stringMatching(/./) } })
})

test.each(['http://localhost:1/', 'http://127.9.9.9/', 'http://[::1]:8080/', 'https://classifier.example/'])(
  '%s is an endpoint',
  async (url) => {
    await detectorAt(url).close()
  },
)

test('plain http to another machine takes a word', async () => {
  await detectorAt('http://192.0.2.1/score', { allowPlainHttp: true }).close()
})
