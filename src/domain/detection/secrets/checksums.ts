/** Checksums inside tokens. Each is linear in the token. */

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const

/** BIP 173: the last six characters are a BCH code over the rest. Either case. */
export function isBech32(token: string): boolean {
  const text = token.toLowerCase()
  const split = text.lastIndexOf('1')
  const human = text.slice(0, split)
  const data = Array.from(text.slice(split + 1), (char) => BECH32.indexOf(char))
  if (split < 1 || data.length < 6 || data.includes(-1)) return false
  const units = Array.from(human, (char) => char.charCodeAt(0))
  let sum = 1
  for (const value of [...units.map((unit) => unit >> 5), 0, ...units.map((unit) => unit & 31), ...data]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ff_ffff) << 5) ^ value
    for (const [bit, generator] of GENERATORS.entries()) if (((top >>> bit) & 1) === 1) sum ^= generator
  }
  return sum === 1
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const CHECK_CHARS = 6

/** GitHub and npm: the last six characters are the CRC-32 of those between the mark and them, in base 62. */
export function isCrc32Base62(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1, -CHECK_CHARS)
  let rest = crc32(body)
  let digits = ''
  for (let index = 0; index < CHECK_CHARS; index++) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return token.endsWith(digits)
}

/** CRC-32 of ISO 3309 (reflected polynomial EDB88320), of ASCII text. */
function crc32(text: string): number {
  let sum = 0xffff_ffff
  for (const char of text) {
    sum ^= char.charCodeAt(0)
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0xedb8_8320 : sum >>> 1
  }
  return (sum ^ 0xffff_ffff) >>> 0
}
