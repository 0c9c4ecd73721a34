import { z } from 'zod'
import { OVERLAP_HOURS_MAX } from '../../../application/webhooks/webhooks.ts'
import { document, id, items, operation, system } from '../operation.ts'

/** Where events are sent to. */
export const WEBHOOKS_OPERATIONS = {
  addWebhook: operation({
    method: 'POST',
    path: '/webhooks',
    summary: 'Send events to an address, signed; the secret is shown once',
    access: 'admin',
    input: z.object({
      url: z.string().min(1).max(2_000),
      description: z.string().max(200).default(''),
      events: z.array(z.string().min(1).max(100)).min(1).max(100),
      systems: z.array(system).min(1).max(100).nullable().default(null),
    }),
    output: document,
  }),
  listWebhooks: operation({
    method: 'GET',
    path: '/webhooks',
    summary: 'Addresses that events are sent to',
    access: 'admin',
    input: z.object({}),
    output: items,
  }),
  getWebhook: operation({
    method: 'GET',
    path: '/webhooks/{id}',
    summary: 'One webhook with its newest deliveries',
    access: 'admin',
    input: z.object({ id }),
    output: document,
  }),
  rotateWebhook: operation({
    method: 'POST',
    path: '/webhooks/{id}/rotation',
    summary: 'Make a new secret; the one before it signs as well for the overlap',
    access: 'admin',
    record: { kind: 'webhooks', field: 'id' },
    input: z.object({ id, overlapHours: z.int().min(0).max(OVERLAP_HOURS_MAX).default(24) }),
    output: document,
  }),
  removeWebhook: operation({
    method: 'POST',
    path: '/webhooks/{id}/removal',
    summary: 'Send nothing more to an address',
    access: 'admin',
    record: { kind: 'webhooks', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  testWebhook: operation({
    method: 'POST',
    path: '/webhooks/{id}/test',
    summary: 'Queue a test delivery; its job says what came of it',
    access: 'admin',
    input: z.object({ id }),
    output: document,
  }),
  replayWebhook: operation({
    method: 'POST',
    path: '/webhooks/{id}/replay',
    summary: 'Give every dead delivery of a webhook another attempt',
    access: 'admin',
    input: z.object({ id }),
    output: document,
  }),
} as const
