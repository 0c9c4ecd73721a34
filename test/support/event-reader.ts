import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Seen } from './job-engines.ts'
import type { Proof } from './plane-client.ts'

export interface HeardEvent {
  readonly id: string
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface EventReader extends AsyncDisposable {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly heard: Seen<HeardEvent>
  /** Resolves when the server has ended the stream, or the connection broke. */
  readonly ended: Promise<void>
  /** Everything that came, comments too. */
  text(): string
  lastId(): string | undefined
  pause(): void
  resume(): void
}

/** A real client of `GET /api/v1/events`, as the standard describes one. */
export async function readEventsOf(
  url: string,
  proof: Proof,
  { lastEventId, after }: { readonly lastEventId?: string | undefined; readonly after?: number | undefined } = {},
): Promise<EventReader> {
  const query = after === undefined ? '' : `?after=${after}`
  const request = httpRequest(`${url}/api/v1/events${query}`, {
    agent: false,
    headers: {
      accept: 'text/event-stream',
      ...proof,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  request.on('error', () => undefined)
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const heard = new Seen<HeardEvent>()
  let text = ''
  let rest = ''
  let lastId: string | undefined
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part
    rest += part
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const fields = fieldsOf(rest.slice(0, end))
      rest = rest.slice(end + 2)
      if (fields.id !== undefined) lastId = fields.id
      if (fields.data !== undefined)
        heard.add({
          id: lastId ?? '',
          event: fields.event ?? 'message',
          data: JSON.parse(fields.data) as Record<string, unknown>,
        })
    }
  })
  response.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()))
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    heard,
    ended,
    text: () => text,
    lastId: () => lastId,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    async [Symbol.asyncDispose]() {
      response.destroy()
      request.destroy()
      await ended
    },
  }
}

function fieldsOf(block: string): { readonly id?: string; readonly event?: string; readonly data?: string } {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2)
  }
  return fields
}
