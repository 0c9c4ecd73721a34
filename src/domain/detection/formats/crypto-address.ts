import { concatBytes, hexOf, utf8 } from '../../../base/bytes.ts'
import { sha256Pure } from '../../../base/sha256.ts'
import { isBech32Address } from './bech32.ts'
import { NO_WORDS } from './format-words.ts'
import { keccak256 } from './keccak256.ts'
import { sorted, type Match } from '../match.ts'
import { BASE58, HEX, before, hasClass, isAlnum, placesOf, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const BASE58_MIN = 26
const BASE58_MAX = 35
const BECH32_MAX = 90
const CONTEXT_CHARS = 48

/** Bitcoin addresses (base58check, bech32, bech32m) and Ethereum addresses (EIP-55, or one case with a word that says so). */
export function detectCryptoAddresses(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const matches = base58Addresses(scan)
  if (scan.words === NO_WORDS) return matches
  matches.push(...bech32Addresses(scan), ...ethereumAddresses(scan))
  return sorted(matches)
}

/** Main-network addresses begin with 1 or 3, so a run of digits always begins or lies in them. */
function base58Addresses({ text, runs }: Scan): Match[] {
  const matches: Match[] = []
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const start = runs[run] as number
    if (start < last) continue
    const first = text.charCodeAt(start)
    if (first !== 49 && first !== 51) continue
    if (start > 0 && isAlnum(text.charCodeAt(start - 1))) continue
    let end = start
    while (end < text.length && end - start <= BASE58_MAX && hasClass(text.charCodeAt(end), BASE58)) end += 1
    last = end
    const length = end - start
    if (length < BASE58_MIN || length > BASE58_MAX || isAlnum(text.charCodeAt(end))) continue
    if (isBase58Check(text.slice(start, end))) matches.push({ detector: 'pii/btc', start, end, score: 1 })
  }
  return matches
}

const BASE58_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** 25 bytes: version 0 or 5, the hash of a key or script, and four bytes of double SHA-256. */
function isBase58Check(text: string): boolean {
  const bytes = new Uint8Array(25)
  for (let index = 0; index < text.length; index++) {
    let carry = BASE58_ALPHABET.indexOf(text.charAt(index))
    for (let place = 24; place >= 0; place--) {
      carry += 58 * (bytes[place] ?? 0)
      bytes[place] = carry & 0xff
      carry >>= 8
    }
    if (carry !== 0) return false
  }
  if (bytes[0] !== 0 && bytes[0] !== 5) return false
  const check = sha256Pure(sha256Pure(bytes.subarray(0, 21)))
  return [0, 1, 2, 3].every((index) => check[index] === bytes[21 + index])
}

function bech32Addresses(scan: Scan): readonly Match[] {
  const { text } = scan
  const matches: Match[] = []
  for (const start of placesOf(scan, 'bc1')) {
    if (isAlnum(text.charCodeAt(start - 1))) continue
    let end = start
    while (end < text.length && end - start <= BECH32_MAX && isAlnum(text.charCodeAt(end))) end += 1
    if (isBech32Address(text.slice(start, end))) matches.push({ detector: 'pii/btc', start, end, score: 1 })
  }
  return matches
}

const ETHEREUM_CONTEXT =
  /(?:^|[^a-z])(?:eth|ether|ethereum|wallet|erc-?20|metamask|address|usdt|usdc|token|crypto|send|pay)/

function ethereumAddresses(scan: Scan): readonly Match[] {
  const { text } = scan
  const matches: Match[] = []
  for (const start of placesOf(scan, '0x')) {
    const end = start + 42
    if (end > text.length || isAlnum(text.charCodeAt(start - 1)) || isAlnum(text.charCodeAt(end))) continue
    let index = start + 2
    while (index < end && hasClass(text.charCodeAt(index), HEX)) index += 1
    if (index < end) continue
    const hex = text.slice(start + 2, end)
    const isOneCase = hex === hex.toLowerCase() || hex === hex.toUpperCase()
    const isFound = isOneCase ? ETHEREUM_CONTEXT.test(before(scan, start, CONTEXT_CHARS)) : isEip55(hex)
    if (isFound && !/^0{39}/.test(hex)) matches.push({ detector: 'pii/eth', start, end, score: isOneCase ? 0.85 : 1 })
  }
  return matches
}

/** A letter is upper case where the nibble of the hash at its place is 8 or more (EIP-55). */
function isEip55(hex: string): boolean {
  const lower = hex.toLowerCase()
  const hash = hexOf(keccak256(concatBytes(utf8(lower))))
  for (let index = 0; index < 40; index++) {
    const isUpper = hex[index] !== lower[index]
    const isLetter = hasClass(lower.charCodeAt(index), 2)
    if (isLetter && isUpper !== Number.parseInt(hash.charAt(index), 16) >= 8) return false
  }
  return true
}
