import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { opaBundle, opaModule, tarOf } from '../../../test/support/opa-module.ts'
import type { RegoAnswer, RegoSource } from '../../domain/policy/rego-engine.ts'
import { askBundle } from './opa-bundle-engine.ts'
import { opaEndpoints } from './opa-endpoints.ts'
import { opaEngine } from './opa-engine.ts'

const SOURCE: RegoSource = { kind: 'opa-bundle', file: 'x.tar.gz', digest: `sha256:${'0'.repeat(64)}` as never }
const INTERNAL = { manifest: { intake: { audience: 'employees' } } }
const PUBLIC = { manifest: { intake: { audience: 'customers' } } }
const said = (answer: RegoAnswer | undefined): unknown => (answer?.ok === true ? answer.value : answer?.failure.message)

describe('a compiled bundle', () => {
  const ask = async (path: string, bundle: Uint8Array | undefined = opaBundle(), limits?: object): Promise<unknown[]> =>
    (
      await askBundle(
        { source: SOURCE, bundle, path: `gatehouse/release/${path}`, inputs: [INTERNAL, PUBLIC] },
        { deadlineMs: 20_000, pagesMax: 64, ...limits },
      )
    ).map(said)

  test('decides each input', async () => {
    expect(await ask('internal')).toEqual([true, false])
  })

  test.each([
    ['undefined', 'the rule is undefined for this input'],
    ['speaks', 'the rule gives neither true nor false'],
  ])('whose rule %s is a failure for each input', async (path, message) => {
    expect(await ask(path)).toEqual([message, message])
  })

  test('that never comes back is ended, and nothing is answered', async () => {
    const message = 'the policy gave no answer within 1500 ms and was ended'
    expect(await ask('loops', opaBundle(), { deadlineMs: 1_500 })).toEqual([message, message])
  })

  test('is given no more memory than its bound', async () => {
    expect(await ask('floods')).toEqual(['the rule failed: unreachable', 'the rule failed: unreachable'])
  })

  test('without the entry point says which it has', async () => {
    expect((await ask('other'))[0]).toMatch(/^the bundle has no entry point `gatehouse\/release\/other`; it has: gate/)
  })

  test.each([
    ['did not come', undefined, 'it did not come with its pack'],
    ['is no gzip', Buffer.from('no'), 'it is no gzip, or unpacks to more than 16777216 bytes'],
    ['is a bomb', gzipSync(Buffer.alloc(17 * 1_048_576)), 'it is no gzip, or unpacks to more than 16777216 bytes'],
    ['has no policy', gzipSync(tarOf([])), 'it holds no `policy.wasm`: compile it with `opa build -t wasm`'],
    ['has a memory of its own', opaBundle({ ownMemory: true }), 'its policy has a memory of its own'],
    [
      'has data that is no object',
      gzipSync(tarOf([policy(), { path: 'data.json', bytes: Buffer.from('[]') }])),
      '`data.json` or `.manifest` is no JSON object',
    ],
    ['leaves its archive', gzipSync(tarOf([policy('../policy.wasm')])), 'the path `../policy.wasm` leaves the archive'],
    ['holds a link', gzipSync(tarOf([{ ...policy(), type: '2' }])), '`policy.wasm` is neither a file nor a folder'],
    ['holds a file twice', gzipSync(tarOf([policy(), policy('/policy.wasm')])), '`policy.wasm` stands in it twice'],
    ['is cut off', gzipSync(tarOf([policy()], { hasEnd: false }).subarray(0, 1_000)), '`policy.wasm` is cut off'],
    ['has no end', gzipSync(tarOf([policy()], { hasEnd: false })), 'the archive has no end'],
    ['has a damaged header', gzipSync(damaged()), 'a header is damaged'],
  ])('that %s is refused', async (_, bundle, message) => {
    const [answer] = await askBundle({ source: SOURCE, bundle, path: 'gatehouse/release/internal', inputs: [PUBLIC] })
    expect(answer).toEqual({
      ok: false,
      failure: { code: 'policy/refused', message: `the bundle cannot be used: ${message}` },
    })
  })

  test('whose module does not compile answers nothing', async () => {
    const broken = gzipSync(tarOf([{ path: 'policy.wasm', bytes: Buffer.from([0, 0x61, 0x73, 0x6d, 9, 9, 9, 9]) }]))
    expect((await ask('internal', broken))[0]).toMatch(/^the policy could not be run: /)
  })
})

function policy(path = 'policy.wasm') {
  return { path, bytes: opaModule() }
}

function damaged(): Buffer {
  const archive = tarOf([policy()])
  archive[0] = 0x7a
  return archive
}

describe('an OPA server', () => {
  const cleanUp: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const undo of cleanUp.splice(0)) await undo()
  })

  async function ask(listener: RequestListener): Promise<unknown> {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanUp.push(
      () =>
        new Promise((resolve) => {
          server.closeAllConnections()
          server.close(() => resolve())
        }),
    )
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const endpoints = opaEndpoints({ GATEHOUSE_OPA: `house=${url}`, GATEHOUSE_OPA_TOKEN_HOUSE: 't0ken' })
    if (!endpoints.ok) throw new Error(endpoints.failure.message)
    const engine = opaEngine({ endpoints: endpoints.value, remoteMs: 1_500 })
    const source: RegoSource = { kind: 'opa-remote', endpoint: 'house' }
    return said((await engine.ask({ source, bundle: undefined, path: 'gatehouse/allow', inputs: [PUBLIC] }))[0])
  }

  test('is asked by POST /v1/data with the input and the token', async () => {
    let seen: unknown
    const answer = await ask((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        seen = [request.method, request.url, request.headers.authorization, JSON.parse(body)]
        response.end('{"result":true,"decision_id":"1"}')
      })
    })
    expect([answer, seen]).toEqual([true, ['POST', '/v1/data/gatehouse/allow', 'Bearer t0ken', { input: PUBLIC }]])
  })

  test.each([
    ['says false', '{"result":false}', false],
    ['knows no such rule', '{}', 'the rule is undefined for this input'],
    ['gives an object', '{"result":{"allow":true}}', 'the rule gives neither true nor false'],
    ['gives a text', '{"result":"true"}', 'the rule gives neither true nor false'],
    ['gives no JSON', 'true?', 'its answer is no JSON object'],
    ['floods', `{"result":true,"x":"${'x'.repeat(70_000)}"}`, 'its answer is larger than 65536 bytes'],
  ])('that %s is no pass unless it says true', async (_, body, expected) => {
    expect(await ask((_request, response) => response.end(body))).toBe(expected)
  })

  test.each([500, 404, 302, 204])('that answers %i denies', async (status) => {
    const answer = await ask((_request, response) =>
      response.writeHead(status, { location: '/x' }).end('{"result":true}'),
    )
    expect(answer).toBe(`the policy server answered ${status}`)
  })

  test('that gives no answer in time denies, also in the middle of one', async () => {
    const late = 'the policy server gave no answer within 1500 ms'
    expect(await ask(() => undefined)).toBe(late)
    expect(await ask((_request, response) => void response.write('{"result":'))).toBe(late)
  })

  test('that is gone denies', async () => {
    expect(await ask((request) => request.socket.destroy())).toBe('the policy server cannot be reached')
  })

  test('that nobody named is not asked', async () => {
    const engine = opaEngine({ endpoints: new Map() })
    const source: RegoSource = { kind: 'opa-remote', endpoint: 'house' }
    const answers = await engine.ask({ source, bundle: undefined, path: 'a', inputs: [{}, {}] })
    expect(answers.map((answer) => (answer.ok ? '' : answer.failure.code))).toEqual([
      'policy/refused',
      'policy/refused',
    ])
  })

  test.each(['house', 'House=http://x', 'house=file:///etc', 'house=http://u@x', 'house=http://x/?q=1'])(
    'is not named by `%s`',
    (GATEHOUSE_OPA) => {
      expect(opaEndpoints({ GATEHOUSE_OPA })).toMatchObject({ ok: false, failure: { code: 'policy/endpoint' } })
    },
  )
})
