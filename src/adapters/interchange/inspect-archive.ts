import type { Readable } from 'node:stream'
import { inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { parseJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'

const ENTRIES_MAX = 200_000
const ENTRY_BYTES_MAX = 64 * 1_048_576
const TOTAL_BYTES_MAX = 512 * 1_048_576
const STORED = 0
const DEFLATE = 8
const ZSTD = 93

/**
 * An Inspect `.eval` archive as the text of its `.json` log. SECURITY: the archive may be hostile: entries, bytes of each and
 * bytes in all are bounded before and while they are decompressed.
 */
export async function inspectArchiveText(file: string, bytes: Buffer): Promise<Result<string, Problem>> {
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true })
    if (zip.entryCount > ENTRIES_MAX) return refused(file, `it holds more than ${ENTRIES_MAX} entries`)
    return await logOf(file, zip)
  } catch (error) {
    // yauzl and zlib throw their own errors on whatever is no archive.
    if (error instanceof Error) return refused(file, error.message)
    throw error
  }
}

async function logOf(file: string, zip: ZipFile): Promise<Result<string, Problem>> {
  let header: Json | undefined
  const samples: Json[] = []
  let total = 0
  for await (const entry of zip.eachEntry()) {
    const isSample = /^samples\/[^/]+\.json$/.test(entry.fileName)
    if (entry.fileName !== 'header.json' && !isSample) continue
    total += entry.uncompressedSize
    if (entry.uncompressedSize > ENTRY_BYTES_MAX || total > TOTAL_BYTES_MAX) return refused(file, 'it is too large')
    const json = parseJson((await contentOf(zip, entry)).toString('utf8'), ENTRY_BYTES_MAX)
    if (!json.ok) return refused(file, `\`${entry.fileName}\` is no JSON`)
    if (isSample) samples.push(json.value)
    else header = json.value
  }
  if (header === undefined) return refused(file, 'it has no header.json, so the run did not finish')
  return ok(JSON.stringify({ ...(header as object), samples }))
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  const size = entry.compressedSize
  // The promise form of this call passes its arguments to another function (yauzl 3.4.0), so the callback form is used.
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStreamLowLevel(fileDataStart, size, 0, size, false, null, (error, opened) =>
      error === null ? resolve(opened) : reject(error),
    )
  })
  const raw = Buffer.concat((await stream.toArray()) as Buffer[])
  switch (entry.compressionMethod) {
    case STORED:
      return raw
    case DEFLATE:
      return inflateRawSync(raw, { maxOutputLength: ENTRY_BYTES_MAX })
    case ZSTD:
      return zstdFrames(raw)
    default:
      throw new Error(`compression method ${entry.compressionMethod} is not read`)
  }
}

/** Node stops after the first frame and says nothing: go on from what it has read. */
function zstdFrames(raw: Buffer): Buffer {
  const parts: Buffer[] = []
  let from = 0
  let total = 0
  while (from < raw.length) {
    const { buffer, engine } = zstdDecompressSync(raw.subarray(from), {
      maxOutputLength: ENTRY_BYTES_MAX,
      info: true,
    }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }
    if (engine.bytesWritten <= 0) throw new Error('a zstd frame is empty')
    from += engine.bytesWritten
    total += buffer.length
    if (total > ENTRY_BYTES_MAX) throw new Error('an entry is too large')
    parts.push(buffer)
  }
  return Buffer.concat(parts)
}

function refused(file: string, why: string): Result<never, Problem> {
  return fail({
    code: 'interchange/unreadable',
    message: `\`${file}\` cannot be read: ${why}`,
    next: 'run the evaluation to its end, or export its log as JSON',
  })
}
