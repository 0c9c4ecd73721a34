import { z } from 'zod'
import { segmentSchema } from '../../decision/decision-record.ts'
import {
  BODY_BYTES_MAX,
  digest,
  document,
  id,
  items,
  operation,
  page,
  pageOfItems,
  system,
  text,
} from '../operation.ts'

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
  askToolApproval: operation({
    method: 'POST',
    path: '/gateway/approvals',
    summary: 'Put a tool call before people',
    access: 'gateway',
    input: z.object({
      id,
      system,
      environment: z.string().min(1).max(63),
      releaseDigest: digest,
      tool: z.string().min(1).max(200),
      digest,
      roles: z.array(z.string().min(1).max(64)).min(1).max(10),
      text: z.string().min(1).max(20_000),
      tenant: z.string().max(200),
      gateway: z.string().max(64),
      request: z.string().max(64),
      expiresAt: z.int().min(0),
    }),
    output: document,
  }),
  listGateways: operation({
    method: 'GET',
    path: '/gateways',
    summary: 'Gateways heard within a minute, what each serves by, and why it does not take the newest bundle',
    access: 'read',
    input: z.object({}),
    output: items,
  }),
  listToolApprovals: operation({
    method: 'GET',
    path: '/tool-approvals',
    summary: 'Tool calls that wait for people or waited, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
  decideToolApproval: operation({
    method: 'POST',
    path: '/tool-approvals/{id}/decide',
    summary: 'Say yes or no to a tool call',
    access: 'tool-approver',
    record: { kind: 'tool_approvals', field: 'id' },
    input: z.object({ id, decision: z.enum(['approved', 'refused']), comment: text }),
    output: document,
  }),
} as const
