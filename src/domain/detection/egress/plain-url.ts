/** A URL of the commonest form: a host of letters, and nothing in path, query or fragment that could name another one. */
const PLAIN =
  /^https?:\/\/((?:[a-z][a-z0-9-]{0,40}\.){1,5}[a-z]{2,24})((?:\/[A-Za-z0-9._/-]{0,40})?(?:\?[A-Za-z0-9_=&-]{0,40})?(?:#[A-Za-z0-9_-]{0,40})?)$/
/** So short, names below the domain and rest together, that it carries no more than an identifier: see `carriesData`. */
const PLAIN_CHARS_MAX = 40
const HOST_CHARS_MAX = 40
/** What `carriesData` puts between the parts that it measures. */
const SEPARATORS = 4

/** The host of a URL that needs no parser and has no reason to be looked at; undefined for every other one. */
export function plainHost(text: string): string | undefined {
  const found = PLAIN.exec(text)
  if (found === null) return undefined
  const [, host = '', rest = ''] = found
  const below = Math.max(0, host.lastIndexOf('.', host.lastIndexOf('.') - 1))
  if (host.length > HOST_CHARS_MAX || below + rest.length + SEPARATORS > PLAIN_CHARS_MAX) return undefined
  // Punycode, and base64 of an address in a parameter.
  return host.includes('xn--') || rest.includes('aHR0c') ? undefined : host
}
