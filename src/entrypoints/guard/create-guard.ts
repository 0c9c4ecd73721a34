import { canaryIndex, sessionCanaries } from '../../domain/detection/leak/canaries.ts'
import { leakIndex } from '../../domain/detection/prompt-leak.ts'
import { withholdResults } from '../../domain/authorization/withheld-results.ts'
import { explain } from '../../domain/guardrail/explain.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import { resolveGuardPolicy } from '../../domain/guardrail/guard-policy.ts'
import { guardText, refusal, type GuardJudgement, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { passagesOf } from '../../domain/guardrail/passages.ts'
import { StreamGuard } from '../../domain/guardrail/stream-guard.ts'
import { denialOf } from './denial-of.ts'
import { FailClosedStream } from './fail-closed-stream.ts'
import type { AnswerSituation, Guard, GuardSetup } from './guard-setup.ts'
import { judgeMessages } from './judge-messages.ts'
import { report } from './report-failure.ts'
import { manifestOf } from './manifest-of-setup.ts'
import { toolAuthority } from './tool-authority.ts'

/** One guard for one system: the engine of the gateway, embedded. Needs nothing but JavaScript; holds no state between calls. */
export function createGuard(setup: GuardSetup = {}): Guard {
  const policy = resolveGuardPolicy(setup.guard, setup.preset ?? 'T1', setup)
  const onFailure = (error: unknown): void => report(setup, error)
  const options: GuardOptions = { pseudonym: setup.pseudonym, classify: setup.classify, onFailure }
  const { hmac } = setup
  const manifest = manifestOf(setup)
  const canariesOf = (session: string) => (hmac === undefined ? [] : sessionCanaries(hmac, session))
  const outputOptions: GuardOptions = {
    pseudonym: setup.pseudonym,
    onFailure,
    leak: leakIndex(setup.prompts ?? [], setup.secrets),
    // Answers are not searched for instructions unless the setup asks for it.
    classify: policy.output.injection.action === 'allow' ? undefined : setup.classify,
  }
  const optionsOf = ({ messages, passages, session }: AnswerSituation = {}): GuardOptions => ({
    ...outputOptions,
    passages: passages ?? (messages === undefined ? undefined : passagesOf(messages)),
    canaries: hmac === undefined || session === undefined ? undefined : canaryIndex(canariesOf(session)),
  })
  const closed =
    <About>(judge: (text: string, about?: About) => GuardJudgement) =>
    (text: string, about?: About): GuardJudgement => {
      try {
        return judge(text, about)
      } catch (error) {
        // A caller that catches and goes on would pass the text unjudged: what could not be judged is blocked.
        onFailure(error)
        return refusal(typeof text === 'string' ? text : '', 'guard/failed')
      }
    }
  const output = closed((text, about?: AnswerSituation) => guardText(text, policy.output, optionsOf(about)))
  const outputDocument = closed((text, about?: AnswerSituation) => guardDocument(text, policy.output, optionsOf(about)))
  const sides = {
    input: closed((text) => guardText(text, policy.input, options)),
    document: closed((text) => guardDocument(text, policy.document, options)),
    output,
    outputDocument,
  }
  return {
    policy,
    ...sides,
    stream: (about) => new FailClosedStream(() => new StreamGuard(policy.output, optionsOf(about)), onFailure),
    canaries: (session) => canariesOf(session).map(({ text }) => text),
    messages: (list) => {
      try {
        return judgeMessages(list, sides, withholdResults(list, manifest))
      } catch (error) {
        onFailure(error)
        const judgement = refusal('', 'guard/failed')
        const findings = judgement.findings.map((finding) => ({ ...finding, message: 0 }))
        return { ...judgement, findings, denial: denialOf(judgement, 'input'), messages: [] }
      }
    },
    authorize: toolAuthority(setup, manifest, { output, outputDocument }),
    explain: (side, text) => explain(text, policy[side], side === 'output' ? outputOptions : options),
  }
}
