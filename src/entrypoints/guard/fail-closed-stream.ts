import { refusal } from '../../domain/guardrail/guard-text.ts'
import type { StreamGuard, StreamJudgement } from '../../domain/guardrail/stream-guard.ts'
import type { GuardedTextStream } from './guard-setup.ts'

/** A stream that withholds everything from the first exception inside it on. */
export class FailClosedStream implements GuardedTextStream {
  readonly #stream: StreamGuard | undefined
  readonly #onFailure: (error: unknown) => void
  #failure: StreamJudgement | undefined

  constructor(make: () => StreamGuard, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
    try {
      this.#stream = make()
    } catch (error) {
      this.#fail(error)
    }
  }

  get isWithheld(): boolean {
    return this.#failure !== undefined || (this.#stream?.isWithheld ?? true)
  }

  get judgement(): StreamJudgement {
    return this.#failure ?? this.#stream?.judgement ?? refusal('', 'guard/failed')
  }

  get settled(): number {
    return this.#stream?.settled ?? 0
  }

  push(chunk: string): string {
    return this.#try((stream) => {
      // Callers without types: joined to the text before it, anything else would become a text of its own.
      if (typeof chunk !== 'string') throw new TypeError('a chunk of a stream is a text')
      return stream.push(chunk)
    })
  }

  end(): string {
    return this.#try((stream) => stream.end())
  }

  #try(step: (stream: StreamGuard) => string): string {
    if (this.#failure !== undefined || this.#stream === undefined) return ''
    try {
      return step(this.#stream)
    } catch (error) {
      this.#fail(error)
      return ''
    }
  }

  #fail(error: unknown): void {
    const { action, score, findings } = refusal('', 'guard/failed')
    this.#failure = { action, score, findings: [...(this.#stream?.judgement.findings ?? []), ...findings] }
    this.#onFailure(error)
  }
}
