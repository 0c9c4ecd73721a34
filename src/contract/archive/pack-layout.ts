import { z } from 'zod'

/** Paths inside an evidence pack (docs/reference/evidence-pack.md). */
export const PACK_PATHS = {
  index: 'pack.dsse.json',
  checkpoint: 'checkpoint',
  trust: 'trust.json',
  entry: (index: number): string => `entries/${String(index).padStart(10, '0')}.json`,
  proof: (index: number): string => `proofs/${String(index).padStart(10, '0')}.tlog-proof`,
  attestation: (id: string): string => `attestations/${id}.dsse.json`,
} as const

export const packIndexSchema = z.strictObject({
  packVersion: z.literal(1),
  organization: z.string(),
  origin: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  system: z.string(),
  releases: z.array(z.string()),
  ledgerSize: z.int().min(0),
  entries: z.array(z.int().min(0)),
  files: z.array(z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
})
export type PackIndex = z.infer<typeof packIndexSchema>

export const leafSchema = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  type: z.string(),
  at: z.int().min(0),
  organization: z.string(),
  actor: z.string(),
  releaseDigest: z.string().nullable(),
  commitment: z.string(),
})

export const packEntrySchema = z.strictObject({
  leaf: leafSchema,
  salt: z.string(),
  payload: z.record(z.string(), z.json()),
})
