import type { GuardSideName } from '../../domain/manifest/manifest.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import {
  PROMPT_CHARS,
  type Detector,
  type DetectorFailure,
  type DetectorReport,
  type DetectorSetting,
  type DetectorVerdict,
  soundVerdict,
} from '../../domain/guardrail/detector.ts'
import { admitCall, afterCall, CLOSED, type BreakerState } from '../../domain/resilience/circuit-breaker.ts'

export interface ConfiguredDetector {
  readonly detector: Detector
  readonly setting: DetectorSetting
  /** Which texts it is asked about; absent: all. */
  readonly sides?: readonly GuardSideName[] | undefined
}

export interface DetectorPorts {
  /** Milliseconds since an arbitrary start; never goes back. */
  readonly nowMs: () => number
  /** A signal that aborts with `parent` or after `ms`; `release` lets the timer go. */
  readonly deadline: (ms: number, parent: AbortSignal) => { readonly signal: AbortSignal; readonly release: () => void }
}

/** Reports on each text, in order: one per detector of that side, in the order of configuration. Never rejects. */
export type DetectorRunner = (
  texts: readonly string[],
  side: GuardSideName,
  signal: AbortSignal,
) => Promise<readonly (readonly DetectorReport[])[]>

const BREAKER = { failuresMax: 5, openMs: 30_000 }
const CALLS_MAX = 64
const TEXTS_MAX = 1_000
const CHARS_MAX = 2_000_000

/** Runs every detector at once, each with its deadline, its own circuit breaker and 64 calls at most at a time. */
export function detectorRunner(configured: readonly ConfiguredDetector[], ports: DetectorPorts): DetectorRunner {
  const lanes = configured.map((each) => ({ ...each, lane: new Lane(each, ports) }))
  return async (texts, side, signal) => {
    if (texts.length === 0) return []
    const asked = lanes.filter(({ sides }) => sides?.includes(side) ?? true)
    const answers = await Promise.all(
      asked.map(async (each) => ({ ...each, outcome: await each.lane.run(texts, signal).catch(() => THREW) })),
    )
    return texts.map((_, index) =>
      answers.map(({ detector: { id, version }, setting, outcome }): DetectorReport => ({
        id,
        version,
        setting,
        outcome: outcome.ok ? ok(verdictAt(outcome.value, index)) : outcome,
      })),
    )
  }
}

function verdictAt(verdicts: readonly DetectorVerdict[], index: number): DetectorVerdict {
  const verdict = verdicts[index]
  if (verdict === undefined) throw new TypeError('one verdict per text, as was checked')
  return verdict
}

type Outcome = Result<readonly DetectorVerdict[], DetectorFailure>

/** One detector with the state it needs: calls that are out, and its breaker. */
class Lane {
  readonly #configured: ConfiguredDetector
  readonly #ports: DetectorPorts
  #breaker: BreakerState = CLOSED
  #calls = 0

  constructor(configured: ConfiguredDetector, ports: DetectorPorts) {
    this.#configured = configured
    this.#ports = ports
  }

  async run(texts: readonly string[], signal: AbortSignal): Promise<Outcome> {
    if (texts.length > TEXTS_MAX || texts.reduce((sum, text) => sum + text.length, 0) > CHARS_MAX)
      return fail({
        code: 'detector/too-long',
        message: `more than ${TEXTS_MAX} texts or ${CHARS_MAX} characters at once`,
        cause: 'text',
      })
    if (this.#calls >= CALLS_MAX)
      return fail({ code: 'detector/busy', message: `${CALLS_MAX} calls are out already`, cause: 'service' })
    const admitted = admitCall(this.#breaker, this.#ports.nowMs())
    this.#breaker = admitted.state
    if (!admitted.isAdmitted)
      return fail({ code: 'detector/circuit-open', message: 'it failed too often just now', cause: 'service' })
    this.#calls += 1
    try {
      const outcome = await this.#call(texts, signal)
      const effect = outcome.ok ? 'good' : signal.aborted || outcome.failure.cause === 'text' ? 'neutral' : 'bad'
      this.#breaker = afterCall(this.#breaker, effect, BREAKER, this.#ports.nowMs())
      return outcome
    } finally {
      this.#calls -= 1
    }
  }

  async #call(texts: readonly string[], parent: AbortSignal): Promise<Outcome> {
    const { detector, setting } = this.#configured
    const { signal, release } = this.#ports.deadline(setting.deadlineMs, parent)
    const { promptChars = PROMPT_CHARS } = detector
    const cause = texts.some(({ length }) => length > promptChars) ? 'text' : 'service'
    let stop = (): void => undefined
    const stopped = new Promise<Outcome>((resolve) => {
      stop = () =>
        resolve(
          parent.aborted
            ? fail({ code: 'detector/aborted', message: 'the caller went away', cause: 'service' })
            : fail({
                code: 'detector/timeout',
                message: `no verdict within ${setting.deadlineMs} ms`,
                cause,
              }),
        )
    })
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      // A detector that does not heed the signal must not hold the request: whichever comes first counts.
      return await Promise.race([stopped, signal.aborted ? stopped : this.#verdicts(detector, texts, signal)])
    } finally {
      signal.removeEventListener('abort', stop)
      release()
    }
  }

  async #verdicts(detector: Detector, texts: readonly string[], signal: AbortSignal): Promise<Outcome> {
    try {
      return soundOutcome(await detector.detect(texts, signal), texts) ?? BAD_VERDICT
    } catch {
      return THREW
    }
  }
}

/** A detector is a plug-in: that it throws is its failure, and says nothing that may be shown (it may quote the text). */
const THREW = fail<DetectorFailure>({ code: 'detector/threw', message: 'the detector threw', cause: 'text' })
const BAD_VERDICT = fail<DetectorFailure>({
  code: 'detector/bad-verdict',
  message: 'no sound verdict for each text',
  cause: 'text',
})

/** What a detector resolved, read as somebody else's data; undefined where it is neither sound verdicts nor a failure. */
function soundOutcome(said: unknown, texts: readonly string[]): Outcome | undefined {
  const { ok: isGood, value, failure } = (said ?? {}) as { ok?: unknown; value?: unknown; failure?: unknown }
  if (isGood === false) {
    const { code, message, cause } = (failure ?? {}) as Partial<Record<keyof DetectorFailure, unknown>>
    // Only `service` may degrade, and only where it is said.
    return typeof code === 'string' && FAILURE_CODE.test(code)
      ? fail({ code, message: String(message), cause: cause === 'service' ? cause : 'text' })
      : undefined
  }
  if (isGood !== true || !Array.isArray(value) || value.length !== texts.length) return undefined
  const verdicts = texts.map((text, index) => soundVerdict((value as readonly unknown[])[index], text))
  return verdicts.every((verdict) => verdict !== undefined) ? ok(verdicts) : undefined
}

/** It becomes part of a finding's name. */
const FAILURE_CODE = /^[a-z][a-z0-9/-]{0,80}$/
