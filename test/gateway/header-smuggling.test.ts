// Requests that two readers could understand in two ways. Whatever stands in front of a gateway must not see one request where
// the gateway sees two, nor another caller than the gateway does.
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { gatewayBefore } from '../support/faulty-gateway.ts'
import { WIRES } from '../support/gateway-wires.ts'
import type { LightGateway } from '../support/light-gateway.ts'

const own = new AsyncDisposableStack()
let provider: FakeProvider
let light: LightGateway
beforeAll(async () => {
  provider = own.use(await startFakeProvider())
  light = own.use(
    await gatewayBefore(provider.url, { options: { requestTimes: { headersMs: 1_000, requestMs: 2_000 } } }),
  )
})
afterAll(() => own.disposeAsync())
beforeEach(() => void (provider.seen.length = 0))

/** Everything that comes back until the connection ends. */
async function raw(bytes: string): Promise<readonly string[]> {
  const { port } = new URL(light.gateway.url)
  const socket = connect(Number(port), '127.0.0.1')
  let got = ''
  socket.on('data', (data: Buffer) => void (got += data.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(bytes, 'latin1')
  await new Promise((resolve) => void socket.on('close', resolve))
  return [...got.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1] ?? '')
}

const body = (): string => JSON.stringify(WIRES['chat']!.request({}, { isStream: false }))
const key = (): string => `authorization: Bearer ${light.signer.apiKey}`
const start = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n'
const hidden = (): string => `${start}${key()}\r\ncontent-length: ${body().length}\r\n\r\n${body()}`
const chunked = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`

test('a plain request is served, so that what follows is refused for its head alone', async () => {
  expect(await raw(`${start}${key()}\r\ncontent-length: ${body().length}\r\n\r\n${body()}`)).toEqual(['200'])
  expect(await raw(`${start}${key()}\r\ntransfer-encoding: chunked\r\n\r\n${chunked(body())}`)).toEqual(['200'])
})

describe('a request', () => {
  test.each<[string, () => string]>([
    ['with two lengths', () => `${key()}\r\ncontent-length: ${body().length}\r\ncontent-length: 0\r\n\r\n${body()}`],
    ['with a length of two values', () => `${key()}\r\ncontent-length: ${body().length}, 0\r\n\r\n${body()}`],
    [
      'with a length and pieces',
      () => `${key()}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n${chunked(body())}`,
    ],
    [
      'with pieces and a length',
      () => `${key()}\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n${chunked(body())}`,
    ],
    ['with an unknown coding', () => `${key()}\r\ntransfer-encoding: xchunked\r\n\r\n${chunked(body())}`],
    [
      'whose pieces are not the last coding',
      () => `${key()}\r\ntransfer-encoding: chunked, identity\r\n\r\n${chunked(body())}`,
    ],
    ['with a signed length', () => `${key()}\r\ncontent-length: +${body().length}\r\n\r\n${body()}`],
    [
      'with a length in hexadecimal',
      () => `${key()}\r\ncontent-length: 0x${body().length.toString(16)}\r\n\r\n${body()}`,
    ],
    ['with a space before the colon', () => `${key()}\r\ncontent-length : ${body().length}\r\n\r\n${body()}`],
    ['with a folded line', () => `${key()}\r\nx: a\r\n folded: b\r\ncontent-length: ${body().length}\r\n\r\n${body()}`],
    ['with a bare line feed', () => `${key()}\ncontent-length: ${body().length}\r\n\r\n${body()}`],
    [
      'with a bare carriage return',
      () => `${key()}\r\nx: a\rb: c\r\ncontent-length: ${body().length}\r\n\r\n${body()}`,
    ],
    ['with a null byte in its head', () => `${key()}\r\nx: a\0b\r\ncontent-length: ${body().length}\r\n\r\n${body()}`],
    ['with a sick piece', () => `${key()}\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n${body()}\r\n0\r\n\r\n`],
    [
      'with two keys',
      () => `${key()}\r\nauthorization: Bearer other\r\ncontent-length: ${body().length}\r\n\r\n${body()}`,
    ],
    [
      'with two keys, the right one last',
      () => `Authorization: Bearer other\r\n${key()}\r\ncontent-length: ${body().length}\r\n\r\n${body()}`,
    ],
    [
      'with two end users',
      () =>
        `${key()}\r\ngatehouse-subject: a\r\nGatehouse-Subject: b\r\ncontent-length: ${body().length}\r\n\r\n${body()}`,
    ],
    [
      'with two tickets',
      () =>
        `${key()}\r\ngatehouse-approval: a\r\ngatehouse-approval: b\r\ncontent-length: ${body().length}\r\n\r\n${body()}`,
    ],
    ['without a host', () => `${key()}\r\ncontent-length: ${body().length}\r\n\r\n${body()}`],
  ])('%s', async (name, rest) => {
    const first = name === 'without a host' ? 'POST /v1/chat/completions HTTP/1.1\r\n' : start
    const statuses = await raw(`${first}${rest()}`)
    expect(statuses.filter((status) => !status.startsWith('4'))).toEqual([])
    expect(provider.seen).toEqual([])
  })

  test.each<[string, () => string]>([
    ['its length', () => `${key()}\r\ncontent-length: 2\r\n\r\n{}${hidden()}`],
    ['its last piece', () => `${key()}\r\ntransfer-encoding: chunked\r\n\r\n${chunked('{}')}${hidden()}`],
    [
      'a refused head',
      () => `${key()}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n${chunked('{}')}${hidden()}`,
    ],
  ])('that hides another one behind %s is refused, and the other one is not served in its name', async (_, rest) => {
    const statuses = await raw(`${start}${rest()}`)
    expect(statuses.filter((status) => status === '200')).toEqual([])
    expect(provider.seen).toEqual([])
  })
})
