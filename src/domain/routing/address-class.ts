export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local' | 'metadata' | 'reserved' | 'invalid'

/** First address, length of the prefix, class; the first row that fits decides (RFC 6890 and the clouds' manuals). */
const IPV4_RANGES: readonly (readonly [string, number, AddressClass])[] = [
  ['169.254.169.254', 32, 'metadata'],
  ['169.254.170.2', 32, 'metadata'],
  ['100.100.100.200', 32, 'metadata'],
  ['168.63.129.16', 32, 'metadata'],
  ['0.0.0.0', 8, 'reserved'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'reserved'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['224.0.0.0', 4, 'reserved'],
  ['240.0.0.0', 4, 'reserved'],
]

const IPV6_RANGES: readonly (readonly [string, number, AddressClass])[] = [
  ['fd00:ec2::254', 128, 'metadata'],
  ['fd20:ce::254', 128, 'metadata'],
  ['::1', 128, 'loopback'],
  ['::', 128, 'reserved'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'reserved'],
  ['fc00::', 7, 'private'],
  ['ff00::', 8, 'reserved'],
  ['100::', 64, 'reserved'],
  ['2001:db8::', 32, 'reserved'],
  ['2001::', 23, 'reserved'],
]

/** Prefixes of IPv6 whose last 32 bits (or the 32 bits at a place) are an IPv4 address, which then decides. */
const EMBEDDING: readonly (readonly [string, number, number])[] = [
  ['::ffff:0:0', 96, 96],
  ['::', 96, 96],
  ['64:ff9b::', 96, 96],
  ['64:ff9b:1::', 48, 96],
  ['2002::', 16, 16],
]

/** What kind of network an address belongs to; what is no address is `invalid`. */
export function classifyAddress(address: string): AddressClass {
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address
  const four = parseIpv4(bare)
  if (four !== undefined) return classOf(four, 32, IPV4_RANGES)
  const six = parseIpv6(bare)
  if (six === undefined) return 'invalid'
  const own = classOf(six, 128, IPV6_RANGES)
  if (own !== 'public') return own
  for (const [prefix, length, at] of EMBEDDING)
    if (isWithin(six, parseIpv6(prefix) ?? 0n, 128, length))
      return classOf((six >> BigInt(96 - at)) & 0xff_ff_ff_ffn, 32, IPV4_RANGES)
  return 'public'
}

function classOf(
  value: bigint,
  bits: number,
  ranges: readonly (readonly [string, number, AddressClass])[],
): AddressClass {
  for (const [first, length, kind] of ranges) {
    const start = bits === 32 ? parseIpv4(first) : parseIpv6(first)
    if (start !== undefined && isWithin(value, start, bits, length)) return kind
  }
  return 'public'
}

function isWithin(value: bigint, start: bigint, bits: number, length: number): boolean {
  const rest = BigInt(bits - length)
  return value >> rest === start >> rest
}

/** Four decimal numbers and nothing else: the shorter, octal and hexadecimal spellings are for the resolver to refuse. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0n
  for (const part of parts) {
    const isDecimal = /^\d{1,3}$/.test(part) && Number(part) <= 255 && String(Number(part)) === part
    if (!isDecimal) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return value
}

function parseIpv6(text: string): bigint | undefined {
  const [address = ''] = text.split('%')
  if (address.length > 45 || !/^[\da-f:.]+$/i.test(address) || !address.includes(':')) return undefined
  const lastColon = address.lastIndexOf(':')
  const tail = address.slice(lastColon + 1)
  const four = tail.includes('.') ? parseIpv4(tail) : undefined
  if (tail.includes('.') && four === undefined) return undefined
  const whole =
    four === undefined
      ? address
      : `${address.slice(0, lastColon + 1)}${(four >> 16n).toString(16)}:${(four & 0xff_ffn).toString(16)}`
  const halves = whole.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const [head = [], end = []] = groups
  const missing = 8 - head.length - end.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = halves.length === 2 ? [...head, ...Array.from({ length: missing }, () => '0'), ...end] : head
  if (!all.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}
