import { bytesOfBase64 } from '../../base/bytes.ts'
import { fail, ok, type Result } from '../../base/result.ts'

const DATA_URL = /^data:image\/(png|jpeg|gif|webp);base64,/
const HTTPS_CHARS_MAX = 4_096
const RUN_MIN = 16
const TEXTS_CHARS_MAX = 200_000

/** First bytes of each kind of image; 0x100 stands for any byte. */
const MAGIC: Readonly<Record<string, readonly number[]>> = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff],
  gif: [0x47, 0x49, 0x46, 0x38],
  webp: [0x52, 0x49, 0x46, 0x46, 0x100, 0x100, 0x100, 0x100, 0x57, 0x45, 0x42, 0x50],
}

/**
 * What of an image can be read as text: its address, or the words that stand in its bytes. Fails for what is no image of
 * the kind it says, and for addresses that a provider must not be sent to.
 */
export function textOfImage(url: string): Result<string, string> {
  const kind = DATA_URL.exec(url)?.[1]
  if (kind !== undefined) return textOfData(kind, url.slice(url.indexOf(',') + 1))
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

function textOfData(kind: string, base64: string): Result<string, string> {
  const bytes = bytesOfBase64(base64)
  const magic = MAGIC[kind] ?? []
  if (bytes === undefined || !magic.every((expected, at) => expected === 0x100 || bytes[at] === expected))
    return fail(`an image is not the ${kind} that it says it is`)
  return ok(printableRuns(bytes))
}

/** Rows of printable ASCII, as comments and metadata of an image file hold them. */
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
