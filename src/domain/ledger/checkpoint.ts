import { base64Of, bytesOfBase64 } from '../../base/bytes.ts'

/** C2SP tlog-checkpoint body: origin, size, root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64Of(root)}\n`
}

/** Undefined unless the text is exactly three lines in canonical spelling. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const lines = text.split('\n')
  const [origin, size, rootText, end] = lines
  if (lines.length !== 4 || end !== '' || origin === undefined || origin === '' || size === undefined) return undefined
  if (!/^(?:0|[1-9]\d{0,15})$/.test(size)) return undefined
  // Beyond the safe integers two spellings would be one number.
  if (!Number.isSafeInteger(Number(size))) return undefined
  const root = bytesOfBase64(rootText ?? '')
  return root?.length === 32 ? { origin, size: Number(size), root } : undefined
}
