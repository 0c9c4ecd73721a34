const RANGES_MAX = 20
const HEADER_CHARS_MAX = 500
const RANGE = /^(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3})(?:;q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?))?$/

/** The languages of an `Accept-Language`, most wanted first; what does not read as one is passed over. */
export function acceptedLanguages(header: string): readonly string[] {
  if (header === '') return []
  const ranges: { readonly language: string; readonly weight: number }[] = []
  for (const part of header.slice(0, HEADER_CHARS_MAX).split(',').slice(0, RANGES_MAX)) {
    const match = RANGE.exec(part.replaceAll(' ', ''))
    if (match?.[1] === undefined || match[1] === '*') continue
    const weight = Number(match[2] ?? 1)
    if (weight > 0) ranges.push({ language: match[1], weight })
  }
  return ranges.toSorted((left, right) => right.weight - left.weight).map(({ language }) => language)
}

/** The first wanted language that is there, by itself or by a longer or shorter name of it (RFC 4647 lookup). */
export function preferredLanguage(wanted: readonly string[], available: readonly string[], fallback: string): string {
  const known = new Map(available.map((language) => [language.toLowerCase(), language]))
  for (const language of wanted) {
    const subtags = language.toLowerCase().split('-')
    for (let length = subtags.length; length > 0; length -= 1) {
      const found = known.get(subtags.slice(0, length).join('-'))
      if (found !== undefined) return found
    }
    const [primary] = subtags
    const longer = available.find((candidate) => candidate.toLowerCase().startsWith(`${primary}-`))
    if (longer !== undefined) return longer
  }
  return fallback
}
