import type { Guard } from '../guard-setup.ts'
import { ChoiceStream } from './openai-choice-stream.ts'
import { GuardedChunkStream, type ChunkStream } from './openai-guarded-stream.ts'
import { isFields, unsupported, type Fields } from './content.ts'
import { denialFrom, type Situation } from './wrapper-options.ts'

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
