import { GuardDenied } from '../guard-denied.ts'
import type { Guard, GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'
import { guardedJson, isFields, unsupported, type Fields } from './content.ts'
import { GuardedChunkStream, type ChunkStream } from './openai-guarded-stream.ts'
import { filtered, guardAnswer, guardOutputItem, readCall } from './openai-response-answer.ts'
import { admitCall, denialFrom, type Situation } from './wrapper-options.ts'

/** The events of a response, judged. */
export function guardEvents(source: ChunkStream, guard: Guard, situation: Situation): ChunkStream {
  return new GuardedChunkStream(events(source, guard, situation), source.controller)
}

/** What a provider streams whose own filter stopped the input. */
export function filteredEvents(response: Fields): ChunkStream {
  async function* only(): AsyncGenerator<unknown> {
    yield { type: 'response.incomplete', sequence_number: 0, response: filtered(response) }
  }
  return new GuardedChunkStream(only(), new AbortController())
}

async function* events(source: ChunkStream, guard: Guard, situation: Situation): AsyncGenerator<unknown> {
  const judge = new EventGuard(guard, situation)
  let response: Fields = { object: 'response' }
  let number: unknown = 0
  try {
    for await (const event of source) {
      if (!isFields(event)) throw unsupported('event')
      if (isFields(event['response'])) response = event['response']
      number = event['sequence_number']
      yield* judge.take(event)
    }
  } catch (error) {
    const denied = denialFrom(error, situation.options)
    if (situation.options.onDeny !== 'content-filter') throw denied
    yield { type: 'response.incomplete', sequence_number: number, response: filtered(response) }
  }
}

/** Member of a `…done` event that repeats the whole text, by the kind of text. */
const TEXTS: Readonly<Record<string, string>> = {
  'response.output_text': 'text',
  'response.refusal': 'refusal',
  'response.reasoning_text': 'text',
  'response.reasoning_summary_text': 'text',
}
const OPEN_MAX = 1_000

/** Judges event by event: texts as far as they are safe, calls whole, and every event that repeats a text anew. */
class EventGuard {
  readonly #guard: Guard
  readonly #situation: Situation
  readonly #texts = new Map<string, GuardedTextStream>()
  /** What was delivered of each text. */
  readonly #delivered = new Map<string, string>()
  /** Calls that were announced and are held back. */
  readonly #announced = new Map<string, Fields>()
  readonly #admitted: ReturnType<typeof readCall>[] = []

  constructor(guard: Guard, situation: Situation) {
    this.#guard = guard
    this.#situation = situation
  }

  take(raw: Fields): readonly Fields[] {
    const event = withoutLog(raw) as Fields
    const type = String(event['type'])
    const kind = type.replace(/\.(?:delta|done)$/, '')
    if (Object.hasOwn(TEXTS, kind)) return type === `${kind}.delta` ? this.#delta(event, kind) : this.#done(event, kind)
    switch (type) {
      case 'error':
        return [event]
      case 'response.output_item.added':
        return this.#added(event)
      case 'response.output_item.done':
        return this.#itemDone(event)
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        return [{ ...event, part: emptied(event['part']) }]
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        return [{ ...event, part: guardedJson(this.#guard, withoutLog(event['part'])) }]
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return [{ ...event, response: this.#response(event['response']) }]
      // Annotations stand in the item when it is done; arguments come whole with theirs; other events are not known here.
      default:
        return []
    }
  }

  /** The response as it stands, whatever has become of it: with nothing put out there is nothing to judge. */
  #response(response: unknown): unknown {
    if (isFields(response) && (response['output'] === undefined || response['output'] === null)) return response
    return guardAnswer(response, this.#guard, this.#situation)
  }

  #delta(event: Fields, kind: string): readonly Fields[] {
    if (typeof event['delta'] !== 'string') throw unsupported('event')
    const key = keyOf(event, kind)
    const text = this.#texts.get(key) ?? this.#guard.stream()
    this.#texts.set(key, text)
    if (this.#texts.size > OPEN_MAX) throw unsupported('event')
    return this.#piece(event, key, text.push(event['delta']))
  }

  #done(event: Fields, kind: string): readonly Fields[] {
    const key = keyOf(event, kind)
    const text = this.#texts.get(key) ?? this.#guard.stream()
    // Without deltas before it, the event itself brings the text.
    const whole = event[TEXTS[kind] ?? 'text']
    const early = this.#texts.has(key) || typeof whole !== 'string' ? '' : text.push(whole)
    const { [TEXTS[kind] ?? 'text']: _, ...rest } = event
    this.#texts.set(key, text)
    const last = this.#piece({ ...rest, type: `${kind}.delta` }, key, early + text.end())
    return [...last, { ...rest, [TEXTS[kind] ?? 'text']: this.#delivered.get(key) ?? '' }]
  }

  #piece(event: Fields, key: string, delta: string): readonly Fields[] {
    const text = this.#texts.get(key)
    const denial = text?.isWithheld === true ? denialOf(text.judgement, 'output') : undefined
    if (denial !== undefined) throw new GuardDenied(denial)
    this.#delivered.set(key, (this.#delivered.get(key) ?? '') + delta)
    return delta === '' ? [] : [{ ...event, delta }]
  }

  #added(event: Fields): readonly Fields[] {
    const { item } = event
    if (!isFields(item)) throw unsupported('event')
    if (item['type'] === 'message') return [{ ...event, item: { ...item, content: [] } }]
    if (item['type'] === 'reasoning') return [{ ...event, item: { ...item, summary: [] } }]
    if (item['type'] !== 'function_call' || this.#announced.size > OPEN_MAX) throw unsupported('event')
    this.#announced.set(String(item['id']), event)
    return []
  }

  /** A call goes out with the events that lead to it, its arguments in one piece. */
  #itemDone(event: Fields): readonly Fields[] {
    const { item } = event
    if (!isFields(item)) throw unsupported('event')
    if (item['type'] !== 'function_call') return [{ ...event, item: guardOutputItem(item, this.#guard) }]
    const call = admitCall(this.#guard, readCall(item), { ...this.#situation, earlier: this.#admitted })
    this.#admitted.push(call)
    const done = { ...event, item: { ...item, arguments: call.arguments } }
    const announced = this.#announced.get(String(item['id']))
    if (announced === undefined) return [done]
    this.#announced.delete(String(item['id']))
    const { output_index: index, sequence_number: number } = event
    const about = { item_id: item['id'], output_index: index, sequence_number: number }
    return [
      { ...announced, item: { ...item, arguments: '', status: 'in_progress' } },
      { type: 'response.function_call_arguments.delta', ...about, delta: call.arguments },
      { type: 'response.function_call_arguments.done', ...about, name: call.name, arguments: call.arguments },
      done,
    ]
  }
}

function keyOf(event: Fields, kind: string): string {
  return [kind, event['item_id'], event['content_index'] ?? event['summary_index']].map(String).join('/')
}

/** The log of single tokens would tell what is held back. */
function withoutLog(value: unknown): unknown {
  return isFields(value) && 'logprobs' in value ? { ...value, logprobs: [] } : value
}

function emptied(part: unknown): unknown {
  if (!isFields(part)) return part
  const member = 'refusal' in part ? 'refusal' : 'text'
  return { ...part, [member]: '' }
}
