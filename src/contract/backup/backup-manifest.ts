import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { parseNote } from '../../domain/ledger/signed-note.ts'

/** Name of the archive's last member: an archive without it was never finished. */
export const MANIFEST_PATH = 'backup.note'
export const TRUST_PATH = 'trust.json'

/** First line of the signed note: no checkpoint begins so. */
const TITLE = 'gatehouse.dev/backup/v1'
const MANIFEST_CHARS_MAX = 64 * 1_048_576

const backupManifestSchema = z.strictObject({
  backupVersion: z.literal(1),
  organization: z.string().min(1).max(100),
  origin: z.string().min(1).max(200),
  /** RFC 3339. */
  madeAt: z.string().max(40),
  entries: z.int().min(0),
  /** The newest signed checkpoint; empty for an empty ledger. */
  checkpoint: z.string().max(10_000),
  holdsKeys: z.boolean(),
  files: z
    .array(
      z.strictObject({
        path: z.string().regex(/^[a-z0-9][a-z0-9./-]{0,90}$/),
        bytes: z.int().min(0),
        digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      }),
    )
    .max(500_000),
})

/** What a backup holds, with the digest of each of its files, in the order in which they lie in the archive. */
export type BackupManifest = z.infer<typeof backupManifestSchema>

/** What the ledger's key signs. */
export const backupText = (manifest: BackupManifest): string => `${TITLE}\n${JSON.stringify(manifest)}\n`

/** Undefined when the note is no manifest of a backup. Who signed it is for the caller to verify. */
export function parseBackupManifest(note: string): BackupManifest | undefined {
  const [title, text, end, more] = (parseNote(note)?.text ?? '').split('\n')
  if (title !== TITLE || text === undefined || end !== '' || more !== undefined) return undefined
  const json = parseJson(text, MANIFEST_CHARS_MAX)
  const parsed = json.ok ? backupManifestSchema.safeParse(json.value) : undefined
  return parsed?.success === true ? parsed.data : undefined
}
