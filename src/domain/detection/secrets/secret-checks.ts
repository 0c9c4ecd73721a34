import type { Candidate, SecretCheck, Verdict } from './candidate.ts'
import { isBech32, isCrc32Base62 } from './checksums.ts'
import { namesCredential, namesPassword } from './credential-name.ts'
import { curlHeader, curlUser, isUsablePassword, kubernetesSecret, pemBlock } from './document-checks.ts'
import {
  decodeBase64,
  entropyOf,
  isAlphabet,
  isCommonPassword,
  isDrawnLetters,
  isMixed,
  isReference,
  isStandIn,
  isTemplate,
  isWordy,
  UUID,
} from './secret-value.ts'

const when =
  (holds: (candidate: Candidate) => boolean): SecretCheck =>
  (candidate) =>
    holds(candidate) ? candidate : undefined

/** The verifiers that the rules name. A checksum only raises confidence: the vendors' definitions are not published in full. */
export const SECRET_CHECKS: Readonly<Record<string, SecretCheck>> = {
  'not-example': when(({ value }) => !value.endsWith('EXAMPLE')),
  'not-placeholder': when(({ value }) => isUsable(value) && !isCommonPassword(value)),
  'has-digit': when(({ value }) => /\d/.test(value)),
  'mixed-token': when(({ value }) => isUsable(value) && isMixed(value)),
  'not-digest-name': when(({ name }) => !/sha|commit|rev|hash|ref|digest|version/i.test(name)),
  'crc32-base62': (candidate) => ({ ...candidate, score: isCrc32Base62(candidate.value) ? 1 : 0.95 }),
  bech32: (candidate) => ({ ...candidate, score: isBech32(candidate.value) ? 1 : 0.95 }),
  jwt,
  pem: pemBlock,
  'kubernetes-secret': kubernetesSecret,
  'basic-credentials': basicCredentials,
  'url-password': when(({ value }) => isUsablePassword(value)),
  'connection-password': when(({ value }) => isUsablePassword(value)),
  'curl-user': curlUser,
  'curl-header': curlHeader,
  password: assignedPassword,
  'generic-token': genericToken,
}

const isUsable = (value: string): boolean => !isTemplate(value) && !isStandIn(value) && !isReference(value)

/** RFC 7519: the header decodes to JSON that names an algorithm; where it does not, its form alone says less. */
function jwt(candidate: Candidate): Verdict | undefined {
  const [head = '', body = '', tail = ''] = candidate.value.split('.')
  const header = decodeBase64(head)
  if (header !== undefined && /^\s{0,8}\{[\s\S]{0,2000}"(?:alg|enc)"\s{0,4}:/.test(header))
    return { ...candidate, score: 1 }
  return head.length >= 17 && body.length >= 17 && tail.length >= 10 && /\d/.test(head)
    ? { ...candidate, score: 0.85 }
    : undefined
}

/** RFC 7617: `user:password` in base64. */
function basicCredentials(candidate: Candidate): Verdict | undefined {
  const { value } = candidate
  if (isStandIn(value) || value.startsWith('ey')) return undefined
  const decoded = decodeBase64(value)
  if (decoded !== undefined && /^[\x20-\x7e]{0,200}:[\x20-\x7e]{0,400}$/.test(decoded) && decoded.length > 4)
    return candidate
  return value.length >= 20 && entropyOf(value) >= 3.5 && isMixed(value) ? { ...candidate, score: 0.7 } : undefined
}

function assignedPassword(candidate: Candidate): Verdict | undefined {
  const { start, name, value, isStrong, score } = candidate
  if (!namesPassword(name) || !isUsable(value) || isCommonPassword(value)) return undefined
  const bare = value.replace(/[,;.)\]}]{1,3}$/, '')
  return isPassword(bare, isStrong) ? { start, end: start + bare.length, score } : undefined
}

/** Another variable, by its name. */
const NAME_OF_ONE = /^[A-Za-z_$][\w$.]{0,80}(?:password|passwd|passphrase|pwd)$/i

function isPassword(bare: string, isStrong: boolean): boolean {
  if (NAME_OF_ONE.test(bare)) return false
  if (bare.length < 6 || isCommonPassword(bare) || /^[\d.:-]{1,12}$/.test(bare) || /[(){}]/.test(bare)) return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(bare)).length
  if (!isStrong) return kinds >= 3 && /\d/.test(bare)
  if (isDrawnLetters(bare, 10) || (kinds >= 3 && bare.length >= 8 && /[\d!@#$%^&*?]/.test(bare))) return true
  return kinds >= 2 && /\d/.test(bare) && (/\d[A-Za-z]/.test(bare) || !isWordy(bare))
}

/** The rule for names that no vendor's rule knows: the name says token, key or secret, and the value is drawn at random. */
function genericToken(candidate: Candidate): Verdict | undefined {
  if (!namesCredential(candidate.name)) return undefined
  if (/\.{2,3}$/.test(candidate.value)) return undefined
  const value = candidate.value.replace(/[.:,|!*]{1,3}$/, '')
  if (value.length < 10 || !isUsable(value) || isAlphabet(value) || !isRandom(value)) return undefined
  if (!candidate.isStrong && (value.length < SAID_LENGTH || !isMixed(value))) return undefined
  return { start: candidate.start, end: candidate.start + value.length, score: candidate.score }
}

const HEX_BITS = 2.5
const DIGIT_BITS = 2.4
/** Least length of a value that a sentence names (`the token is x`). */
const SAID_LENGTH = 20
const MOST_BITS = 3.5
/** Share of the entropy that a text of its length could have at most. */
const LENGTH_SHARE = 0.78

function isRandom(value: string): boolean {
  if (UUID.test(value)) return true
  const bits = entropyOf(value)
  if (/^\d{16,80}$/.test(value)) return bits >= DIGIT_BITS
  if (/^(?:0x)?[a-f\d]{12,400}$/i.test(value)) return bits >= HEX_BITS && /\d/.test(value) && /[a-f]/i.test(value)
  if (bits < Math.min(MOST_BITS, Math.log2(value.length) * LENGTH_SHARE)) return false
  if (isDrawnLetters(value)) return true
  if (!isMixed(value)) return false
  return value.length >= 16 || (value.match(/\d/g)?.length ?? 0) >= 2
}
