/**
 * Whether an object in a text of valid JSON names a member twice. RFC 8259 (section 4) leaves to each reader which of them counts, so
 * what one program decided on is not what the next one does.
 */
export function repeatsName(json: string): boolean {
  // Names of the objects that are open, outermost first; nothing for arrays.
  const open: (Set<string> | undefined)[] = []
  let isName = false
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '{':
        open.push(new Set())
        isName = true
        break
      case '[':
        open.push(undefined)
        isName = false
        break
      case '}':
      case ']':
        open.pop()
        isName = false
        break
      case ',':
        isName = open.at(-1) !== undefined
        break
      case '"': {
        const end = endOfText(json, at)
        if (isName) {
          const names = open.at(-1)
          const name = JSON.parse(json.slice(at, end)) as string
          if (names?.has(name) === true) return true
          names?.add(name)
          isName = false
        }
        at = end - 1
        break
      }
      default:
    }
  }
  return false
}

function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const unit = json[at]
    if (unit === '"') return at + 1
    if (unit === '\\') at += 1
  }
  return json.length
}
