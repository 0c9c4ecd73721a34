/** Questions about one value: how random, and whether it only stands for a value. All linear in the value. */

/** Shannon entropy in bits per UTF-16 unit; 0 for the empty text. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

const RUN_OF_ALPHABET = 16
const RUN_IN_ASSIGNMENT = 8

/** A run such as `abcdefgh` or `12345678` of this length or more: typed, not drawn. */
function hasSequence(value: string, least: number): boolean {
  let run = 1
  for (let index = 1; index < value.length; index++) {
    run = value.charCodeAt(index) === value.charCodeAt(index - 1) + 1 ? run + 1 : 1
    if (run >= least) return true
  }
  return false
}

/** Holds the alphabet itself, as examples in documents do. */
export function isAlphabet(value: string): boolean {
  return hasSequence(value, RUN_OF_ALPHABET)
}

const STAND_INS =
  /example|placeholder|change-?_?me|redacted|dummy|x{4}|\*{3}|\.{3}|your[-_ a-z]|my-?_?(?:token|secret|key|password)|insert|replace|undefined|<[a-z]|todo|fixme|goes[-_]?here|not[-_]?real|fake|sample/i

/** Stands for a value: `your-token`, `xxxx`, `<key>`, `changeme`. */
export function isStandIn(value: string): boolean {
  return STAND_INS.test(value) || hasSequence(value, RUN_IN_ASSIGNMENT)
}

const TEMPLATES =
  /^[$%#][\w({]|\$\{|\{\{|\}\}|\$\(|<%|%>|^%\(|^\[|^<|^`|^\{[a-z_.]{1,40}\}$|^process\.env|^env[.[(]|^os\.|^var\.|^secrets\./i

/** Filled in elsewhere: `${X}`, `{{ x }}`, `$X`, `process.env.X`, `%X%`. */
export function isTemplate(value: string): boolean {
  return TEMPLATES.test(value)
}

const COMMON_PASSWORDS = new Set(
  `password passwd pass pwd secret admin root user username test guest postgres mysql redis mongo token key none null true false string
  default example changeme mypassword mypass yourpassword password1 password123 pass123 secret123 test123 testing admin123 root123 hunter2
  123456 12345678 qwerty letmein welcome db dbpass dbpassword rabbitmq rootpassword userpass user123 pw apikey api-key p4ssw0rd
  foo bar foobar baz hello world abc abc123 xxx yyy zzz password2 secret2 secret1 mysecret mysecretpassword supersecret verysecret somepassword`.split(
    /\s+/,
  ),
)

/** A word that documents write where a password goes. */
export function isCommonPassword(value: string): boolean {
  return COMMON_PASSWORDS.has(value.toLowerCase())
}

const WORD_SHARE = 0.6
/** Digits between letters so often are drawn; names put them at the end of a word. */
const MIXED_IN = 2
const MIXED_IN_PARTS = 3

/** Made of words, so a name and no random value: most of its letters stand in runs of four or more that can be spoken. */
export function isWordy(value: string): boolean {
  const least = /[-_./]/.test(value) ? MIXED_IN_PARTS : MIXED_IN
  if ((value.match(/[A-Za-z]\d{1,3}(?=[A-Za-z])/g)?.length ?? 0) >= least) return false
  let spoken = 0
  for (const run of value.match(/[A-Z]?[a-z]{3,60}|[A-Z]{4,60}/g) ?? []) {
    const vowels = run.match(/[aeiouy]/gi)?.length ?? 0
    const share = vowels / run.length
    if (run.length >= 4 && share >= 0.2 && share <= 0.7 && !/[^aeiouy]{5}/i.test(run)) spoken += run.length
  }
  return spoken > WORD_SHARE * value.replace(/[-_./:]/g, '').length
}

/** Letters and digits both, and not a name with a number in it. */
export function isMixed(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && !isWordy(value)
}

/** Letters only, at least so many, yet drawn: cases change all the time, or consonants pile up. */
export function isDrawnLetters(marked: string, least = 16): boolean {
  const value = marked.replace(/^[A-Za-z]{2,8}[_-]/, '')
  if (value.length < least || !/^[A-Za-z]{1,200}$/.test(value) || isWordy(value)) return false
  const changes = value.match(/[a-z](?=[A-Z])/g)?.length ?? 0
  return changes * 6 >= value.length || /[bcdfghjklmnpqrstvwxz]{5}/i.test(value)
}

export const UUID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i

const FILE_NAME =
  /\.(?:png|jpe?g|gif|svg|ico|webp|pdf|js|mjs|cjs|ts|tsx|jsx|css|html?|json|ya?ml|toml|xml|md|txt|pem|crt|cer|key|p12|jks|jar|zip|gz|py|go|rs|java|rb|sh|sql|csv|log|com|org|net|io|dev|local|int)$/i

/** Paths and versions of this length and more must read like words to be taken for such. */
const PATH_LENGTH = 32

/** A file, a path, an address, a version or a chain of names: points at something, and is no secret itself. */
export function isReference(value: string): boolean {
  if (FILE_NAME.test(value) || /^(?:[a-z]{2,10}:\/\/|@\w)/i.test(value)) return true
  if (/^(?:\.{0,2}|~)\//.test(value) && (value.length < PATH_LENGTH || isWordy(value))) return true
  const isVersion = /^v?\d{1,4}[._]\d{1,4}[._-]/.test(value) && value.length < PATH_LENGTH
  if (isVersion || /-SNAPSHOT|^rc\d/.test(value)) return true
  if (/^[A-Za-z_$][A-Za-z_$]{0,60}(?:\.|::|->)[A-Za-z_$]/.test(value) && !/\d.{0,20}\d.{0,20}\d/.test(value))
    return true
  const segments = value.split('/')
  return segments.length >= 3 && segments.filter((part) => /^[a-z_-]{3,40}$/i.test(part)).length >= 2
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const DECODED_MAX = 3_000

/** Base64 or base64url to text of bytes 0 to 255, at most 3,000 of them; `undefined` when it is none. */
export function decodeBase64(value: string): string | undefined {
  let bits = 0
  let held = 0
  let out = ''
  for (const char of value.replace(/={1,2}$/, '')) {
    const digit = ALPHABET.indexOf(char === '-' ? '+' : char === '_' ? '/' : char)
    if (digit < 0) return undefined
    held = ((held << 6) | digit) & 0xff_ff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    out += String.fromCharCode((held >> bits) & 0xff)
    if (out.length >= DECODED_MAX) break
  }
  return out
}
