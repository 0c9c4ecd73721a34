import type { Match } from '../match.ts'
import { HEX, before, hasClass, isDigit, isEmphasis, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const ADDRESS_MAX = 45
const CONTEXT_CHARS = 24
const VERSION_BEFORE =
  /(?:version|release|build|chrome|firefox|safari|edge?|rev|firmware|v|ver|oid|§|section|chapter)[\s:=./"'`]{0,3}$/
const IP_CONTEXT =
  /(?:^|[^a-z])(?:ip|ipv[46]|host|server|addr|address|gateway|dns|client|ping|ssh|subnet|route|login|loopback|connect\w{0,6}|from)(?![a-z])/

/**
 * IPv4 in dotted decimal and IPv6 (RFC 4291 text forms, zone and prefix length included). Private addresses score 0.6;
 * loopback, unspecified, documentation, multicast and broadcast addresses 0.4: they name no person's line.
 */
export function detectIps(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const v6 = detectIpv6(scan)
  const v4 = detectIpv4(scan)
  if (v6.length === 0) return v4
  // Both are in order and apart.
  let index = 0
  const outside = v4.filter(({ start, end }) => {
    while (index < v6.length && (v6[index] as Match).end <= start) index += 1
    return index === v6.length || (v6[index] as Match).start >= end
  })
  return [...v6, ...outside].sort((a, b) => a.start - b.start)
}

function detectIpv4(scan: Scan): readonly Match[] {
  const { text, runs } = scan
  const matches: Match[] = []
  for (let run = 0; run + 7 < runs.length; run += 2) {
    const start = runs[run] ?? 0
    const first = runs[run + 1] ?? 0
    if (first - start > 3 || text.charCodeAt(first) !== 46 || (runs[run + 6] as number) - start > 12) continue
    const octets = octetsFrom(scan, run)
    if (octets === undefined) continue
    const end = runs[run + 7] ?? 0
    if (!isFreeBefore(text, start) || !isFreeAfter(text, end)) continue
    const context = before(scan, start, CONTEXT_CHARS)
    if (VERSION_BEFORE.test(context)) continue
    matches.push({ detector: 'pii/ip', start, end: withPrefix(text, end, 32), score: scoreV4(octets, context) })
    run += 6
  }
  return matches
}

function octetsFrom({ text, runs }: Scan, run: number): readonly number[] | undefined {
  const octets: number[] = []
  for (let part = 0; part < 4; part++) {
    const from = runs[run + 2 * part] ?? 0
    const to = runs[run + 2 * part + 1] ?? 0
    if (to - from > 3 || (part > 0 && (from !== (runs[run + 2 * part - 1] ?? 0) + 1 || text[from - 1] !== '.')))
      return undefined
    if (to - from > 1 && text[from] === '0') return undefined
    const octet = Number(text.slice(from, to))
    if (octet > 255) return undefined
    octets.push(octet)
  }
  return octets
}

function isFreeBefore(text: string, start: number): boolean {
  if (start === 0) return true
  const code = text.charCodeAt(start - 1)
  if (isWord(code)) return isEmphasis(text, start - 1, start - 2)
  return code !== 46 && code !== 45 && code !== 43
}

function isFreeAfter(text: string, end: number): boolean {
  if (end >= text.length) return true
  const code = text.charCodeAt(end)
  if (isWord(code)) return isEmphasis(text, end, end + 1)
  return !((code === 46 || code === 45) && isWord(text.charCodeAt(end + 1)) && text[end + 1] !== '_')
}

/** `/24` belongs to the address where the number is no more than `bits`. */
function withPrefix(text: string, end: number, bits: number): number {
  if (text[end] !== '/') return end
  let to = end + 1
  while (to < text.length && to - end <= 4 && isDigit(text.charCodeAt(to))) to += 1
  if (to === end + 1 || Number(text.slice(end + 1, to)) > bits) return end
  return isWord(text.charCodeAt(to)) ? end : to
}

/** A quad of single digits is a version or a section more often than a host. */
function scoreV4(octets: readonly number[], context: string): number {
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0)
  const range = SPECIAL_RANGES.find(([network, bits]) => Math.floor(address / 2 ** (32 - bits)) === network)
  if (range !== undefined) return range[2]
  if (octets.every((octet) => octet < 10)) return IP_CONTEXT.test(context) ? 0.8 : 0.4
  return 0.95
}

const NO_LINE = 0.4
const PRIVATE = 0.6

/** Special-purpose networks (RFC 6890, RFC 5771): leading bits as a number, how many they are, and the score. */
const SPECIAL_RANGES: readonly (readonly [number, number, number])[] = [
  [0, 8, NO_LINE],
  [127, 8, NO_LINE],
  [0b111, 3, NO_LINE],
  [(192 * 256 + 0) * 256 + 2, 24, NO_LINE],
  [(198 * 256 + 51) * 256 + 100, 24, NO_LINE],
  [(203 * 256 + 0) * 256 + 113, 24, NO_LINE],
  [10, 8, PRIVATE],
  [(172 * 256 + 16) / 16, 12, PRIVATE],
  [192 * 256 + 168, 16, PRIVATE],
  [169 * 256 + 254, 16, PRIVATE],
  [(100 * 256 + 64) / 64, 10, PRIVATE],
]

function detectIpv6(scan: Scan): readonly Match[] {
  const { text, joints } = scan
  const matches: Match[] = []
  let last = 0
  for (const at of joints) {
    if (at < last || text.charCodeAt(at) !== 58) continue
    let start = at
    while (start > last && at - start < 5 && hasClass(text.charCodeAt(start - 1), HEX)) start -= 1
    let end = at
    while (end < text.length && end - start <= ADDRESS_MAX && isAddressUnit(text.charCodeAt(end))) end += 1
    const found = judgeIpv6(scan, start, end)
    last = Math.max(end, found?.end ?? 0)
    if (found !== undefined) matches.push(found)
  }
  return matches
}

function isAddressUnit(code: number): boolean {
  return code === 58 || code === 46 || hasClass(code, HEX)
}

function judgeIpv6(scan: Scan, start: number, to: number): Match | undefined {
  const { text } = scan
  let end = to
  while (end > start && (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':'))) end -= 1
  if (end - start > ADDRESS_MAX || isWord(text.charCodeAt(end)) || isWord(text.charCodeAt(start - 1))) return undefined
  if (text[start - 1] === ':' || text[start - 1] === '.') return undefined
  if (!hasColonsEnough(text, start, end)) return undefined
  const address = text.slice(start, end).toLowerCase()
  if (!isIpv6(address)) return undefined
  const prefixEnd = withPrefix(text, end, 128)
  const score = scoreV6(address, prefixEnd > end || IP_CONTEXT.test(before(scan, start, CONTEXT_CHARS)))
  if (score === 0) return undefined
  return { detector: 'pii/ip', start, end: withPrefix(text, zoneEnd(text, end), 128), score }
}

/** Six at least, before a dotted quad, or two beside each other: times of day end here. */
function hasColonsEnough(text: string, start: number, end: number): boolean {
  let colons = 0
  for (let at = start; at < end; at++)
    if (text.charCodeAt(at) === 58) {
      colons += 1
      if (text.charCodeAt(at + 1) === 58) return true
    }
  return colons >= 6
}

/** `%eth0`: the zone of a link-local address. */
function zoneEnd(text: string, end: number): number {
  if (text[end] !== '%') return end
  let to = end + 1
  while (to < text.length && to - end <= 16 && isWord(text.charCodeAt(to))) to += 1
  return to === end + 1 ? end : to
}

/** Eight groups, or fewer with one `::`; the last two groups may be an IPv4 address. */
function isIpv6(address: string): boolean {
  const halves = address.split('::')
  if (halves.length > 2) return false
  let groups = 0
  for (const [place, half] of halves.entries()) {
    if (half === '') continue
    const parts = half.split(':')
    for (const [index, part] of parts.entries()) {
      const isTail = place === halves.length - 1 && index === parts.length - 1
      if (isTail && part.includes('.')) {
        if (!isDottedQuad(part)) return false
        groups += 2
      } else if (/^[0-9a-f]{1,4}$/.test(part)) groups += 1
      else return false
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8
}

function isDottedQuad(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** 0 where nothing speaks for an address: `a::b` is a path in C++ and Rust. */
function scoreV6(address: string, hasContext: boolean): number {
  if (address === '::1' || /^2001:0?db8:/.test(address) || /^ff[0-9a-f]{2}:/.test(address)) return 0.4
  if (address === '::') return hasContext ? 0.4 : 0
  if (/^f[cde][0-9a-f]{2}:/.test(address)) return 0.6
  const isCompressed = address.includes('::')
  const isAssigned =
    /^[23][0-9a-f]{3}:/.test(address) || address.startsWith('64:ff9b:') || address.startsWith('::ffff:')
  if (!isCompressed) return 0.95
  if (isAssigned && /\d/.test(address)) return 0.95
  return hasContext && /\d/.test(address) ? 0.8 : 0
}
