import { z } from 'zod'
import { REMOVAL_KINDS } from '../../../domain/controls/control-test.ts'
import {
  cursor,
  digest,
  document,
  INSTANT_MAX,
  items,
  limit,
  operation,
  page,
  pageOfItems,
  system,
} from '../operation.ts'

const control = z.string().regex(/^CTL-[A-Z]+-\d+$/, 'an id of a control is written like `CTL-AGT-002`')
const framework = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)

/** Controls, what shows that they work, and which entries of a framework they cover. */
export const CONTROLS_OPERATIONS = {
  listControls: operation({
    method: 'GET',
    path: '/controls',
    summary: 'Controls of the catalogue; with a system, how each of them stands',
    access: 'read',
    input: z.object({ system: system.optional() }),
    output: items,
  }),
  getControl: operation({
    method: 'GET',
    path: '/controls/{control}',
    summary: 'One control with its crosswalks and, for a system, each piece of evidence that it asks for',
    access: 'read',
    input: z.object({ control, system: system.optional() }),
    output: document,
  }),
  listFrameworks: operation({
    method: 'GET',
    path: '/frameworks',
    summary: 'Frameworks that controls are mapped to, with the number of entries',
    access: 'read',
    input: z.object({}),
    output: items,
  }),
  getCoverage: operation({
    method: 'GET',
    path: '/systems/{system}/coverage/{framework}',
    summary: 'Entries of a framework with the evidence behind them, for a system',
    access: 'read',
    input: z.object({ system, framework }),
    output: document,
  }),
  listGaps: operation({
    method: 'GET',
    path: '/gaps',
    summary: 'Controls that are missing or unproven, of one system or of all, as a dated roadmap',
    access: 'read',
    input: z.object({ system: system.optional(), limit, cursor }),
    output: z.object({
      asOf: z.string(),
      systems: z.array(document),
      items: z.array(document),
      nextCursor: z.string().nullable(),
      commitments: z.array(document),
    }),
  }),
  getDpia: operation({
    method: 'GET',
    path: '/systems/{system}/dpia',
    summary:
      'Data protection impact assessment of the newest release, as far as the state knows it, and what people have to fill in',
    access: 'read',
    input: z.object({ system }),
    output: document,
  }),
  attestControl: operation({
    method: 'POST',
    path: '/attestations',
    summary: 'Vouch for a document that a control asks for',
    access: 'approver',
    input: z.object({
      system,
      control,
      requirement: framework,
      document: digest,
      name: z.string().min(1).max(200),
      validDays: z.int().min(1).max(3_660).optional(),
    }),
    output: document,
  }),
  recordControlTest: operation({
    method: 'POST',
    path: '/systems/{system}/control-tests',
    summary:
      'Keep a run of `controls test`: signed evidence of every removal, and a finding for each that nobody noticed',
    access: 'reporter',
    bodyBytesMax: 8 * 1_048_576,
    input: z.object({
      system,
      releaseDigest: digest,
      startedAt: z.int().min(0).max(INSTANT_MAX),
      isSimulated: z.boolean(),
      removed: z
        .array(
          z.strictObject({
            kind: z.enum(REMOVAL_KINDS),
            control: z.string().min(1).max(60),
            what: z.string().min(1).max(4_000),
            status: z.enum(['killed', 'survived']),
            by: z.string().max(1_000),
          }),
        )
        .min(1)
        .max(5_000),
    }),
    output: document,
  }),
  listAttestations: operation({
    method: 'GET',
    path: '/attestations',
    summary: 'Documents that somebody vouched for, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: pageOfItems,
  }),
} as const
