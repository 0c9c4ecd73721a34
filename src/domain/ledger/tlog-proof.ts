import { base64Of, bytesOfBase64 } from '../../base/bytes.ts'

/** C2SP tlog-proof: an inclusion proof together with the checkpoint it leads to. */
export interface TlogProof {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const HASHES_MAX = 64

export function formatTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  return `${HEADER}\nindex ${index}\n${hashes.map((hash) => `${base64Of(hash)}\n`).join('')}\n${checkpoint}`
}

export function parseTlogProof(text: string): TlogProof | undefined {
  const split = text.indexOf('\n\n')
  if (split < 0) return undefined
  const [header, indexLine, ...hashLines] = text.slice(0, split).split('\n')
  const index = /^index (0|[1-9]\d{0,15})$/.exec(indexLine ?? '')?.[1]
  if (header !== HEADER || index === undefined || hashLines.length > HASHES_MAX) return undefined
  // Beyond the safe integers two spellings would be one number.
  if (!Number.isSafeInteger(Number(index))) return undefined
  const hashes: Uint8Array[] = []
  for (const line of hashLines) {
    const hash = bytesOfBase64(line)
    if (hash?.length !== 32) return undefined
    hashes.push(hash)
  }
  return { index: Number(index), hashes, checkpoint: text.slice(split + 2) }
}
