import { refusal } from '../../domain/guardrail/guard-text.ts'
import type { StreamGuard, StreamJudgement } from '../../domain/guardrail/stream-guard.ts'
import type { GuardedTextStream } from './guard-setup.ts'

/** A stream that withholds everything from the first exception inside it on. */
export class FailClosedStream implements GuardedTextStream {
  readonly #stream: StreamGuard
  readonly #onFailure: ((error: unknown) => void) | undefined
  #failure: StreamJudgement | undefined

  constructor(stream: StreamGuard, onFailure: ((error: unknown) => void) | undefined) {
    this.#stream = stream
    this.#onFailure = onFailure
  }

  get isWithheld(): boolean {
    return this.#failure !== undefined || this.#stream.isWithheld
  }

  get judgement(): StreamJudgement {
    return this.#failure ?? this.#stream.judgement
  }

  push(chunk: string): string {
    return this.#try(() => this.#stream.push(chunk))
  }

  end(): string {
    return this.#try(() => this.#stream.end())
  }

  #try(step: () => string): string {
    if (this.#failure !== undefined) return ''
    try {
      return step()
    } catch (error) {
      const { action, score, findings } = refusal('', 'guard/failed')
      this.#failure = { action, score, findings: [...this.#stream.judgement.findings, ...findings] }
      this.#onFailure?.(error)
      return ''
    }
  }
}
