import { openSealedText, sealText } from '../../adapters/crypto/sealed-text.ts'
import { isConnectionLost } from '../../adapters/storage/connection-lost.ts'
import type { StoredAnswer } from '../../application/identity/identity-store.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import { HOUR_MS, epochMs } from '../../base/instant.ts'
import { canonicalJson, type Json, type JsonObject } from '../../base/json.ts'
import { digestOfJson } from '../../base/digest.ts'
import { fail, type Problem, type Result } from '../../base/result.ts'
import { statusOf } from '../../contract/http/problem.ts'
import type { OpenedNode } from '../node/open-node.ts'
import { DATABASE_AWAY } from '../node/while-connected.ts'

/** Long enough for a client that tries again after a weekend's outage; the table stays bounded by it. */
const KEPT_MS = 72 * HOUR_MS
/** An answer above this is not kept: the repeated call is told so, and does not run again. */
const ANSWER_CHARS_MAX = 1_048_576
/** Answers hold secrets that are shown once, such as a new key: they lie in the database sealed. */
const PURPOSE = 'kept-answers'
const KEY = /^[\x21-\x7e]{1,200}$/

export interface RepeatableCall {
  readonly name: string
  readonly key: string | readonly string[]
  readonly input: object
}

type Answer = Result<object, Problem>

/** Keys that the database did not let go of: the next call with one tries again. */
const HELD_MAX = 10_000

/**
 * The same key and the same call: the same answer, also after a restart. A call that ended without an answer is not run
 * again: whether it was kept is for its author to look up.
 */
export class RepeatableCalls {
  readonly #node: OpenedNode
  readonly #held = new Set<string>()

  constructor(node: OpenedNode) {
    this.#node = node
  }

  async answer<Value extends object>(
    principal: Principal,
    { name, key, input }: RepeatableCall,
    run: () => Promise<Result<Value, Problem>>,
  ): Promise<Answer> {
    if (typeof key !== 'string' || !KEY.test(key))
      return fail({
        code: 'http/idempotency-key',
        message: 'an idempotency key is 1 to 200 visible ASCII characters',
        next: 'send a UUID',
      })
    const canonical = canonicalJson(input as JsonObject)
    // What cannot be compared is refused by the operation itself, before it does anything.
    if (!canonical.ok) return run()
    const node = this.#node
    const fingerprint = digestOfJson(node.sha256, [name, input as Json])
    const caller = callerOf(principal)
    const { answers } = node.identity
    if (this.#held.has(heldAs(caller, key))) await this.#release(caller, key)
    const now = node.clock()
    const claim = await answers.claim(caller, key, { fingerprint, now, expiresAt: epochMs(now + KEPT_MS) })
    if (claim.kind === 'full')
      return fail({ code: 'http/too-many', message: 'this caller has too many idempotency keys in use', next: 'wait' })
    if (claim.kind === 'present') return this.#answerAgain(claim.stored, fingerprint)
    const result = await run()
    if (!result.ok && isWithoutEffect(result.failure)) {
      await this.#release(caller, key)
      return result
    }
    const text = JSON.stringify(result)
    if (text.length <= ANSWER_CHARS_MAX) await this.#keep(caller, key, sealText(node.keyFor(PURPOSE), PURPOSE, text))
    return result
  }

  /** The call is made and its caller hears so, also where nobody can be told a second time. */
  async #keep(caller: string, key: string, sealed: string): Promise<void> {
    try {
      await this.#node.identity.answers.keep(caller, key, sealed)
    } catch (error) {
      if (!isConnectionLost(error)) throw error
    }
  }

  /** Of a call that was not made: its own problem is the answer, also where the database does not hear of it yet. */
  async #release(caller: string, key: string): Promise<void> {
    const held = heldAs(caller, key)
    try {
      await this.#node.identity.answers.release(caller, key)
      this.#held.delete(held)
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      if (this.#held.size < HELD_MAX) this.#held.add(held)
    }
  }

  #answerAgain(stored: StoredAnswer, fingerprint: string): Answer {
    if (stored.fingerprint !== fingerprint)
      return fail({
        code: 'http/idempotency-mismatch',
        message: 'this idempotency key was used for another call',
        next: 'use a new key for a new call',
      })
    if (stored.answer === null)
      return fail({
        code: 'http/idempotency-unknown',
        message: 'a call with this key runs, or ended without an answer that was kept',
        next: 'look whether it was done before you try again with a new key',
      })
    return keptAnswer(this.#node, stored.answer)
  }
}

const heldAs = (caller: string, key: string): string => JSON.stringify([caller, key])

/** One key of one person must not give out what another one was answered. */
function callerOf({ name, credential, roles }: Principal): string {
  return JSON.stringify([name, credential?.kind === 'api-key' ? credential.id : null, roles.toSorted()])
}

/** Answers of a server that did nothing, and may do it the next time. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['ledger/busy', 'ledger/not-kept', DATABASE_AWAY.code])

/** Refused before anything was done: the same key may be tried again with a better call. A ledger that may have written keeps its claim. */
function isWithoutEffect({ code }: Problem): boolean {
  const status = statusOf(code)
  return status < 500 ? status !== 409 && status !== 404 : WITHOUT_EFFECT.has(code)
}

/** An answer that does not open was sealed under another key folder: the call was made, and what it said is lost. */
function keptAnswer(node: OpenedNode, sealed: string): Answer {
  const text = openSealedText(node.keyFor(PURPOSE), PURPOSE, sealed)
  return text === undefined
    ? fail({ code: 'http/idempotency-unknown', message: 'the answer of this call can no longer be read' })
    : (JSON.parse(text) as Answer)
}
