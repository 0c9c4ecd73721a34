import { z } from 'zod'
import { KEY_LIFE_DAYS_MAX, OVERLAP_HOURS_MAX } from '../../../application/identity/api-keys.ts'
import { SHARE_SECTIONS } from '../../../application/identity/share-view.ts'
import { SHARE_DAYS_MAX } from '../../../application/identity/shares.ts'
import { PERSON_ROLES } from '../../../domain/access/access-table.ts'
import { cursor, document, id, items, limit, operation, pageOfItems, system } from '../operation.ts'

const name = z.string().min(1).max(100)
const overlapHours = z.int().min(0).max(OVERLAP_HOURS_MAX)
const environment = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)

/** Who calls, and credentials: sessions, API keys, keys of workloads, shares for auditors. */
export const IDENTITY_OPERATIONS = {
  whoAmI: operation({
    method: 'GET',
    path: '/me',
    summary: 'Who the caller is, by which credential, with which roles',
    access: 'read',
    input: z.object({}),
    output: document,
  }),
  listSessions: operation({
    method: 'GET',
    path: '/sessions',
    summary: "One's own sessions, newest first; everybody's for admins",
    access: 'self',
    input: z.object({}),
    output: items,
  }),
  revokeSession: operation({
    method: 'POST',
    path: '/sessions/{id}/revoke',
    summary: 'End a session at once',
    access: 'self',
    input: z.object({ id }),
    output: document,
  }),
  createKey: operation({
    method: 'POST',
    path: '/keys',
    summary: 'Make an API key; its secret is shown in this answer and never again',
    access: 'self',
    input: z.object({
      name,
      roles: z.array(z.enum(PERSON_ROLES)).max(PERSON_ROLES.length),
      operations: z.array(z.string().min(1).max(60)).min(1).max(100).nullable(),
      systems: z.array(system).min(1).max(100).nullable(),
      environment: environment.nullable(),
      days: z.int().min(1).max(KEY_LIFE_DAYS_MAX).optional(),
    }),
    output: document,
  }),
  listKeys: operation({
    method: 'GET',
    path: '/keys',
    summary: "One's own API keys with their last use, without secrets; everybody's for admins",
    access: 'self',
    input: z.object({ limit, cursor }),
    output: pageOfItems,
  }),
  rotateKey: operation({
    method: 'POST',
    path: '/keys/{id}/rotate',
    summary: 'Give a key a new secret; the one before it counts on for the overlap, two at most',
    access: 'self',
    record: { kind: 'api_keys', field: 'id' },
    input: z.object({ id, overlapHours }),
    output: document,
  }),
  revokeKey: operation({
    method: 'POST',
    path: '/keys/{id}/revoke',
    summary: 'End a key and all its secrets at once',
    access: 'self',
    record: { kind: 'api_keys', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  addWorkloadKey: operation({
    method: 'POST',
    path: '/systems/{system}/workload-keys',
    summary: 'Register a public key that signs Gatehouse-Subject for a system; older ones may be given an end',
    access: 'identity',
    input: z.object({ system, name, publicKey: z.string().max(100), overlapHours: overlapHours.optional() }),
    output: document,
  }),
  listWorkloadKeys: operation({
    method: 'GET',
    path: '/systems/{system}/workload-keys',
    summary: 'Public keys that sign Gatehouse-Subject for a system',
    access: 'read',
    input: z.object({ system, limit, cursor }),
    output: pageOfItems,
  }),
  revokeWorkloadKey: operation({
    method: 'POST',
    path: '/workload-keys/{id}/revoke',
    summary: 'End a workload key at once; gateways are told',
    access: 'identity',
    record: { kind: 'workload_keys', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  createShare: operation({
    method: 'POST',
    path: '/shares',
    summary: 'Make a read-only, time-boxed look at one system for an auditor; its token is shown once',
    access: 'identity',
    input: z.object({
      system,
      frameworks: z.array(z.string().min(1).max(60)).min(1).max(20),
      audience: z.string().min(1).max(200),
      days: z.int().min(1).max(SHARE_DAYS_MAX),
    }),
    output: document,
  }),
  listShares: operation({
    method: 'GET',
    path: '/shares',
    summary: 'Shares for auditors, newest first, with their last view',
    access: 'read',
    input: z.object({ system: system.optional(), limit, cursor }),
    output: pageOfItems,
  }),
  revokeShare: operation({
    method: 'POST',
    path: '/shares/{id}/revoke',
    summary: 'End a share at once',
    access: 'identity',
    record: { kind: 'shares', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  viewShare: operation({
    method: 'GET',
    path: '/share',
    summary: 'What the share that the caller holds shows; each call is an entry of the ledger, 30 a minute at most',
    access: 'share',
    perMinute: 30,
    input: z.object({ section: z.enum(SHARE_SECTIONS) }),
    output: document,
  }),
} as const
