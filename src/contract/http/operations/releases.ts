import { z } from 'zod'
import {
  BODY_BYTES_MAX,
  INSTANT_MAX,
  digest,
  document,
  cursor,
  limit,
  operation,
  page,
  pageOfItems,
  system,
} from '../operation.ts'

const evidence = z.strictObject({
  checkId: z.string().max(40),
  checkVersion: z.int(),
  releaseDigest: digest,
  key: digest,
  outcome: z.enum(['passed', 'failed', 'inconclusive', 'errored']),
  summary: z.string().max(1_000),
  measure: document.nullable(),
  failures: z
    .array(
      z.strictObject({
        id: z.string().max(300),
        file: z.string().max(600),
        line: z.int(),
        why: z.string().max(1_000),
        risks: z.array(z.string().max(60)),
        answeredBy: z.string().min(1).max(300).optional(),
      }),
    )
    .max(100),
  failuresOmitted: z.int().min(0),
  isSimulated: z.boolean(),
  startedAt: z.int().min(0).max(INSTANT_MAX),
  finishedAt: z.int().min(0).max(INSTANT_MAX),
  suiteDigests: z.array(digest).max(100),
})

const releaseInput = z.strictObject({
  /** Manifest text as it lies in the project. */
  manifest: document,
  files: z.record(z.string(), digest),
  prompts: z.record(z.string(), z.string().max(1_000_000)),
  toolSchemas: z.record(z.string(), z.string().max(1_000_000)),
})

/** Releases, their evidence and the gate. */
export const RELEASES_OPERATIONS = {
  listSystems: operation({
    method: 'GET',
    path: '/systems',
    summary: 'Systems with their newest verdicts, open incidents and risks',
    access: 'read',
    listsSystems: true,
    input: z.object({ limit, cursor }),
    output: pageOfItems,
  }),
  listReleases: operation({
    method: 'GET',
    path: '/systems/{system}/releases',
    summary: 'Releases of a system, newest first',
    access: 'read',
    input: z.object({ system, ...page }),
    output: pageOfItems,
  }),
  getRelease: operation({
    method: 'GET',
    path: '/releases/{digest}',
    summary: 'A release with its verdicts and evidence',
    access: 'read',
    record: { kind: 'releases', field: 'digest' },
    input: z.object({ digest }),
    output: document,
  }),
  listEvidence: operation({
    method: 'GET',
    path: '/releases/{digest}/evidence',
    summary: 'Evidence of a release, newest first',
    access: 'read',
    input: z.object({ digest, system, ...page }),
    output: pageOfItems,
  }),
  recordEvidence: operation({
    method: 'POST',
    path: '/systems/{system}/evidence',
    summary: 'Record what a check yielded',
    access: 'engineer',
    bodyBytesMax: BODY_BYTES_MAX,
    input: z.object({ system, evidence }),
    output: document,
  }),
  gateRelease: operation({
    method: 'POST',
    path: '/gate',
    summary: 'Decide on a release with the given policy packs and sign the verdict',
    access: 'engineer',
    systemPath: ['release', 'manifest', 'metadata', 'name'],
    bodyBytesMax: BODY_BYTES_MAX,
    input: z.object({
      release: releaseInput,
      packs: z
        .array(
          z.strictObject({
            file: z.string().max(300),
            text: z.string().max(1_000_000),
            /** The pack's signature (`NAME.sig.json`), where it has one. */
            signature: z.string().max(20_000).optional(),
            /** Its compiled Rego, in base64. */
            bundle: z.string().max(6_000_000).optional(),
          }),
        )
        .min(1)
        .max(50),
      environment: z.string().max(63),
      author: z.string().min(1).max(200),
      expectedKeys: z.record(z.string(), digest),
      facts: document,
    }),
    output: document,
  }),
  listLearnedCases: operation({
    method: 'GET',
    path: '/systems/{system}/learned-cases',
    summary: 'Regression cases learned from incidents, newest first',
    access: 'read',
    input: z.object({ system, limit, cursor }),
    output: pageOfItems,
  }),
} as const
