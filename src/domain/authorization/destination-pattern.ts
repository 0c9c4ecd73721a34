/**
 * Does a value fit a pattern of `destinations.ARG.allow`? Case does not matter. A pattern with a scheme is one of URLs, one of
 * the form `local@host` one of e-mail addresses, any other one of names and paths. SECURITY: the model wrote the value; what
 * a tool could read in another way than it is read here fits nothing but itself.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const [value, glob] = [text.toLowerCase(), pattern.toLowerCase()]
  if (value === glob && !glob.includes('*')) return true
  if (SCHEME.test(glob)) return matchesUrl(value, glob)
  if (/^[^@\s/:]+@[^@\s/:]+$/.test(glob)) return matchesMailbox(value, glob)
  // From the part of the path on in which the first `*` stands.
  const part = glob.lastIndexOf('/', Math.max(0, glob.indexOf('*'))) + 1
  const isUpward = /(?:^|\/)\.{1,2}(?:\/|$)/.test(value.slice(part))
  return value === glob || (!isUpward && fits(value, glob, NAME_ENDS))
}

const SCHEME = /^([a-z][a-z0-9+.-]{0,20}):\/\//
/** What ends a name, or stands for another sign, in some tool's reading. */
const NAME_ENDS = /[@/\\\s#?:%;,]/
const PATH_ENDS = /[/@\s]/
const LABEL_ENDS = /[^\p{L}\p{N}_-]/u

const URL_PARTS =
  /^([a-z][a-z0-9+.-]{0,20}):\/\/([^/?#]*@)?(\[[^\]/?#]*\]|[^/?:#@]*)(?::(\d{1,5}|\*))?([^?#]*)(\?[^#]*)?/s
/** Schemes of which a parser takes any number of slashes for two. */
const WEB = /^(?:https?|wss?|ftp)$/
/** Spaces, controls, backslashes, encoded signs of a path and `..;` are read in more than one way. */
const ODD = /[\s\p{C}\\]|%(?:25)*(?:2e|2f|5c)|\/\.{1,2}(?:;|%(?:25)*3b)/u

interface UrlParts {
  readonly scheme: string
  readonly user: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string
}

function partsOf(url: string): UrlParts {
  const [, scheme = '', user = '', host = '', port = '', path = '', query = ''] = URL_PARTS.exec(url) ?? []
  return { scheme, user, host, port, path, query }
}

/** Scheme, user, host, port and path, each on its own; a query may follow a pattern that ends with `*` or names one. */
function matchesUrl(text: string, pattern: string): boolean {
  const [own, wanted] = [partsOf(text), partsOf(pattern)]
  const isHostless = own.host === '' && (wanted.host !== '' || WEB.test(wanted.scheme))
  if (isHostless || ODD.test(text.split(/[?#]/, 1)[0] ?? '')) return false
  if (own.user !== wanted.user || !SCHEME.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  const { host, path, search } = spelled(wanted)
  if (url.protocol !== `${wanted.scheme}:` || !matchesHost(url.hostname, host)) return false
  if (wanted.port !== '*' && url.port !== (wanted.port === DEFAULT_PORTS[wanted.scheme] ? '' : wanted.port))
    return false
  if (!fits(url.pathname.toLowerCase() || '/', path || '/', PATH_ENDS)) return false
  return wanted.query === ''
    ? url.search === '' || path.endsWith('*')
    : fits(url.search.toLowerCase(), search, PATH_ENDS)
}

/** As a parser spells it, so that `münchen.example/ü` stands for what it leads to. */
function spelled({ scheme, host, path, query }: UrlParts): { host: string; path: string; search: string } {
  const [site, page] = [`${scheme}://${host}`, `${scheme}://x${path}${query}`]
  const parsed = URL.canParse(page) ? new URL(page) : undefined
  return {
    host: URL.canParse(site) ? new URL(site).hostname : host,
    path: parsed?.pathname.toLowerCase() ?? path,
    search: parsed?.search.toLowerCase() ?? query,
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** Label by label: a first `*` stands for one label or more, any other for one, and within a label for a part of it. */
function matchesHost(host: string, pattern: string): boolean {
  const [own, wanted] = [host.split('.'), pattern.split('.')]
  if (host === pattern) return true
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
    } else if (star >= 0 && !isEnd(value, resume, ends)) {
      position = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[position] === '*') position += 1
  return position === pattern.length
}

/** SECURITY: signs that no reader sees, and those that some normal form makes a dot or slash of, are covered by no `*`. */
function isEnd(value: string, at: number, ends: RegExp): boolean {
  const char = String.fromCodePoint(value.codePointAt(at) ?? 0)
  const plain = char.normalize('NFKC')
  return ends.test(plain) || (plain !== char && plain.includes('.')) || /(?!\p{Cs})\p{C}/u.test(char)
}
