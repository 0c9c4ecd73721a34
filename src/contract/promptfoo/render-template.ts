import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

export type RenderedText = { readonly text: string } | { readonly why: string }

const TEXT_CHARS_MAX = 1_000_000
const PATH = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d{1,6}\]|\.\d{1,6})*$/

/**
 * The plain part of promptfoo's templates (Nunjucks): `{{ name }}` and `{{ name.part }}`. Filters, calls and blocks are programs: they
 * are not run, and `why` says so.
 */
export function renderTemplate(template: string, variables: JsonObject): RenderedText {
  if (/\{%|\{#/.test(template)) return { why: 'its template has blocks (`{% … %}`), which are not run' }
  const parts: string[] = []
  let [from, length] = [0, 0]
  for (;;) {
    const open = template.indexOf('{{', from)
    const close = open < 0 ? -1 : template.indexOf('}}', open + 2)
    if (open < 0 || close < 0) break
    const expression = template
      .slice(open + 2, close)
      .replace(/^-|-$/g, '')
      .trim()
    if (!PATH.test(expression))
      return { why: `its template has the expression \`${expression.slice(0, 60)}\`, which is not run` }
    const found = valueAt(variables, expression)
    if (found === undefined) return { why: `its template names \`${expression.slice(0, 60)}\`, and no variable does` }
    const written = asText(found)
    length += open - from + written.length
    if (length > TEXT_CHARS_MAX) return { why: `its text is longer than ${TEXT_CHARS_MAX} characters` }
    parts.push(template.slice(from, open), written)
    from = close + 2
  }
  parts.push(template.slice(from))
  return { text: parts.join('') }
}

export function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function valueAt(variables: JsonObject, expression: string): Json | undefined {
  let value: Json | undefined = variables
  for (const step of expression.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(step)]
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value
}

/** Every text of a value rendered; the first reason why one cannot be. */
export function renderDeeply(value: Json, variables: JsonObject): { readonly value: Json } | { readonly why: string } {
  if (typeof value === 'string') {
    const rendered = renderTemplate(value, variables)
    return 'why' in rendered ? rendered : { value: rendered.text }
  }
  if (Array.isArray(value)) {
    const items: Json[] = []
    for (const item of value as readonly Json[]) {
      const rendered = renderDeeply(item, variables)
      if ('why' in rendered) return rendered
      items.push(rendered.value)
    }
    return { value: items }
  }
  if (!isJsonObject(value)) return { value }
  const entries: [string, Json][] = []
  for (const [key, item] of Object.entries(value)) {
    const rendered = item === undefined ? { value: null } : renderDeeply(item, variables)
    if ('why' in rendered) return rendered
    entries.push([key, rendered.value])
  }
  return { value: Object.fromEntries(entries) }
}
