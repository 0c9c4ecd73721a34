import { isJsonObject, type Json } from '../../base/json.ts'

const PLACE = '{{text}}'

/** The template with the text in each `{{text}}`; as a JSON value, so that no text can leave its string. */
export function fillTemplate(template: Json, text: string): Json {
  if (typeof template === 'string') return template.replaceAll(PLACE, () => text)
  if (Array.isArray(template)) return template.map((item: Json) => fillTemplate(item, text))
  if (!isJsonObject(template)) return template
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillTemplate(value as Json, text)]))
}

export function hasPlace(template: Json): boolean {
  return JSON.stringify(template).includes(PLACE)
}

const POINTER_CHARS_MAX = 500

export function isJsonPointer(pointer: string): boolean {
  return pointer.length <= POINTER_CHARS_MAX && /^(?:\/(?:[^~/]|~[01])*)*$/.test(pointer)
}

/** RFC 6901; undefined where nothing stands there. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(value))
      value = /^(?:0|[1-9]\d{0,8})$/.test(key) ? (value as readonly Json[])[Number(key)] : undefined
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }
  return value
}
