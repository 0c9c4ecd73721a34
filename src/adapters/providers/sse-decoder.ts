import { StringDecoder } from 'node:string_decoder'

/** Longest event, in characters: what is longer is no piece of an answer. */
const EVENT_CHARS_MAX = 4_000_000

/** Server-sent events: the `data` of each event, for any split of the bytes, LF or CRLF; comments are skipped. */
export class SseDecoder {
  readonly #utf8 = new StringDecoder('utf8')
  #rest = ''
  #data: string | undefined

  /** True once an event has outgrown its bound: the stream is to be left. */
  get isTooLong(): boolean {
    return this.#rest.length + (this.#data?.length ?? 0) > EVENT_CHARS_MAX
  }

  push(bytes: Uint8Array): readonly string[] {
    const events: string[] = []
    const text = this.#utf8.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#line(this.#rest === '' ? text.slice(from, end) : this.#rest + text.slice(from, end), events)
      this.#rest = ''
      from = end + 1
    }
    this.#rest += text.slice(from)
    return events
  }

  #line(raw: string, events: string[]): void {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (line === '') {
      if (this.#data !== undefined) events.push(this.#data)
      this.#data = undefined
    } else if (line.startsWith('data:')) {
      const data = line.slice(line.charCodeAt(5) === 32 ? 6 : 5)
      this.#data = this.#data === undefined ? data : `${this.#data}\n${data}`
    }
  }
}
