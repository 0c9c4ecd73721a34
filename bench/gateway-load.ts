// A load generator on bare sockets, a process of its own: it must cost less than what it measures.
import { connect, type Socket } from 'node:net'

export interface LoadOrder {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly concurrency: number
  readonly warmMs: number
  readonly measureMs: number
}

export interface LoadResult {
  readonly requests: number
  /** Those while it warmed up included. */
  readonly allRequests: number
  readonly failures: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Until the first event of a stream, comments aside; of a document, until its head. */
  readonly firstP50Ms: number
  readonly firstFailure: string
}

const SAMPLES_MAX = 200_000
/** Where the number of the request is put into its body. */
const MARK = '00000000'
/** A run begins anywhere among them: its texts are not those of the run before. */
const NUMBERS = 90_000_000

export function runLoad(order: LoadOrder): Promise<LoadResult> {
  const head = Object.entries(order.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const request = `POST ${order.path} HTTP/1.1\r\nhost: 127.0.0.1:${order.port}\r\ncontent-type: application/json\r\n${head}content-length: ${Buffer.byteLength(order.body)}\r\n\r\n${order.body}`
  const totals: number[] = []
  const firsts: number[] = []
  const state = {
    requests: 0,
    allRequests: 0,
    failures: 0,
    firstFailure: '',
    isMeasuring: false,
    isOver: false,
    startMs: 0,
    sent: Math.floor(Math.random() * NUMBERS),
  }
  return new Promise((resolve) => {
    const sockets: Socket[] = []
    for (let at = 0; at < order.concurrency; at += 1)
      sockets.push(client(order.port, request, state, { totals, firsts }))
    setTimeout(() => {
      state.isMeasuring = true
      state.startMs = performance.now()
    }, order.warmMs)
    setTimeout(() => {
      state.isOver = true
      const seconds = (performance.now() - state.startMs) / 1_000
      for (const socket of sockets) socket.destroy()
      resolve({
        requests: state.requests,
        allRequests: state.allRequests,
        failures: state.failures,
        firstFailure: state.firstFailure,
        seconds,
        p50Ms: quantile(totals, 0.5),
        p99Ms: quantile(totals, 0.99),
        firstP50Ms: quantile(firsts, 0.5),
      })
    }, order.warmMs + order.measureMs)
  })
}

interface LoadState {
  requests: number
  allRequests: number
  failures: number
  firstFailure: string
  isMeasuring: boolean
  isOver: boolean
  sent: number
}

function client(
  port: number,
  request: string,
  state: LoadState,
  { totals, firsts }: { readonly totals: number[]; readonly firsts: number[] },
): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received = ''
  let sentMs = 0
  let firstMs = 0
  const send = (): void => {
    state.sent += 1
    received = ''
    firstMs = 0
    sentMs = performance.now()
    // No two requests say the same: a gateway that knows a text from before must not look faster than it is.
    socket.write(request.replace(MARK, String(state.sent).padStart(MARK.length, '0')))
  }
  socket.on('connect', send)
  socket.on('error', () => {
    if (!state.isOver) state.failures += 1
  })
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1')
    const bodyAt = received.indexOf('\r\n\r\n') + 4
    if (bodyAt < 4) return
    const isStream = received.includes('text/event-stream')
    if (firstMs === 0 && (!isStream || received.includes('data: ', bodyAt))) firstMs = performance.now() - sentMs
    const length = /content-length: (\d+)/i.exec(received.slice(0, bodyAt))?.[1]
    const isWhole = length === undefined ? received.endsWith('0\r\n\r\n') : received.length >= bodyAt + Number(length)
    if (!isWhole) return
    state.allRequests += 1
    const isGood = received.startsWith('HTTP/1.1 200') && !received.includes('"error"')
    if (state.isMeasuring && !state.isOver) {
      state.requests += 1
      if (totals.length < SAMPLES_MAX) {
        totals.push(performance.now() - sentMs)
        firsts.push(firstMs)
      }
    }
    if (!isGood) {
      state.failures += 1
      if (state.firstFailure === '') state.firstFailure = received.slice(0, 600)
    }
    if (!state.isOver) send()
  })
  return socket
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

if (process.send !== undefined)
  process.on('message', (order: LoadOrder) => {
    void runLoad(order).then((result) => process.send?.(result))
  })
