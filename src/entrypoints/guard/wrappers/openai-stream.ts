import type { Guard } from '../guard-setup.ts'
import { ChoiceStream } from './openai-choice-stream.ts'
import { isFields, unsupported, type Fields } from './content.ts'
import { denialFrom, type Situation } from './wrapper-options.ts'

/** A client's stream of chunks. */
export interface ChunkStream extends AsyncIterable<unknown> {
  readonly controller: AbortController
}

/** The guarded stream: can be iterated once, aborted, and sent on as lines of JSON, as the client's own can. */
class GuardedChunkStream implements ChunkStream {
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

export function guardedStream(source: ChunkStream, guard: Guard, situation: Situation): ChunkStream {
  return new GuardedChunkStream(guardChunks(source, guard, situation), source.controller)
}

/** What a provider streams whose own filter stopped the prompt. */
export function filteredStream(body: Fields): ChunkStream {
  async function* chunks(): AsyncGenerator<unknown> {
    yield {
      id: 'chatcmpl-denied',
      object: 'chat.completion.chunk',
      created: 0,
      model: body['model'],
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }],
    }
  }
  return new GuardedChunkStream(chunks(), new AbortController())
}

const CHOICES_MAX = 128

async function* guardChunks(source: ChunkStream, guard: Guard, situation: Situation): AsyncGenerator<unknown> {
  const choices = new Map<number, ChoiceStream>()
  let head: Fields = {}
  try {
    for await (const chunk of source) {
      if (!isFields(chunk) || !Array.isArray(chunk['choices'])) throw unsupported('chunk')
      head = chunk
      const guarded = chunk['choices'].flatMap((choice: unknown) => {
        if (!isFields(choice) || typeof choice['index'] !== 'number') throw unsupported('chunk')
        const stream = choices.get(choice['index']) ?? new ChoiceStream(choice['index'], guard, situation)
        choices.set(choice['index'], stream)
        if (choices.size > CHOICES_MAX) throw unsupported('chunk')
        return stream.take(choice)
      })
      // One choice a chunk, so that a held text stands before the end of its choice. Usage and the like go on as they are.
      for (const choice of guarded.slice(0, -1)) yield { ...chunk, choices: [choice], ...withoutUsage(chunk) }
      if (guarded.length > 0 || chunk['choices'].length === 0) yield { ...chunk, choices: guarded.slice(-1) }
    }
    for (const stream of choices.values())
      for (const choice of stream.flush()) yield { ...head, choices: [choice], ...withoutUsage(head) }
  } catch (error) {
    // In `content-filter` mode a choice ends by itself; what arrives here could not be read at all.
    throw denialFrom(error, situation.options)
  }
}

function withoutUsage(chunk: Fields): Fields {
  return 'usage' in chunk ? { usage: null } : {}
}
