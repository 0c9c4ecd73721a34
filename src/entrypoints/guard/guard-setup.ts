import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ApprovalTicket } from '../../domain/authorization/approval-ticket.ts'
import type { ToolDecision } from '../../domain/authorization/authorize-tool-call.ts'
import type { CanaryHmac } from '../../domain/detection/leak/canaries.ts'
import type { Passage } from '../../domain/detection/groundedness/ground-claims.ts'
import type { GuardFinding } from '../../domain/detection/finding.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import type { Explanation } from '../../domain/guardrail/explain.ts'
import type { GuardPolicy } from '../../domain/guardrail/guard-policy.ts'
import type { TableDetectors } from '../../domain/guardrail/table-detectors.ts'
import type { GuardJudgement, GuardOptions } from '../../domain/guardrail/guard-text.ts'
import type { Obligation } from '../../domain/guardrail/obligation.ts'
import type { StreamGuard } from '../../domain/guardrail/stream-guard.ts'
import type { GuardConfig, Tier, Tool } from '../../domain/manifest/manifest.ts'
import type { ConversationMessage, Subject, ToolCall } from '../../domain/session/conversation.ts'
import type { Denial } from './guard-denied.ts'

/** A tool as the manifest declares it, with its argument schema inline instead of a path. */
export interface GuardedTool extends Omit<Tool, 'schema'> {
  /** JSON Schema 2020-12 of the arguments. */
  readonly parameters: JsonObject
}

export interface GuardSetup extends TableDetectors {
  /** A trained classifier beside the heuristics, as `injectionClassifierOf` makes it from the shipped weights. */
  readonly classify?: ClassifyInjection | undefined
  /** Default T1, the strictest. A preset in `guard` goes before it. */
  readonly preset?: Tier | undefined
  /** The manifest's `guard:` section. */
  readonly guard?: GuardConfig | undefined
  /** Fixed texts of the system prompts: answers that repeat 32 letters of them are a leak. */
  readonly prompts?: readonly string[] | undefined
  /** Values that must not come out, in any encoding that is read: from 8 letters and digits on; of a longer one 20 in a row. */
  readonly secrets?: readonly string[] | undefined
  /** Keyed digest, 32 hexadecimal digits or more: makes the canaries of a session. Without it there are none. */
  readonly hmac?: CanaryHmac | undefined
  /** Stable stand-in for a personal value. Without it, `pseudonymise` is a denial. */
  readonly pseudonym?: GuardOptions['pseudonym']
  /** The tools that may be called. Any other call is denied. */
  readonly tools?: readonly GuardedTool[] | undefined
  /** In place of the interpreted JSON Schema check of `parameters`: undefined when the arguments fit. */
  readonly checkArguments?: ((tool: string, args: JsonObject) => string | undefined) | undefined
  /** Tools that are switched off right now. */
  readonly deniedTools?: (() => ReadonlySet<string>) | undefined
  /** Calls of a tool today by the subject's tenant. Without it, tools with `limits.perDayPerTenant` are denied. */
  readonly dayCalls?: ((tool: string, subject: Subject | undefined) => number) | undefined
  /** `trusted` when the assistant messages of a conversation come from a store that no end user writes. Default `untrusted`. */
  readonly history?: 'trusted' | 'untrusted' | undefined
  /** Hears of an exception inside the guard or a callback. The text concerned is blocked in any case. */
  readonly onFailure?: ((error: unknown) => void) | undefined
}

/** A finding and the message that it stands in. */
export interface MessageFinding extends GuardFinding {
  /** Index in the message list. */
  readonly message: number
}

export interface MessagesJudgement {
  readonly action: Obligation
  /** Highest injection score, 0 to 1. */
  readonly score: number
  readonly findings: readonly MessageFinding[]
  /** Undefined: the messages may go to the model, as `messages` has them. */
  readonly denial: Denial | undefined
  /** The messages to pass on; empty when denied. */
  readonly messages: readonly ConversationMessage[]
}

export interface ToolCallSituation {
  /** The conversation that the model saw, as it came in. */
  readonly messages: readonly ConversationMessage[]
  /** The verified end user; without one only `read` tools are allowed. */
  readonly subject?: Subject | undefined
  /** Calls proposed earlier in the same answer: budgets hold within one answer too. */
  readonly earlier?: readonly ToolCall[] | undefined
  /** The session whose canaries must not stand in the arguments. Default: the subject's. */
  readonly session?: string | undefined
  /**
   * What of `messages` the model saw, with `guard.opaque`: `judged`, as `messages()` returned them, or `raw` (default). Where
   * it saw all, nothing is taken for withheld.
   */
  readonly seen?: 'judged' | 'raw' | undefined
  /** The end user's own words, for `guard.capabilities`, where the user messages are another agent's. Default: these. */
  readonly request?: readonly string[] | undefined
  /** A person's yes to exactly this call: it answers a `require-approval`, once. */
  readonly approval?: { readonly ticket: ApprovalTicket; readonly now: EpochMs } | undefined
}

export interface AuthorizedCall extends ToolDecision {
  /** What the tool is to get: JSON text, with withheld values in place of their names. */
  readonly arguments: string
  /** The ticket as it is now spent: keep it in place of the one that was given, so that it cannot be used again. */
  readonly ticket?: ApprovalTicket | undefined
}

/** What an answer belongs to. */
export interface AnswerSituation {
  /** What it may rest on, for `guard.grounding`: the conversation, whose tool results are read, or passages. */
  readonly messages?: readonly ConversationMessage[] | undefined
  readonly passages?: readonly Passage[] | undefined
  /** The session whose canaries must not come out. */
  readonly session?: string | undefined
}

/** The part of `StreamGuard` that a caller needs. */
export type GuardedTextStream = Pick<StreamGuard, 'push' | 'end' | 'isWithheld' | 'judgement' | 'settled'>

/** The guard of one system, in this process. Its functions never throw on what they judge: a failure inside is a `block`. */
export interface Guard {
  readonly policy: GuardPolicy
  input(text: string): GuardJudgement
  /** Tool results and documents; JSON is judged text by text. */
  document(text: string): GuardJudgement
  output(text: string, about?: AnswerSituation): GuardJudgement
  /** An answer as JSON, text by text. */
  outputDocument(text: string, about?: AnswerSituation): GuardJudgement
  stream(about?: AnswerSituation): GuardedTextStream
  /** Lines for the system prompt of a session that must not come out again; empty without `hmac`. */
  canaries(session: string): readonly string[]
  /** Every message of a request: user as input, tool as document, earlier assistant as output, system untouched. */
  messages(list: readonly ConversationMessage[]): MessagesJudgement
  /** Deny by default; then the arguments are judged as an answer is: a block, or a secret in them, denies. */
  authorize(call: ToolCall, situation: ToolCallSituation): AuthorizedCall
  /** Which rule, where and why, for each finding of one text; nothing of the text itself. Judges it anew, and may throw. */
  explain(side: keyof GuardPolicy, text: string): readonly Explanation[]
}
