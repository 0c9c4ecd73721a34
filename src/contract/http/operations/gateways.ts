import { z } from 'zod'
import { segmentSchema } from '../../decision/decision-record.ts'
import { BODY_BYTES_MAX, operation } from '../operation.ts'

/** What gateways hand in. */
export const GATEWAYS_OPERATIONS = {
  ingestSegment: operation({
    method: 'POST',
    path: '/gateway/segments',
    summary: "Take a gateway's sealed decision records",
    access: 'gateway',
    bodyBytesMax: BODY_BYTES_MAX,
    input: segmentSchema,
    output: z.object({ kept: z.literal(true) }),
  }),
} as const
