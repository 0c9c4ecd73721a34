import type { Detection } from './peer.ts'
import { placesOf, removedSpans } from './spans.ts'

/** Stands where a redactor took something out: a private-use character that no text of the bench holds. */
export const MARK = '\ue000'
/** A package by name, so that types and lint pass where it is not installed. */
export const load = async <Module>(name: string): Promise<Module> => (await import(name)) as Module

/** A detector that names what it found. */
export function flagged(values: readonly string[], text: string): Detection {
  return { isFlagged: values.length > 0, spans: () => placesOf(text, values) }
}

/** A redactor that gives the new text. */
export function redacted(text: string, result: string, mark: string | RegExp): Detection {
  return { isFlagged: result !== text, spans: () => removedSpans(text, result.split(mark)) ?? [] }
}
