import type { TrialOutcome, TrialRequest, TrialTarget } from '../../src/application/evaluation/trial-target.ts'
import type { Observation, SuiteCase } from '../../src/domain/evaluation/suite.ts'

export function observation(reply: string, rest: Partial<Observation> = {}): Observation {
  return { reply, blocked: null, toolCalls: [], records: [], citations: [], ...rest }
}

export function observed(reply: string, rest: Partial<Observation> = {}): TrialOutcome {
  return { kind: 'observed', observation: observation(reply, rest) }
}

/** A target whose answers a test writes; it keeps which trials it was asked for. */
export function scriptedTarget(
  answer: (request: TrialRequest, signal: AbortSignal) => TrialOutcome | Promise<TrialOutcome>,
): TrialTarget & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    identity: { type: 'scripted' },
    isSimulated: true,
    async run(request, signal) {
      asked.push(`${request.suiteCase.id}#${request.trial}`)
      return answer(request, signal)
    },
    close: async () => undefined,
  }
}

export function suiteCase(id: string, rest: Partial<SuiteCase> = {}): SuiteCase {
  return {
    id,
    tags: [],
    risks: [],
    subject: { tenant: 't', principal: 'p', roles: [] },
    turns: [id],
    expect: [{ scorer: 'contains', any: ['good'] }],
    file: 'suites/cases.jsonl',
    line: 1,
    ...rest,
  }
}
