import { bytesOfBase64 } from '../../base/bytes.ts'
import { fail, ok, type Result } from '../../base/result.ts'

const DATA_URL = /^data:(image\/(?:png|jpeg|gif|webp));base64,/
const HTTPS_CHARS_MAX = 4_096
const RUN_MIN = 16
const TEXTS_CHARS_MAX = 200_000

const ANY = 0x100
const RIFF = [0x52, 0x49, 0x46, 0x46, ANY, ANY, ANY, ANY]
const WAV = [[...RIFF, 0x57, 0x41, 0x56, 0x45]]
/** With a tag in front, or a frame of layer III at once. */
const MP3 = [[0x49, 0x44, 0x33], ...[0xfa, 0xfb, 0xf2, 0xf3, 0xe2, 0xe3].map((second) => [0xff, second])]

/** First bytes of each kind of image and recording. */
const MAGIC = new Map<string, readonly (readonly number[])[]>([
  ['image/png', [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]]],
  ['image/jpeg', [[0xff, 0xd8, 0xff]]],
  ['image/gif', [[0x47, 0x49, 0x46, 0x38]]],
  ['image/webp', [[...RIFF, 0x57, 0x45, 0x42, 0x50]]],
  ['audio/wav', WAV],
  ['audio/x-wav', WAV],
  ['audio/mpeg', MP3],
  ['audio/mp3', MP3],
])

/**
 * What of an image can be read as text: its address, or the words that stand in its bytes. Fails for what is no image of
 * the kind it says, and for addresses that a provider must not be sent to.
 */
export function textOfImage(url: string): Result<string, string> {
  const kind = DATA_URL.exec(url)?.[1]
  if (kind !== undefined) return textOfMedia(kind, url.slice(url.indexOf(',') + 1))
  if (url.length > HTTPS_CHARS_MAX) return fail('an image address is too long')
  if (!URL.canParse(url)) return fail('an image is neither an https address nor a data URL of PNG, JPEG, GIF or WebP')
  const { protocol, hostname, username, password } = new URL(url)
  if (protocol !== 'https:')
    return fail('an image is neither an https address nor a data URL of PNG, JPEG, GIF or WebP')
  if (username !== '' || password !== '') return fail('an image address holds credentials')
  // SECURITY: the provider fetches it, perhaps from within somebody's network.
  return isPublicName(hostname) ? ok(textOfAddress(url)) : fail('an image address names no public host')
}

/** The address and its pieces, each also as it reads decoded: what an ending such as `.png` is tied to hides in the whole. */
function textOfAddress(url: string): string {
  const pieces = url.split(/[/?&=;,:@#.]+/).filter((piece) => piece.length >= RUN_MIN)
  return [url, ...pieces.map(decoded)].join('\n')
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece)
  } catch (error) {
    if (error instanceof URIError) return piece
    throw error
  }
}

function isPublicName(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return false
  return host.includes('.') && !/\.(?:local|internal|localhost|lan|home|corp|intranet|arpa|onion)$/.test(host)
}

/** The words that stand in the bytes of an image or a recording. Fails for what is none of a kind that models take. */
export function textOfMedia(kind: string, base64: string): Result<string, string> {
  const bytes = bytesOfBase64(base64)
  const isOfKind = (magic: readonly number[]): boolean =>
    magic.every((expected, at) => expected === ANY || bytes?.[at] === expected)
  if (bytes === undefined || MAGIC.get(kind)?.some(isOfKind) !== true)
    return fail(`an image is not the ${kind.slice(kind.indexOf('/') + 1)} that it says it is`)
  return ok(printableRuns(bytes))
}

/** Rows of printable ASCII, as comments and metadata of a file hold them. */
function printableRuns(bytes: Uint8Array): string {
  const runs: string[] = []
  let chars = 0
  let start = 0
  for (let at = 0; at <= bytes.length && chars < TEXTS_CHARS_MAX; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 32 && byte < 127) continue
    if (at - start >= RUN_MIN) {
      const run = String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 8_192)))
      runs.push(run)
      chars += run.length
    }
    start = at + 1
  }
  return runs.join('\n')
}
