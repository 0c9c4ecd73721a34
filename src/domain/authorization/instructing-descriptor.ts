import type { Json } from '../../base/json.ts'
import { plantsOrders, speaksToAssistant } from './planted-orders.ts'

const TEXTS_MAX = 10_000
const DEPTH_MAX = 64
/** Nothing shorter says anything: types of a schema, names of members. */
const CHARS_MIN = 12

/**
 * Does a tool's descriptor, in any text of it, say more to the model than what the tool is? Descriptions are written for the model and
 * may speak to it, but not plant orders; no other text has anything to say to it. A descriptor that is too large to look at each text
 * does.
 */
export function instructsModel(descriptor: Json): boolean {
  const texts = { descriptions: new Set<string>(), others: new Set<string>() }
  return (
    !collect(descriptor, texts, texts.others, 0) ||
    [...texts.descriptions].some(plantsOrders) ||
    [...texts.others].some((text) => speaksToAssistant(text, []))
  )
}

interface Texts {
  readonly descriptions: Set<string>
  readonly others: Set<string>
}

/** Names of members are texts too: those of a schema's properties are the server's own. False where there is too much. */
// oxlint-disable-next-line max-params -- a value, all that was found, where its own text belongs, and how deep it lies
function collect(value: Json, texts: Texts, own: Set<string>, depth: number): boolean {
  if (typeof value === 'string') {
    if (value.length >= CHARS_MIN) own.add(value)
    return own.size <= TEXTS_MAX
  }
  if (value === null || typeof value !== 'object') return true
  if (depth >= DEPTH_MAX) return false
  if (Array.isArray(value)) return value.every((item: Json) => collect(item, texts, own, depth + 1))
  return Object.entries(value).every(
    ([name, member]) =>
      collect(name, texts, texts.others, depth) &&
      (member === undefined ||
        collect(member, texts, name === 'description' ? texts.descriptions : texts.others, depth + 1)),
  )
}
