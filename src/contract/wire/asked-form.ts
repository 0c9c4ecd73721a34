import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/**
 * Whether a program may be going to read the answer in a form that the settings ask for. `formless` are the settings that are
 * known to ask for none: any other might, as servers have many words for it.
 */
export function asksForForm(settings: JsonObject, formless: ReadonlySet<string>): boolean {
  return Object.entries(settings).some(([name, value]) => !formless.has(name) && saysSomething(value))
}

/** `{ type: 'text' }` asks for nothing. */
function saysSomething(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false) return false
  return !isJsonObject(value) || value['type'] !== 'text'
}
