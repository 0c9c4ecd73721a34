/** A client's stream of chunks. */
export interface ChunkStream extends AsyncIterable<unknown> {
  readonly controller: AbortController
}

/** The guarded stream: can be iterated once, aborted, and sent on as lines of JSON, as the client's own can. */
export class GuardedChunkStream implements ChunkStream {
  readonly controller: AbortController
  readonly #chunks: AsyncGenerator<unknown>

  constructor(chunks: AsyncGenerator<unknown>, controller: AbortController) {
    this.#chunks = chunks
    this.controller = controller
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#chunks
  }

  toReadableStream(): ReadableStream {
    const chunks = this.#chunks
    const encoder = new TextEncoder()
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`))
      },
      async cancel() {
        await chunks.return(undefined)
      },
    })
  }
}
