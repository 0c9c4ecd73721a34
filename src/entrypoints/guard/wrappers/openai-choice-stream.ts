import { GuardDenied } from '../guard-denied.ts'
import type { Guard, GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'
import { isFields, unsupported, type Fields } from './content.ts'
import { readToolCalls, writeToolCalls } from './openai-messages.ts'
import { admitCalls, denialFrom, type Situation } from './wrapper-options.ts'

interface HeldCall {
  id: string
  name: string
  arguments: string
}

const ARGUMENTS_CHARS_MAX = 1_000_000
const CALLS_MAX = 128

/** One choice of a streamed answer: texts come out as far as they are safe, tool calls whole and authorised, at its end. */
export class ChoiceStream {
  readonly #index: number
  readonly #guard: Guard
  readonly #situation: Situation
  /** One guard for each text that the choice streams: `content`, `refusal`, and what else a provider calls its own. */
  readonly #texts = new Map<string, GuardedTextStream>()
  readonly #calls = new Map<number, HeldCall>()
  #held = 0
  #isEnded = false

  constructor(index: number, guard: Guard, situation: Situation) {
    this.#index = index
    this.#guard = guard
    this.#situation = situation
  }

  /** Takes the choice of one chunk; gives the choices to send on. In `throw` mode throws `GuardDenied`. */
  take(choice: Fields): readonly Fields[] {
    if (this.#isEnded) return []
    try {
      const delta = this.#delta(isFields(choice['delta']) ? choice['delta'] : {})
      const reason = choice['finish_reason']
      const rest = typeof reason === 'string' ? this.#finish() : []
      const head = Object.keys(delta).length > 0 ? [this.#choice(choice, delta, null)] : []
      const tail = rest.map((part) => this.#choice(choice, part, null))
      return typeof reason === 'string' ? [...head, ...tail, this.#choice(choice, {}, reason)] : head
    } catch (error) {
      return this.#deny(error, choice)
    }
  }

  /** The stream ended without a finish: what was held as text is judged and sent, a torn tool call is not. */
  flush(): readonly Fields[] {
    if (this.#isEnded) return []
    this.#calls.clear()
    try {
      return this.#finish().map((delta) => this.#choice({}, delta, null))
    } catch (error) {
      return this.#deny(error, {})
    }
  }

  /** The delta anew, from what was judged. */
  #delta(delta: Fields): Fields {
    const judged: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(delta)) {
      if (key === 'role') judged[key] = value
      else if (key === 'tool_calls') this.#hold(value)
      else if (typeof value === 'string') {
        const text = this.#text(key).push(value)
        if (text !== '' || value === '') judged[key] = text
        this.#refuseWithheld()
      } else if (key === 'audio' || key === 'function_call') {
        if (value !== null && value !== undefined) throw unsupported(key)
      } else if (value === null || typeof value === 'number' || typeof value === 'boolean') judged[key] = value
      // Anything else has no meaning here that could be judged piece by piece, and is left out.
    }
    return judged
  }

  #text(key: string): GuardedTextStream {
    const known = this.#texts.get(key)
    if (known !== undefined) return known
    if (this.#texts.size >= CALLS_MAX) throw unsupported('delta')
    const text = this.#guard.stream()
    this.#texts.set(key, text)
    return text
  }

  #hold(value: unknown): void {
    if (value === null || value === undefined) return
    if (!Array.isArray(value)) throw unsupported('tool_calls')
    for (const part of value as readonly unknown[]) {
      if (!isFields(part) || typeof part['index'] !== 'number') throw unsupported('tool_calls')
      if (part['type'] !== undefined && part['type'] !== 'function') throw unsupported('tool_calls')
      const call = this.#calls.get(part['index']) ?? { id: '', name: '', arguments: '' }
      this.#calls.set(part['index'], call)
      const called = isFields(part['function']) ? part['function'] : {}
      if (typeof part['id'] === 'string') call.id ||= part['id']
      if (typeof called['name'] === 'string') call.name ||= called['name']
      if (typeof called['arguments'] === 'string') {
        call.arguments += called['arguments']
        this.#held += called['arguments'].length
      }
      if (this.#held > ARGUMENTS_CHARS_MAX || this.#calls.size > CALLS_MAX) throw unsupported('tool_calls')
    }
  }

  /** Ends every text and authorises the calls. */
  #finish(): readonly Fields[] {
    const deltas: Fields[] = []
    for (const [key, text] of this.#texts) {
      const rest = text.end()
      this.#refuseWithheld()
      if (rest !== '') deltas.push({ [key]: rest })
    }
    const calls = [...this.#calls]
      .toSorted(([left], [right]) => left - right)
      .map(([index, { id, name, arguments: text }]) => ({
        index,
        id,
        type: 'function',
        function: { name, arguments: text },
      }))
    const admitted = admitCalls(this.#guard, readToolCalls(calls), this.#situation)
    if (calls.length > 0) deltas.push({ tool_calls: writeToolCalls(calls, admitted) })
    this.#isEnded = true
    return deltas
  }

  #refuseWithheld(): void {
    for (const text of this.#texts.values()) {
      if (!text.isWithheld) continue
      const denial = denialOf(text.judgement, 'output')
      if (denial !== undefined) throw new GuardDenied(denial)
    }
  }

  #deny(error: unknown, choice: Fields): readonly Fields[] {
    this.#isEnded = true
    const denied = denialFrom(error, this.#situation.options)
    if (this.#situation.options.onDeny !== 'content-filter') throw denied
    return [this.#choice(choice, {}, 'content_filter')]
  }

  /** The log of single tokens would tell what is held back: it goes. */
  #choice(choice: Fields, delta: Fields, reason: string | null): Fields {
    return {
      ...choice,
      index: this.#index,
      delta,
      finish_reason: reason,
      ...('logprobs' in choice ? { logprobs: null } : {}),
    }
  }
}
