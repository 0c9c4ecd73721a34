/** More information than an identifier needs: a UUID has 128 bits, a SHA-1 of a commit 160. */
const BITS_MAX = 224
const BITS_PER_CHAR_MAX = 5.5
/** Letters of words in query and fragment; longer is a text, not a search. */
const QUERY_LETTERS_MAX = 90
const PATH_LETTERS_MAX = 240
const QUERY_CHARS_MAX = 800
const WORD_MAX = 20
/** Labels of a host name; names of data carried over DNS are longer. */
const LABEL_CHARS_MAX = 40

/**
 * Whether a URL is built to carry data out: long words, or dense tokens, in query, fragment, path, credentials or sub-domains.
 * A detector: a few dozen bits at a time pass, and long signed URLs of honest services are taken for data.
 */
export function carriesData(url: URL): boolean {
  const hash = url.href.includes('#') ? url.href.slice(url.href.indexOf('#') + 1) : ''
  const query = `${url.search.slice(1)}&${hash}&${url.username}&${url.password}`
  if (query.length > QUERY_CHARS_MAX) return true
  if (url.hostname.split('.').some((label) => label.length > LABEL_CHARS_MAX)) return true
  const host = url.hostname.split('.').slice(0, -2).join('.')
  // Too short for so many bits or letters, whatever it says.
  if ((query.length + url.pathname.length + host.length) * BITS_PER_CHAR_MAX <= BITS_MAX) return false
  const inQuery = measure(query)
  const inPath = measure(url.pathname)
  const inHost = measure(host)
  return (
    inQuery.bits + inPath.bits + inHost.bits > BITS_MAX ||
    inQuery.letters > QUERY_LETTERS_MAX ||
    inPath.letters > PATH_LETTERS_MAX
  )
}

interface Measure {
  readonly letters: number
  readonly bits: number
}

const NOTHING: Measure = { letters: 0, bits: 0 }

/** Letters in words and bits in everything else, of a part of a URL. */
function measure(part: string): Measure {
  if (!/[^&]/.test(part)) return NOTHING
  let letters = 0
  let bits = 0
  // Percent-encoded text counts as the bytes it stands for; letters beyond ASCII are letters.
  const plain = part.includes('%')
    ? part.replace(/%[89a-f][0-9a-f]/gi, 'é').replace(/%[0-9a-f]{2}/gi, (pair) => decodeURIComponent(pair))
    : part
  for (const token of plain.split(/[^\p{L}\p{N}]{1,4096}/u)) {
    if (token === '') continue
    if (isWords(token)) letters += token.length
    else bits += token.length * bitsPerChar(token)
  }
  return { letters, bits }
}

/** One word, or several as identifiers join them (`WhenMatchedThen`): random letters change case far more often. */
function isWords(token: string): boolean {
  if (!/^\p{L}{1,64}$/u.test(token)) return false
  const words = token.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').split(' ')
  return token.length / words.length >= (words.length === 1 ? 1 : 4) && words.every((word) => word.length <= WORD_MAX)
}

function bitsPerChar(token: string): number {
  if (/^\d*$/.test(token)) return 3.3
  if (/^[0-9a-f]*$/i.test(token)) return 4
  return /^\p{Ll}*$/u.test(token) ? 4.7 : BITS_PER_CHAR_MAX
}
