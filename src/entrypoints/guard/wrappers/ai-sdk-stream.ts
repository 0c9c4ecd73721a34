import { GuardDenied } from '../guard-denied.ts'
import type { Guard, GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'
import { callOf, guardMetadata, guardPart } from './ai-sdk-parts.ts'
import { JoinedTexts } from './ai-sdk-texts.ts'
import { guardedJson, unsupported, type Fields } from './content.ts'
import { admitCall, denialFrom, type Situation } from './wrapper-options.ts'

export interface StreamResult {
  readonly stream: ReadableStream<Fields>
}

/** Parts of a streamed answer: texts as far as they are safe, tool inputs whole and authorised. Cancelling cancels the source. */
export function guardParts(source: ReadableStream<Fields>, guard: Guard, situation: Situation): ReadableStream<Fields> {
  const parts = new PartGuard(guard, situation)
  type Controller = TransformStreamDefaultController<Fields>
  const send = (controller: Controller, take: () => readonly Fields[]): void => {
    try {
      for (const guarded of take()) controller.enqueue(guarded)
    } catch (error) {
      const denied = denialFrom(error, situation.options)
      for (const last of parts.deny(denied)) controller.enqueue(last)
      controller.terminate()
    }
  }
  return source.pipeThrough(
    new TransformStream<Fields, Fields>({
      transform: (part, controller) => send(controller, () => parts.take(part)),
      flush: (controller) => send(controller, () => parts.end()),
    }),
  )
}

const OPEN_MAX = 128
const INPUT_CHARS_MAX = 1_000_000

class PartGuard {
  readonly #guard: Guard
  readonly #situation: Situation
  readonly #texts: JoinedTexts
  /** Open reasonings by their id. */
  readonly #thoughts = new Map<string, GuardedTextStream>()
  #isEnded = false
  /** Tool inputs by their id: the parts that announced them, held until the whole call is authorised. */
  readonly #inputs = new Map<string, { readonly start: Fields; chars: number; end: Fields | undefined }>()
  readonly #earlier: { readonly id: string; readonly name: string; readonly arguments: string }[] = []

  constructor(guard: Guard, situation: Situation) {
    this.#guard = guard
    this.#situation = situation
    this.#texts = new JoinedTexts(guard.stream())
  }

  take(raw: Fields): readonly Fields[] {
    const part = guardMetadata(raw, this.#guard, 'drop')
    switch (part['type']) {
      case 'text-start':
        return this.#texts.start(part)
      case 'text-delta':
        return this.#texts.delta(part)
      case 'text-end':
        return this.#texts.end(this.#withCitations(part))
      case 'reasoning-start':
        if (this.#thoughts.size >= OPEN_MAX) throw unsupported('stream')
        this.#thoughts.set(String(part['id']), this.#guard.stream())
        return [part]
      case 'reasoning-delta':
        return this.#delta(part)
      case 'reasoning-end':
        return this.#end(part)
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
        return [...this.end(), part]
      default:
        return [guardPart(part, this.#guard, this.#situation.options.nonText === 'pass')]
    }
  }

  /** What was held of texts and thoughts when the answer ended, with a part that says so or without. */
  end(): readonly Fields[] {
    if (this.#isEnded) return []
    this.#isEnded = true
    const thoughts = [...this.#thoughts.keys()].flatMap((id) => this.#end({ type: 'reasoning-end', id }))
    return [...thoughts, ...this.#texts.flush()]
  }

  /** The last parts of an answer that is withheld. */
  deny(denied: GuardDenied): readonly Fields[] {
    this.#isEnded = true
    const ends = [...this.#texts.abandon(), ...[...this.#thoughts.keys()].map((id) => ({ type: 'reasoning-end', id }))]
    this.#thoughts.clear()
    const error = this.#situation.options.onDeny === 'content-filter' ? [] : [{ type: 'error', error: denied }]
    const usage = {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    }
    const finish = { type: 'finish', usage, finishReason: { unified: 'content-filter', raw: 'guard' } }
    return [...ends, ...error, finish]
  }

  #delta(part: Fields): readonly Fields[] {
    const text = this.#thoughts.get(String(part['id']))
    if (text === undefined || typeof part['delta'] !== 'string') throw unsupported('stream')
    const delta = text.push(part['delta'])
    this.#refuseWithheld(text)
    return delta === '' ? [] : [{ ...part, delta }]
  }

  #end(part: Fields): readonly Fields[] {
    const id = String(part['id'])
    const text = this.#thoughts.get(id)
    if (text === undefined) throw unsupported('stream')
    const delta = text.end()
    this.#refuseWithheld(text)
    this.#thoughts.delete(id)
    return delta === '' ? [part] : [{ type: 'reasoning-delta', id: part['id'], delta }, part]
  }

  #withCitations(part: Fields): Fields {
    return 'citations' in part ? { ...part, citations: guardedJson(this.#guard, part['citations']) } : part
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
