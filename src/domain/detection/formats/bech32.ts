const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const BECH32 = 1
const BECH32M = 0x2bc830a3
const CHECKSUM_LENGTH = 6

/** A Bitcoin main-network SegWit address: BIP-173 checksum for witness version 0, BIP-350 for 1 to 16; one case. */
export function isBech32Address(text: string): boolean {
  const lower = text.toLowerCase()
  if ((text !== lower && text !== text.toUpperCase()) || text.length < 14 || text.length > 90) return false
  if (!lower.startsWith('bc1')) return false
  const values: number[] = []
  for (const char of lower.slice(3)) {
    const value = ALPHABET.indexOf(char)
    if (value < 0) return false
    values.push(value)
  }
  const version = values[0] ?? 99
  const checksum = polymod([3, 3, 0, 2, 3, ...values])
  return checksum === (version === 0 ? BECH32 : BECH32M) && isProgram(version, values.slice(1, -CHECKSUM_LENGTH))
}

function polymod(values: readonly number[]): number {
  let checksum = 1
  for (const value of values) {
    const top = checksum >>> 25
    checksum = ((checksum & 0x1ffffff) << 5) ^ value
    for (const [bit, word] of GENERATOR.entries()) if (((top >>> bit) & 1) === 1) checksum ^= word
  }
  return checksum >>> 0
}

/** Version 0 to 16; 2 to 40 bytes, exactly 20 or 32 for version 0; what is left over of the last group is short and zero. */
function isProgram(version: number, groups: readonly number[]): boolean {
  const bytes = Math.floor((groups.length * 5) / 8)
  const rest = groups.length * 5 - bytes * 8
  const isPadded = rest < 5 && ((groups.at(-1) ?? 0) & ((1 << rest) - 1)) === 0
  return version <= 16 && isPadded && (version === 0 ? bytes === 20 || bytes === 32 : bytes >= 2 && bytes <= 40)
}
