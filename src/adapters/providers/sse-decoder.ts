import { StringDecoder } from 'node:string_decoder'

/** Server-sent events: the `data` of each event, for any split of the bytes, LF or CRLF; comments are skipped. */
export class SseDecoder {
  readonly #utf8 = new StringDecoder('utf8')
  #rest = ''
  #data: string[] = []

  push(bytes: Uint8Array): readonly string[] {
    const events: string[] = []
    const lines = (this.#rest + this.#utf8.write(Buffer.from(bytes))).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line === '') {
        if (this.#data.length > 0) events.push(this.#data.join('\n'))
        this.#data = []
      } else if (line.startsWith('data:')) this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
    }
    return events
  }
}
