import { z } from 'zod'
import { BURN_DOWN_POINTS_MAX } from '../../../domain/risk/burn-down.ts'
import { RATING_MAX, RISK_LEVELS } from '../../../domain/risk/rate-risk.ts'
import { RISK_PLANS } from '../../../domain/risk/risk.ts'
import { document, id, items, operation, page, pageOfItems, ruleId, system, text } from '../operation.ts'
import { WORD_FIELDS } from '../word-fields.ts'

const controlId = z.string().regex(/^CTL-[A-Z]+-\d+$/, 'an id of a control is written like `CTL-AGT-002`')
const person = z.string().min(1).max(200)
const record = { kind: 'risks', field: 'id' } as const
const rating = z.int().min(1).max(RATING_MAX)
const days = z.int().min(1).max(365)

/** The risk register. */
export const RISKS_OPERATIONS = {
  listRisks: operation({
    method: 'GET',
    path: '/risks',
    summary: 'The risk register, newest first',
    access: 'read',
    input: z.object({ system: system.optional(), status: z.string().max(40).optional(), ...page }),
    output: pageOfItems,
  }),
  getRisk: operation({
    method: 'GET',
    path: '/risks/{id}',
    summary: 'One risk with its history',
    access: 'read',
    record,
    showsRecordNow: true,
    input: z.object({ id }),
    output: document,
  }),
  addRisk: operation({
    method: 'POST',
    path: '/systems/{system}/risks',
    summary:
      'Take a risk into the register, from a control of the catalogue, a threat, a finding, an incident or a person',
    access: 'reporter',
    input: z.object({
      system,
      kind: z.enum(['catalogue', 'threat', 'finding', 'incident', 'person']),
      ref: id.optional(),
      title: z.string().min(1).max(300).optional(),
      severity: z.enum(RISK_LEVELS).optional(),
      owner: person.optional(),
      controls: z.array(controlId).max(30).optional(),
      rules: z.array(ruleId).max(30).optional(),
    }),
    output: document,
  }),
  deriveRisks: operation({
    method: 'POST',
    path: '/systems/{system}/risks/derived',
    summary: 'Open a risk for every open threat, finding and incident of the system that has none yet',
    access: 'reporter',
    input: z.object({ system }),
    output: items,
  }),
  listCatalogueRisks: operation({
    method: 'GET',
    path: '/systems/{system}/risks/catalogue',
    summary: 'Risks of the catalogue that apply to a system, and which of them nobody has answered',
    access: 'read',
    input: z.object({ system }),
    output: items,
  }),
  importCatalogueRisks: operation({
    method: 'POST',
    path: '/systems/{system}/risks/catalogue',
    summary: 'Open a risk for every risk of the catalogue that applies to a system and is not in its register',
    access: 'reporter',
    input: z.object({ system, owner: person.optional() }),
    output: z.object({ items: z.array(document), known: z.int() }),
  }),
  dismissRisk: operation({
    method: 'POST',
    path: '/risks/{id}/dismissal',
    summary: "Say why a risk of the catalogue is none of this system; never of a risk of one's own",
    access: 'approver',
    record,
    input: z.object({ id, note: text }),
    output: document,
  }),
  assessRisk: operation({
    method: 'POST',
    path: '/risks/{id}/assessment',
    summary: 'Say how likely a risk is and how much harm it does; the tier makes a level of it',
    access: 'reporter',
    record,
    input: z.object({ id, likelihood: rating, impact: rating, note: text }),
    output: document,
  }),
  planRisk: operation({
    method: 'POST',
    path: '/risks/{id}/plan',
    summary: 'Say what is to be done about a risk, by whom and until when',
    access: 'reporter',
    record,
    input: z.object({ id, plan: z.enum(RISK_PLANS), note: text, owner: person.optional(), days: days.optional() }),
    output: document,
  }),
  askRiskAcceptance: operation({
    method: 'POST',
    path: '/risks/{id}/acceptance',
    summary:
      'Ask for a risk to be carried for a bounded time; where the decision rights ask nobody, it is carried at once',
    access: 'reporter',
    record,
    input: z.object({ id, reason: text, days }),
    output: document,
  }),
  speakOnRisk: operation({
    method: 'POST',
    path: '/risks/{id}/words',
    summary: "Give one's word on carrying a risk",
    access: 'decider',
    record,
    input: z.object(WORD_FIELDS),
    output: document,
  }),
  endRisk: operation({
    method: 'POST',
    path: '/risks/{id}/events',
    summary: 'Say that a risk was treated as planned, with what shows it, or open it again',
    access: 'reporter',
    record,
    input: z.object({
      id,
      event: z.enum(['mitigate', 'transfer', 'avoid', 'reopen']),
      note: text,
      evidence: z.string().min(1).max(600).optional(),
    }),
    output: document,
  }),
  getRiskBurnDown: operation({
    method: 'GET',
    path: '/risk-burn-down',
    summary: 'Open risks over time, by level',
    access: 'read',
    input: z.object({
      system: system.optional(),
      points: z.coerce.number().int().min(1).max(BURN_DOWN_POINTS_MAX).optional(),
      stepDays: z.coerce.number().int().min(1).max(92).optional(),
    }),
    output: items,
  }),
} as const
