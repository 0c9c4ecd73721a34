import { epochMs } from '../../src/base/instant.ts'
import type { DecisionIntent, DecisionOutcome } from '../../src/contract/decision/decision-record.ts'

/** What differs from a request that was let through, and that nobody in particular sent. */
type Told<Line extends { readonly id: string }> = Partial<Omit<Line, 'kind' | 'id' | 'at'>> & {
  readonly id: string
  /** Epoch, ms. */
  readonly at: number
}

/** The first line of a request's decision record. */
export const intentLine = ({ id, at, ...told }: Told<DecisionIntent>): DecisionIntent => ({
  kind: 'intent',
  id,
  at: epochMs(at),
  system: 's',
  environment: 'local',
  releaseDigest: null,
  tenant: null,
  principal: null,
  session: null,
  model: 'm',
  isStream: false,
  action: 'allow',
  score: 0,
  findings: [],
  captured: null,
  ...told,
})

/** The last line of a request's decision record. */
export const outcomeLine = ({ id, at, ...told }: Told<DecisionOutcome>): DecisionOutcome => ({
  kind: 'outcome',
  id,
  at: epochMs(at),
  outcome: 'completed',
  code: null,
  rule: null,
  action: 'allow',
  findings: [],
  tools: [],
  guardMs: 0,
  totalMs: 0,
  inputTokens: null,
  outputTokens: null,
  modelAnswered: null,
  ...told,
})
