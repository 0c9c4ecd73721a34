import { isJsonObject, type Json } from '../../base/json.ts'
import { confidentialityRank } from '../authorization/labels.ts'
import type { Confidentiality, Effect } from '../manifest/manifest.ts'
import { mayBecomeToken, tokenAt, TOKEN_CHARS_MAX } from './token.ts'
import { AFTER_CHARS, isUrlAfter, UrlContext } from './url-context.ts'
import type { Revealed } from './vault.ts'

/** Where restored values go. */
export type RestoreSink =
  | { readonly kind: 'display'; readonly clearance: Confidentiality }
  | { readonly kind: 'tool-arguments'; readonly clearance: Confidentiality; readonly effect: Effect }

export type Reveal = (token: string) => Revealed | undefined

export interface Restorer {
  /** Takes the next piece of a text, gives what can be let go. */
  push(chunk: string): string
  /** What was still held back. */
  end(): string
}

/** Most characters that a restorer holds back. */
export const HOLD_BACK_CHARS_MAX = TOKEN_CHARS_MAX + AFTER_CHARS
const DEPTH_MAX = 64

/**
 * Puts values back where the sink has the clearance: exact tokens only, outside URLs and HTML tags, never for a tool whose
 * effect is external. Everything else stays as it is written. However a text is cut into chunks, the result is the same.
 */
export function createRestorer(reveal: Reveal, sink: RestoreSink): Restorer {
  const context = new UrlContext()
  const restores = sink.kind === 'display' || sink.effect !== 'external'
  let held = ''

  function advance(isEnd: boolean): string {
    let sent = ''
    let from = 0
    const send = (text: string): void => {
      context.feed(text)
      sent += text
    }
    for (;;) {
      const open = held.indexOf('⟦', from)
      if (open < 0) {
        send(held.slice(from))
        held = ''
        return sent
      }
      send(held.slice(from, open))
      const token = tokenAt(held, open)
      const isShort = token !== undefined && held.length - open - token.length < AFTER_CHARS
      if (!isEnd && (isShort || (token === undefined && mayBecomeToken(held.slice(open, open + TOKEN_CHARS_MAX))))) {
        held = held.slice(open)
        return sent
      }
      const written = token ?? '⟦'
      from = open + written.length
      send(token === undefined ? written : valueOf(token, held.slice(from, from + AFTER_CHARS)))
    }
  }

  function valueOf(token: string, after: string): string {
    if (!restores || context.isInside() || isUrlAfter(after)) return token
    const revealed = reveal(token)
    if (revealed === undefined) return token
    return confidentialityRank(revealed.confidentiality) <= confidentialityRank(sink.clearance) ? revealed.value : token
  }

  return {
    push(chunk) {
      held += chunk
      return advance(false)
    },
    end: () => advance(true),
  }
}

export function restoreText(text: string, reveal: Reveal, sink: RestoreSink): string {
  const restorer = createRestorer(reveal, sink)
  return restorer.push(text) + restorer.end()
}

/** Restores in the texts of a JSON value, so that a value with quotes breaks nothing. Below 64 levels nothing is restored. */
export function restoreJson(value: Json, reveal: Reveal, sink: RestoreSink): Json {
  const walk = (item: Json, depth: number): Json => {
    if (depth > DEPTH_MAX) return item
    if (typeof item === 'string') return restoreText(item, reveal, sink)
    if (Array.isArray(item)) return (item as readonly Json[]).map((one) => walk(one, depth + 1))
    if (!isJsonObject(item)) return item
    return Object.fromEntries(
      Object.entries(item).map(([key, one]) => [key, one === undefined ? one : walk(one, depth + 1)]),
    )
  }
  return walk(value, 0)
}
