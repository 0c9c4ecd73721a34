import type { ModelEvent } from '../../application/gateway/model-event.ts'
import type { EventDecoder } from '../wire/event-decoder.ts'

type TextEvent = Extract<ModelEvent, { kind: 'text' | 'refusal' | 'reasoning' }>

/** What JSON writes as it is between two quotes. */
const PLAIN = /^[ !#-[\]-\uffff]*$/
/** Where no two chunks are alike, looking for what they share costs more than it saves. */
const TRIES_MAX = 8

/**
 * Most chunks of a stream are the one before but for the text in them. What stands around a text is kept, and a chunk that
 * begins and ends so, with a text between that has nothing to unescape, says that text: it is not parsed again.
 */
export function skimmingRepeats(decoder: EventDecoder): EventDecoder {
  let around: { readonly before: string; readonly behind: string; readonly event: TextEvent } | undefined
  let tries = 0
  const learn = (data: string, event: ModelEvent | undefined): void => {
    if (event?.kind !== 'text' || event.text === '' || !PLAIN.test(event.text) || tries === TRIES_MAX) return
    tries += 1
    const at = data.indexOf(`"${event.text}"`) + 1
    const before = data.slice(0, at)
    const behind = data.slice(at + event.text.length)
    // Whether this is the place of the text, and of nothing else, another text in it tells.
    const probe = `${event.text}.`
    const probed: ModelEvent[] = []
    const isRead = at > 0 && decoder.push(before + probe + behind, probed)
    const [only] = probed
    if (isRead && probed.length === 1 && only?.kind === 'text' && only.text === probe)
      around = { before, behind, event }
  }
  return {
    push(data, events) {
      const text = around === undefined ? undefined : textBetween(data, around)
      if (around !== undefined && text !== undefined) {
        events.push({ kind: around.event.kind, choice: around.event.choice, text })
        return true
      }
      const from = events.length
      if (!decoder.push(data, events)) return false
      if (events.length === from + 1) learn(data, events[from])
      return true
    },
  }
}

function textBetween(data: string, { before, behind }: { readonly before: string; readonly behind: string }) {
  const end = data.length - behind.length
  if (end < before.length || !data.startsWith(before) || !data.endsWith(behind)) return undefined
  const text = data.slice(before.length, end)
  return PLAIN.test(text) ? text : undefined
}
