import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

const DEPTH_MAX = 20

export interface Rendered<Value> {
  readonly value: Value
  /** Names that no variable has. */
  readonly unknown: readonly string[]
}

/** The value with each `{{name}}` or `{{name.part}}` in its texts replaced. One pass: what is filled in is not read again. */
export function renderDeep<Value extends Json>(value: Value, variables: JsonObject): Rendered<Value> {
  const unknown = new Set<string>()
  const render = (item: Json | undefined, depth: number): Json | undefined => {
    if (typeof item === 'string') return renderText(item, variables, unknown)
    if (depth > DEPTH_MAX) return item
    if (Array.isArray(item)) return item.map((entry: Json) => render(entry, depth + 1) as Json)
    if (!isJsonObject(item)) return item
    return Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, render(entry, depth + 1)]))
  }
  return { value: render(value, 0) as Value, unknown: [...unknown] }
}

/** A text that is one placeholder takes the value as it is; in other texts, a value that is no text is written as JSON. */
function renderText(text: string, variables: JsonObject, unknown: Set<string>): Json {
  const parts: string[] = []
  let from = 0
  for (;;) {
    const open = text.indexOf('{{', from)
    const close = open < 0 ? -1 : text.indexOf('}}', open + 2)
    if (open < 0 || close < 0) break
    const name = text.slice(open + 2, close).trim()
    const found = valueOf(variables, name)
    if (found === undefined) unknown.add(name)
    if (open === 0 && close + 2 === text.length && found !== undefined && typeof found !== 'string') return found
    parts.push(text.slice(from, open), typeof found === 'string' ? found : JSON.stringify(found ?? null))
    from = close + 2
  }
  parts.push(text.slice(from))
  return parts.join('')
}

function valueOf(variables: JsonObject, name: string): Json | undefined {
  let value: Json | undefined = variables
  for (const part of name.split('.')) {
    if (Array.isArray(value)) value = /^\d{1,6}$/.test(part) ? (value as readonly Json[])[Number(part)] : undefined
    else value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined
  }
  return value
}
