import { z } from 'zod'
import { INCIDENT_EVENTS } from '../../../domain/incident/incident.ts'
import { document, id, operation, page, pageOfItems, system, text } from '../operation.ts'

const scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('system') }),
  z.strictObject({ kind: z.literal('tool'), tool: z.string().min(1).max(64) }),
  z.strictObject({ kind: z.literal('model'), model: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('prompt'), prompt: z.string().min(1).max(64) }),
  z.strictObject({ kind: z.literal('tenant'), tenant: z.string().min(1).max(200) }),
])

/** Kill switches, decisions, alerts and incidents. */
export const RESPOND_OPERATIONS = {
  issueDeny: operation({
    method: 'POST',
    path: '/denies',
    summary: 'Throw a kill switch; says which gateways have taken it',
    access: 'responder',
    input: z.object({ system, scope, reason: text }),
    output: document,
  }),
  liftDeny: operation({
    method: 'POST',
    path: '/denies/{id}/lift',
    summary: 'Take a kill switch back',
    access: 'responder',
    record: { kind: 'deny_records', field: 'id' },
    input: z.object({ id, reason: text }),
    output: document,
  }),
  listDenies: operation({
    method: 'GET',
    path: '/denies',
    summary: 'Kill switches, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: pageOfItems,
  }),
  listDecisions: operation({
    method: 'GET',
    path: '/decisions',
    summary: 'Guard decisions of the gateways, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
  listAlerts: operation({
    method: 'GET',
    path: '/alerts',
    summary: 'Alerts of the monitors, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: pageOfItems,
  }),
  closeAlert: operation({
    method: 'POST',
    path: '/alerts/{id}/close',
    summary: 'Close an alert with its triage outcome',
    access: 'responder',
    record: { kind: 'alerts', field: 'id' },
    input: z.object({ id, outcome: z.enum(['actionable', 'not-actionable']) }),
    output: document,
  }),
  listIncidents: operation({
    method: 'GET',
    path: '/incidents',
    summary: 'Incidents, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), ...page }),
    output: pageOfItems,
  }),
  getIncident: operation({
    method: 'GET',
    path: '/incidents/{id}',
    summary: 'One incident',
    access: 'read',
    record: { kind: 'incidents', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  changeIncident: operation({
    method: 'POST',
    path: '/incidents/{id}/events',
    summary: 'Contain, resolve, close or reopen an incident',
    access: 'responder',
    record: { kind: 'incidents', field: 'id' },
    input: z.object({ id, event: z.enum(INCIDENT_EVENTS), note: text }),
    output: document,
  }),
  learnCase: operation({
    method: 'POST',
    path: '/incidents/{incident}/learn',
    summary: 'Turn a recorded request into a regression case',
    access: 'responder',
    record: { kind: 'incidents', field: 'incident' },
    input: z.object({ incident: id, request: id }),
    output: document,
  }),
} as const
