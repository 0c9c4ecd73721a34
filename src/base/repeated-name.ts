/** Texts of JSON, each with the colon behind it that makes it the name of a member, and the brackets around members. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{}]/g

/**
 * Whether an object in a text of valid JSON names a member twice. RFC 8259 (section 4) leaves to each reader which of them counts, so
 * what one program decided on is not what the next one does.
 */
export function repeatsName(json: string): boolean {
  // Names of what is open, outermost first; arrays have none.
  const open: Set<unknown>[] = []
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    if (text === undefined) {
      if (token === '{' || token === '[') open.push(new Set())
      else open.pop()
    } else if (colon !== undefined) {
      const name: unknown = JSON.parse(text)
      const names = open.at(-1)
      if (names?.has(name) === true) return true
      names?.add(name)
    }
  }
  return false
}
