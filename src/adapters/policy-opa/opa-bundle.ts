import { gunzipSync } from 'node:zlib'
import { textOf } from '../../base/bytes.ts'
import { isJsonObject, parseJson, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { readTar } from '../../contract/policy/read-tar.ts'

export const BUNDLE_BYTES_MAX = 4 * 1_048_576
const UNPACKED_BYTES_MAX = 16 * 1_048_576
const DATA_BYTES_MAX = 4 * 1_048_576
const WASM_MAGIC = [0, 0x61, 0x73, 0x6d]

/** A compiled bundle of `opa build -t wasm`. */
export interface OpaBundle {
  readonly wasm: Uint8Array
  readonly data: JsonObject
}

/** Unpacks a bundle in memory, with a bound on every size. */
export function readOpaBundle(bytes: Uint8Array): Result<OpaBundle, string> {
  if (bytes.length > BUNDLE_BYTES_MAX) return fail(`it is larger than ${BUNDLE_BYTES_MAX} bytes`)
  const tar = gunzipped(bytes)
  if (tar === undefined) return fail(`it is no gzip, or unpacks to more than ${UNPACKED_BYTES_MAX} bytes`)
  const files = readTar(tar)
  if (!files.ok) return files
  const wasm = files.value.get('policy.wasm')
  if (wasm === undefined || !WASM_MAGIC.every((byte, index) => wasm[index] === byte))
    return fail('it holds no `policy.wasm`: compile it with `opa build -t wasm`')
  const manifest = jsonOf(files.value.get('.manifest'))
  const data = jsonOf(files.value.get('data.json'))
  if (manifest === undefined || data === undefined) return fail('`data.json` or `.manifest` is no JSON object')
  return ok({ wasm, data })
}

function gunzipped(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX })
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

/** An absent file reads as an empty object. */
function jsonOf(bytes: Uint8Array | undefined): JsonObject | undefined {
  if (bytes === undefined) return {}
  const parsed = parseJson(textOf(bytes) ?? '', DATA_BYTES_MAX)
  const value: Json | undefined = parsed.ok ? parsed.value : undefined
  return isJsonObject(value) ? value : undefined
}
