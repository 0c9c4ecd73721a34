/**
 * Does a value fit a pattern of `destinations.ARG.allow`? Case does not matter. A pattern with a scheme is one of URLs, one of
 * the form `local@host` one of e-mail addresses, any other one of names and paths. SECURITY: the model wrote the value; what
 * a tool could read in another way than it is read here fits nothing but itself.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const [value, glob] = [text.toLowerCase(), pattern.toLowerCase()]
  if (SCHEME.test(glob)) return matchesUrl(value, glob)
  if (/^[^@\s/:]+@[^@\s/:]+$/.test(glob)) return matchesMailbox(value, glob)
  const isUpward = /(?:^|\/)\.{1,2}(?:\/|$)/.test(value.slice(Math.max(0, glob.indexOf('*'))))
  return value === glob || (!isUpward && fits(value, glob, NAME_ENDS))
}

const SCHEME = /^([a-z][a-z0-9+.-]{0,20}):\/\//
/** What ends a name, or stands for another sign, in some tool's reading. */
const NAME_ENDS = /[@/\\\s#?:%;,]/
const PATH_ENDS = /[/@\s]/
const LABEL_ENDS = /[^\p{L}\p{N}_-]/u

const URL_PARTS = /^([a-z][a-z0-9+.-]{0,20}):\/\/([^/?:]*)(?::(\d{1,5}|\*))?([^?]*)(\?.*)?$/s

/** Scheme, host, port and path, each on its own; a query may follow a pattern that ends with `*` or names one. */
function matchesUrl(text: string, pattern: string): boolean {
  const [, scheme, host = '', port, path, query] = URL_PARTS.exec(pattern) ?? []
  // Users, spaces, controls, backslashes and encoded signs of a path are read in more than one way.
  const isOdd = /^[^/]*\/\/(?:\/|[^/]*@)|[\s\p{C}\\]|%(?:25)?(?:2e|2f|5c)/iu.test(text.split(/[?#]/, 1)[0] ?? '')
  if (isOdd || !SCHEME.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  const isPort = port === '*' || url.port === (port === DEFAULT_PORTS[scheme ?? ''] ? '' : (port ?? ''))
  return (
    url.protocol === `${scheme}:` &&
    isPort &&
    matchesHost(url.hostname, host) &&
    fits(url.pathname.toLowerCase() || '/', path || '/', PATH_ENDS) &&
    (query === undefined
      ? url.search === '' || path?.endsWith('*') === true
      : fits(url.search.toLowerCase(), query, PATH_ENDS))
  )
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** Label by label: a first `*` stands for one label or more, any other for one, and within a label for a part of it. */
function matchesHost(host: string, pattern: string): boolean {
  const [own, wanted] = [host.split('.'), pattern.split('.')]
  const more = own.length - wanted.length
  if (own.includes('') || more < 0 || (more > 0 && wanted[0] !== '*')) return false
  return wanted.every((glob, at) =>
    fits(at === 0 ? own.slice(0, more + 1).join('') : (own[at + more] ?? ''), glob, LABEL_ENDS),
  )
}

/** One address, without a name, a comment, quotes or a route. */
function matchesMailbox(text: string, pattern: string): boolean {
  const [, local = '', host = ''] = /^([\p{L}\p{N}._+'&=-]{1,64})@([\p{L}\p{N}.-]{1,253})$/u.exec(text) ?? []
  const [wanted = '', site = ''] = pattern.split('@')
  return local !== '' && fits(local, wanted, PATH_ENDS) && matchesHost(host, site)
}

/** `*` stands for any characters but those that end what it may stand for. Linear: one backtracking point. */
function fits(value: string, pattern: string, ends: RegExp): boolean {
  let at = 0
  let star = -1
  let resume = 0
  let position = 0
  while (at < value.length) {
    if (pattern[position] === '*') {
      star = position++
      resume = at
    } else if (pattern[position] === value[at]) {
      position += 1
      at += 1
    } else if (star >= 0 && !ends.test(value.charAt(resume))) {
      position = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[position] === '*') position += 1
  return position === pattern.length
}
