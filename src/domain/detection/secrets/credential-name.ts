import { wordsOf } from './assigned-value.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/))

const CREDENTIALS = words(
  'token secret secrets apikey accesskey authkey secretkey privatekey licensekey credential credentials creds cred auth pat bearer appsecret clientsecret authtoken accesstoken apitoken',
)
/** In canonical form, in which letters have no marks and those of Cyrillic that look like Latin ones are Latin. */
const PASSWORDS = words(
  `password passwd passphrase pwd pass passwort psk dbpassword contrasena passe motdepasse senha wachtwoord kennwort losenord
  passord adgangskode salasana haslo heslo jelszo sifre parola пapoль 密码 密碼 パスワード 비밀번호`,
)
const KEY_KINDS = words(
  `api access secret private auth account app application service encryption encrypt signing sign admin master storage subscription license
  licence client consumer deploy live test prod production sandbox integration ingest ingestion webhook shared ssh hmac jwt aes root project
  dev write server device activation team workspace org security crypto decrypt`,
)
/** May follow the word that names the credential without making it something else: `secret_string`, `token_2`. */
const NEUTRAL = words(
  `string str value val env text prod production dev development test staging stage default raw plain plaintext encoded base64 b64 current
  new old primary secondary live sandbox v1 v2 v3 main backup master user for my the a is do not commit in at here key token secret keys
  base header field1 const var x com admin root local`,
)
/** Turns a token or key into something that is shown: `public_key`, `csrf_token`, `page_token`, `primary_key`. */
const SHOWN = words(
  `public pub csrf xsrf primary foreign cache sort partition idempotency page pagination next continuation cursor sync bos eos pad unk mask
  stop special sep cls bucket sequence schema issuer translation row unique hash anti forgery antiforgery design tokenizer max min num total
  count prompt completion input output word sub vocab`,
)

/** The name says that its value is a token, a key or a secret. */
export function namesCredential(name: string): boolean {
  return names(name, (word, before) => CREDENTIALS.has(word) || (word === 'key' && KEY_KINDS.has(before ?? '')))
}

/** The name says that its value is a password. */
export function namesPassword(name: string): boolean {
  return names(name, (word) => PASSWORDS.has(word))
}

function names(name: string, isCredential: (word: string, before: string | undefined) => boolean): boolean {
  const parts = wordsOf(name)
  const at = parts.findLastIndex((word, index) => isCredential(word, parts[index - 1]))
  if (at < 0 || parts.slice(0, at).some((word) => SHOWN.has(word))) return false
  return parts.slice(at + 1).every((word) => NEUTRAL.has(word) || /^\d{1,4}$/.test(word))
}

/** The name has some word of credentials in it; enough where a service's name stands beside it. */
export function hintsCredential(name: string): boolean {
  return /token|secret|key|pass|pwd|auth|cred|pat$|api|client|id$|licen[cs]e|sid$|dsn|salt/i.test(name)
}
