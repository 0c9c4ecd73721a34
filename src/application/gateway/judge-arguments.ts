import { parsedJson } from '../../base/json.ts'
import { resolveCall } from '../../domain/authorization/opaque-references.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import type { SidePolicy } from '../../domain/guardrail/guard-policy.ts'
import { guardText, type GuardJudgement, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import type { PlacedFinding, RequestContext } from './decide-request.ts'
import type { JudgedPart, Reports } from './judged-part.ts'
import type { AnswerChoice, AnswerToolCall } from './model-event.ts'

export interface JudgedArguments {
  readonly findings: readonly PlacedFinding[]
  readonly action: Obligation
  /** The detector because of which no call may leave. */
  readonly blockedBy: string | undefined
}

/** An answer that makes no calls. */
export const NO_ARGUMENTS: JudgedArguments = { findings: [], action: 'allow', blockedBy: undefined }

const isStopping = (action: Obligation): boolean => action === 'block' || action === 'require-approval'

/**
 * Tool arguments are judged whole, as they are written and as they read, and never rewritten. Personal data in them is for
 * the tool's own rules to bound; a secret that would have to be taken out of a text is a denial here, and so is whatever a
 * detector beside the guard would have taken out.
 */
export function judgeArguments(
  { release }: RequestContext,
  choices: readonly AnswerChoice[],
  { options, reports }: { readonly options: GuardOptions; readonly reports: Reports | undefined },
): JudgedArguments {
  const findings: PlacedFinding[] = []
  let action: Obligation = 'allow'
  let blockedBy: string | undefined
  const add = (judgement: GuardJudgement): void => {
    for (const finding of judgement.findings) findings.push({ ...finding, where: 'output' })
    action = heavier(action, judgement.action)
    if (isStopping(judgement.action)) blockedBy ??= judgement.findings[0]?.detector ?? 'guard/output'
  }
  for (const { where, call } of placedCalls(choices)) {
    for (const [text, guard] of [
      [call.arguments, guardText],
      [call.arguments, guardDocument],
      [call.id, guardText],
    ] as const) {
      const judgement = guard(text, release.guard.output, options)
      add(judgement)
      if (judgement.text !== text)
        blockedBy ??= judgement.findings.find(({ category }) => category === 'secret')?.detector
    }
    const shown = shownArguments(call, release.guard.output, options)
    const raised = raiseJudgement(allowed(shown), shown, reports?.get(where) ?? [])
    add(raised)
    // What cannot be met is a denial: arguments are not rewritten.
    if (raised.text !== shown) blockedBy ??= raised.findings[0]?.detector ?? 'guard/output'
  }
  return { findings, action, blockedBy }
}

const allowed = (text: string): GuardJudgement => ({ action: 'allow', score: 0, findings: [], text })

/** The arguments of all calls, with withheld values in place. */
export function argumentParts(
  { release, withheld }: RequestContext,
  choices: readonly AnswerChoice[],
  options: GuardOptions,
): readonly JudgedPart[] {
  return placedCalls(choices).map(({ where, call }) => {
    const resolved = withheld === undefined ? undefined : resolveCall(call, withheld)
    const own = resolved?.ok === true ? resolved.value.call : call
    return { where, side: 'output', text: shownArguments(own, release.guard.output, options) }
  })
}

/** What a detector reads: the arguments as the tool will, less what the guard takes out; nothing where it stops them. */
function shownArguments(call: AnswerToolCall, policy: SidePolicy, options: GuardOptions): string {
  const judgement = guardDocument(asRead(call), policy, options)
  const isStopped = isStopping(judgement.action) || judgement.findings.some(({ category }) => category === 'secret')
  return isStopped ? '' : judgement.text
}

function placedCalls(
  choices: readonly AnswerChoice[],
): readonly { readonly where: string; readonly call: AnswerToolCall }[] {
  return choices.flatMap(({ toolCalls }, choice) =>
    toolCalls.map((call, at) => ({ where: `arguments:${choice}:${at}`, call })),
  )
}

/** Escapes say the same in other letters: a detector reads what the tool will. */
function asRead({ arguments: text }: AnswerToolCall): string {
  const value = parsedJson(text)
  return value === undefined ? text : JSON.stringify(value)
}
