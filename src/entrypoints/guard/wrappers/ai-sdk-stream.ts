import { GuardDenied } from '../guard-denied.ts'
import type { Guard, GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../judge-messages.ts'
import { callOf, guardPart } from './ai-sdk-parts.ts'
import { guardedJson, unsupported, type Fields } from './content.ts'
import { admitCall, denialFrom, type Situation } from './wrapper-options.ts'

export interface StreamResult {
  readonly stream: ReadableStream<Fields>
}

/** Parts of a streamed answer: texts as far as they are safe, tool inputs whole and authorised. Cancelling cancels the source. */
export function guardParts(source: ReadableStream<Fields>, guard: Guard, situation: Situation): ReadableStream<Fields> {
  const parts = new PartGuard(guard, situation)
  return source.pipeThrough(
    new TransformStream<Fields, Fields>({
      transform(part, controller) {
        try {
          for (const guarded of parts.take(part)) controller.enqueue(guarded)
        } catch (error) {
          const denied = denialFrom(error, situation.options)
          for (const last of parts.deny(denied)) controller.enqueue(last)
          controller.terminate()
        }
      },
    }),
  )
}

const OPEN_MAX = 128
const INPUT_CHARS_MAX = 1_000_000

class PartGuard {
  readonly #guard: Guard
  readonly #situation: Situation
  /** Open texts and reasonings by their id. */
  readonly #texts = new Map<string, GuardedTextStream>()
  /** Tool inputs by their id: the parts that announced them, held until the whole call is authorised. */
  readonly #inputs = new Map<string, { readonly start: Fields; chars: number; end: Fields | undefined }>()
  readonly #earlier: { readonly id: string; readonly name: string; readonly arguments: string }[] = []

  constructor(guard: Guard, situation: Situation) {
    this.#guard = guard
    this.#situation = situation
  }

  take(part: Fields): readonly Fields[] {
    const id = `${String(part['type']).split('-', 1)[0]}/${String(part['id'])}`
    switch (part['type']) {
      case 'text-start':
      case 'reasoning-start':
        if (this.#texts.size >= OPEN_MAX) throw unsupported('stream')
        this.#texts.set(id, this.#guard.stream())
        return [part]
      case 'text-delta':
      case 'reasoning-delta':
        return this.#delta(id, part)
      case 'text-end':
      case 'reasoning-end':
        return this.#end(id, part)
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
        return this.#hold(part)
      case 'tool-call':
        return this.#call(part)
      case 'stream-start':
      case 'response-metadata':
      case 'ping':
      case 'error':
        return [part]
      // The provider's own chunks would tell what is held back.
      case 'raw':
        return []
      case 'finish':
        return [...this.#flush(), part]
      default:
        return [guardPart(part, this.#guard, this.#situation.options.nonText === 'pass')]
    }
  }

  /** The last parts of an answer that is withheld. */
  deny(denied: GuardDenied): readonly Fields[] {
    const ends = [...this.#texts.keys()].map((key) => {
      const [kind, ...id] = key.split('/')
      return { type: `${kind}-end`, id: id.join('/') }
    })
    this.#texts.clear()
    const error = this.#situation.options.onDeny === 'content-filter' ? [] : [{ type: 'error', error: denied }]
    const usage = {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    }
    const finish = { type: 'finish', usage, finishReason: { unified: 'content-filter', raw: 'guard' } }
    return [...ends, ...error, finish]
  }

  #delta(id: string, part: Fields): readonly Fields[] {
    const text = this.#texts.get(id)
    if (text === undefined || typeof part['delta'] !== 'string') throw unsupported('stream')
    const delta = text.push(part['delta'])
    this.#refuseWithheld(text)
    return delta === '' ? [] : [{ ...part, delta }]
  }

  #end(id: string, part: Fields): readonly Fields[] {
    const text = this.#texts.get(id)
    if (text === undefined) throw unsupported('stream')
    const delta = text.end()
    this.#refuseWithheld(text)
    this.#texts.delete(id)
    const end = 'citations' in part ? { ...part, citations: guardedJson(this.#guard, part['citations']) } : part
    const type = part['type'] === 'text-end' ? 'text-delta' : 'reasoning-delta'
    return delta === '' ? [end] : [{ type, id: part['id'], delta }, end]
  }

  /** Texts that were not ended by their own part. */
  #flush(): readonly Fields[] {
    return [...this.#texts.keys()].flatMap((key) => {
      const [kind, ...id] = key.split('/')
      return this.#end(key, { type: `${kind}-end`, id: id.join('/') })
    })
  }

  #hold(part: Fields): readonly Fields[] {
    const id = String(part['id'])
    if (part['type'] === 'tool-input-start') {
      if (this.#inputs.size >= OPEN_MAX) throw unsupported('stream')
      this.#inputs.set(id, { start: part, chars: 0, end: undefined })
      return []
    }
    const held = this.#inputs.get(id)
    if (held === undefined) throw unsupported('stream')
    if (part['type'] === 'tool-input-end') held.end = part
    else held.chars += String(part['delta']).length
    if (held.chars > INPUT_CHARS_MAX) throw unsupported('tool-call')
    return []
  }

  /** The call, behind the parts that announce it, with its input in one piece. */
  #call(part: Fields): readonly Fields[] {
    const call = admitCall(this.#guard, callOf(part), { ...this.#situation, earlier: this.#earlier })
    const admitted = { ...part, input: call.arguments }
    this.#earlier.push(call)
    if (this.#earlier.length > OPEN_MAX) throw unsupported('tool-call')
    const held = this.#inputs.get(call.id)
    this.#inputs.delete(call.id)
    if (held === undefined) return [admitted]
    return [
      held.start,
      { type: 'tool-input-delta', id: call.id, delta: call.arguments },
      held.end ?? { type: 'tool-input-end', id: call.id },
      admitted,
    ]
  }

  #refuseWithheld(text: GuardedTextStream): void {
    const denial = text.isWithheld ? denialOf(text.judgement, 'output') : undefined
    if (denial !== undefined) throw new GuardDenied(denial)
  }
}
