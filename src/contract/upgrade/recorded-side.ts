import { z } from 'zod'
import { parseDigest, type Digest } from '../../base/digest.ts'
import { parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { CaseSide } from '../../domain/evaluation/pair-results.ts'
import { OUTCOMES } from '../../domain/release/evidence.ts'
import type { UpgradeSide } from '../../domain/upgrade/judge-upgrade.ts'

/** A file of a baseline: ten thousand cases take about 2 MB. */
export const BASELINE_CHARS_MAX = 12 * 1_048_576
const CASES_MAX = 100_000

const count = z.int().min(0).max(1_000_000_000)
const digest = z.string().refine((text) => parseDigest(text) !== undefined, 'must be a digest: sha256:…')

const caseSide = z.strictObject({
  id: z.string().min(1).max(300),
  file: z.string().max(600),
  line: count,
  /** Null where a trial had no verdict. */
  misses: z
    .strictObject({
      trials: z.int().min(1).max(1_000_000),
      misses: count,
      byScorer: z.record(z.string().max(200), count),
    })
    .refine(
      ({ trials, misses, byScorer }) => [misses, ...Object.values(byScorer)].every((missed) => missed <= trials),
      'misses more often than it was tried',
    )
    .nullable(),
})
const cases = z.array(caseSide).max(CASES_MAX)
const models = z
  .array(z.strictObject({ asked: z.string().max(300), answered: z.string().max(300), requests: count }))
  .max(100)

/** Results of a release, kept while the version that was proven can still be asked. No text of any answer is in it. */
export const recordedSideSchema = z.strictObject({
  apiVersion: z.literal('gatehouse.dev/v1'),
  kind: z.literal('UpgradeBaseline'),
  system: z.string().min(1).max(63),
  releaseDigest: digest,
  isSimulated: z.boolean(),
  /** Of the draw of the attacks. */
  seed: z.int().min(0).max(2_147_483_647),
  attacks: count,
  models,
  changed: models,
  checks: z
    .array(z.strictObject({ id: z.string().max(100), outcome: z.enum(OUTCOMES), summary: z.string().max(1_000) }))
    .max(1_000),
  suites: z.array(z.strictObject({ id: z.string().max(200), digest, cases })).max(200),
  campaign: z.strictObject({ attacks: cases, twins: cases }).nullable(),
})

/** A side with what it was a side of. */
export interface RecordedSide {
  readonly system: string
  readonly releaseDigest: Digest
  readonly isSimulated: boolean
  readonly seed: number
  readonly attacks: number
  readonly side: UpgradeSide
}

export function writeRecordedSide({ side, ...head }: RecordedSide): JsonObject {
  const written: z.input<typeof recordedSideSchema> = {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'UpgradeBaseline',
    ...head,
    models: [...side.models],
    changed: [...side.changed],
    checks: [...side.checks],
    suites: [...side.suites].map(([id, suite]) => ({ id, digest: suite.digest, cases: suite.cases.map(writtenCase) })),
    campaign:
      side.campaign === undefined
        ? null
        : { attacks: side.campaign.attacks.map(writtenCase), twins: side.campaign.twins.map(writtenCase) },
  }
  return written as unknown as JsonObject
}

// SECURITY: why a case missed may quote an answer; it stays out.
const writtenCase = ({ misses, ...place }: CaseSide): z.input<typeof caseSide> => ({
  ...place,
  misses:
    misses === undefined
      ? null
      : { trials: misses.trials, misses: misses.misses, byScorer: Object.fromEntries(misses.byScorer) },
})

/** Reads a file of `gatehouse upgrade --save-baseline`. */
export function readRecordedSide(file: string, text: string): Result<RecordedSide, readonly Problem[]> {
  const json = parseJson(text, BASELINE_CHARS_MAX)
  if (!json.ok) return fail([notOne(file, json.failure.message)])
  const parsed = recordedSideSchema.safeParse(json.value)
  if (parsed.success) return ok(sideOfRecord(parsed.data))
  return fail(
    parsed.error.issues
      .slice(0, 10)
      .map(({ path, message }) => notOne(file, `${path.length === 0 ? 'the document' : path.join('.')}: ${message}`)),
  )
}

const notOne = (file: string, message: string): Problem => ({
  code: 'upgrade/baseline',
  message: `\`${file}\` holds no results of a release: ${message}`,
  next: 'keep them anew: gatehouse upgrade --save-baseline FILE',
})

/** The same from a record of the state. */
export function sideOfRecord(record: z.output<typeof recordedSideSchema>): RecordedSide {
  const { system, releaseDigest, isSimulated, seed, attacks, models: seen, changed, checks, suites, campaign } = record
  return {
    system,
    releaseDigest: releaseDigest as Digest,
    isSimulated,
    seed,
    attacks,
    side: {
      origin: 'recorded',
      models: seen,
      changed,
      checks,
      suites: new Map(
        suites.map((suite) => [suite.id, { digest: suite.digest as Digest, cases: suite.cases.map(readCase) }]),
      ),
      campaign:
        campaign === null
          ? undefined
          : { attacks: campaign.attacks.map(readCase), twins: campaign.twins.map(readCase) },
    },
  }
}

const readCase = ({ misses, ...place }: z.output<typeof caseSide>): CaseSide => ({
  ...place,
  misses: misses === null ? undefined : { ...misses, byScorer: new Map(Object.entries(misses.byScorer)), why: '' },
})
