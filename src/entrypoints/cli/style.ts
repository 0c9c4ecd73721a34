import { createColors } from 'picocolors'
import { inert } from '../../base/inert.ts'

export { inert }

export type Style = ReturnType<typeof createColors>

/** Colours for people; none when piped or `NO_COLOR` is set. */
export function styleFor(hasColor: boolean): Style {
  return createColors(hasColor)
}

/** JSON for a screen or a pipe: an escape of a character is the character, so the value stays what it was. */
export function inertJson(value: unknown, indent?: number): string {
  return inert(JSON.stringify(value, null, indent))
}
