import { z } from 'zod'
import { FINDING_EVENTS, FINDING_SEVERITIES, FINDING_SOURCES } from '../../../domain/finding/finding.ts'
import { VENDOR_DAYS_MAX } from '../../../domain/vendor/vendor-assessment.ts'
import { READINESS_ITEMS } from '../../../domain/readiness/readiness.ts'
import { TIERS } from '../../../domain/manifest/manifest.ts'
import { DECIDING_ROLES } from '../../../domain/approval/decision-rights.ts'
import {
  cursor,
  digest,
  document,
  id,
  limit,
  operation,
  page,
  pageOfItems,
  ruleId,
  system,
  text,
} from '../operation.ts'
import { WORD_FIELDS } from '../word-fields.ts'

const person = z.string().min(1).max(200)

/** What an assessment of a vendor says, in a file or over HTTP. */
export const VENDOR_FIELDS = {
  vendor: z.string().min(1).max(63),
  upToTier: z.enum(TIERS),
  terms: text,
  dataUse: text,
  regions: z.array(z.string().min(1).max(63)).min(1).max(50),
  provenance: text,
  licence: text,
  security: text,
  incidentContact: z.string().min(1).max(300),
  compensatingControls: z.array(z.string().max(300)).max(50),
  days: z.int().min(1).max(VENDOR_DAYS_MAX),
}

/** Findings, threat models, readiness, vendors and what is overdue. */
export const FINDINGS_OPERATIONS = {
  reportFinding: operation({
    method: 'POST',
    path: '/systems/{system}/findings',
    summary: 'Take a finding in; the same fingerprint is the same finding',
    access: 'reporter',
    input: z.object({
      system,
      title: z.string().min(1).max(300),
      description: z.string().max(4_000),
      source: z.enum(FINDING_SOURCES),
      severity: z.enum(FINDING_SEVERITIES),
      fingerprint: z.string().min(1).max(300).optional(),
      owner: person.optional(),
      releaseDigest: digest.optional(),
      location: z.string().max(600).optional(),
      risks: z.array(z.string().max(60)).max(30).optional(),
      incident: id.optional(),
      verifyingRule: ruleId.optional(),
    }),
    output: document,
  }),
  importFindings: operation({
    method: 'POST',
    path: '/systems/{system}/findings/import',
    summary: 'Take in what a tool found; handing it in again adds nothing twice',
    access: 'reporter',
    bodyBytesMax: 4 * 1_048_576,
    input: z.object({
      system,
      source: z.enum(FINDING_SOURCES),
      releaseDigest: digest.optional(),
      owner: person.optional(),
      findings: z
        .array(
          z.strictObject({
            title: z.string().min(1).max(300),
            description: z.string().max(4_000),
            severity: z.enum(FINDING_SEVERITIES),
            fingerprint: z.string().min(1).max(300),
            location: z.string().max(600).optional(),
            risks: z.array(z.string().max(60)).max(30),
          }),
        )
        .min(1)
        .max(250),
    }),
    output: document,
  }),
  assignFinding: operation({
    method: 'POST',
    path: '/findings/{id}/assignment',
    summary: 'Set owner, severity, incident and the rule that shows the fix',
    access: 'reporter',
    record: { kind: 'findings', field: 'id' },
    input: z.object({
      id,
      owner: person.optional(),
      severity: z.enum(FINDING_SEVERITIES).optional(),
      verifyingRule: ruleId.optional(),
      incident: id.optional(),
    }),
    output: document,
  }),
  changeFinding: operation({
    method: 'POST',
    path: '/findings/{id}/events',
    summary: 'Move a finding; only evidence that is newer than the claimed fix closes one',
    access: 'reporter',
    record: { kind: 'findings', field: 'id' },
    input: z.object({ id, event: z.enum(FINDING_EVENTS), note: text, exception: id.optional() }),
    output: document,
  }),
  getFinding: operation({
    method: 'GET',
    path: '/findings/{id}',
    summary: 'One finding with its history',
    access: 'read',
    record: { kind: 'findings', field: 'id' },
    input: z.object({ id }),
    output: document,
  }),
  listFindings: operation({
    method: 'GET',
    path: '/findings',
    summary: 'Findings, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
  listEscalations: operation({
    method: 'GET',
    path: '/escalations',
    summary: 'What is overdue, most overdue first, and who is to be told',
    access: 'read',
    input: z.object({ limit, cursor }),
    output: pageOfItems,
  }),
  getThreatModel: operation({
    method: 'GET',
    path: '/systems/{system}/threat-model',
    summary: "Data flows and threats of a system's newest release",
    access: 'read',
    input: z.object({ system }),
    output: document,
  }),
  attestThreatModel: operation({
    method: 'POST',
    path: '/systems/{system}/threat-model/attestations',
    summary: 'Say that exactly this graph was reviewed',
    access: 'approver',
    input: z.object({ system, graph: digest, note: text }),
    output: document,
  }),
  acceptThreat: operation({
    method: 'POST',
    path: '/systems/{system}/threat-model/acceptances',
    summary: 'Carry one threat for a bounded time',
    access: 'approver',
    input: z.object({
      system,
      threat: z.string().regex(/^THR-\d{3}@[a-z-]+:.{1,100}$/, 'a threat is written like `THR-011@model:main`'),
      role: z.enum(DECIDING_ROLES),
      reason: text,
      days: z.int().min(1).max(90),
    }),
    output: document,
  }),
  attestReadiness: operation({
    method: 'POST',
    path: '/systems/{system}/readiness',
    summary: 'Say, with a link to the proof, that an item of readiness is in place',
    access: 'reporter',
    input: z.object({
      system,
      item: z.enum(READINESS_ITEMS),
      link: z.url({ protocol: /^https?$/, error: 'a link begins with https:// or http://' }).max(600),
      note: text,
    }),
    output: document,
  }),
  listReadiness: operation({
    method: 'GET',
    path: '/systems/{system}/readiness',
    summary: 'Words on items of readiness, newest first',
    access: 'read',
    input: z.object({ system, ...page }),
    output: pageOfItems,
  }),
  assessVendor: operation({
    method: 'POST',
    path: '/vendors',
    summary: 'Write down what was found out about a provider or the maker of a model',
    access: 'reporter',
    input: z.object(VENDOR_FIELDS),
    output: document,
  }),
  speakOnVendor: operation({
    method: 'POST',
    path: '/vendors/{id}/words',
    summary: "Give one's word on an assessment",
    access: 'decider',
    input: z.object(WORD_FIELDS),
    output: document,
  }),
  listVendors: operation({
    method: 'GET',
    path: '/vendors',
    summary: 'Assessments of vendors, newest first',
    access: 'read',
    input: z.object({ ...page }),
    output: pageOfItems,
  }),
} as const
