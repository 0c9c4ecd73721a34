import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import type { CapabilityGrant } from '../manifest/guard-authority.ts'
import type { GuardConfig, Tool } from '../manifest/manifest.ts'
import type { PolicyEngine } from '../policy/policy-engine.ts'
import type { ConversationMessage, Subject, ToolCall } from '../session/conversation.ts'
import { exercise, type ArgumentBound, type Capability, type CapabilityFailure } from './capability.ts'
import { affirmedWords } from './affirmed-words.ts'
import { spentBy } from './past-calls.ts'
import { asksFor, intentOf, isGathering } from './request-intent.ts'
import { subjectInExpressions } from './subject-in-expressions.ts'

/** What the user asked for, and what of it has been done. */
export interface UserRequest {
  /** All messages of the user, in order. Never what another agent wrote in their place. */
  readonly texts: readonly string[]
  /** Calls since the first message that the request may rest on, those of the same answer too. */
  readonly calls: readonly ToolCall[]
}

export interface MintContext {
  readonly guard: GuardConfig | undefined
  readonly subject: Subject | undefined
  readonly engine: PolicyEngine
}

/** What one request allows. */
export interface RequestRights {
  readonly capabilities: ReadonlyMap<string, Capability>
  /** Tools that the manifest grants by request; of others, those that only read need no right. */
  readonly granted: ReadonlySet<string>
  /** Tools of the agent that asks, where it is known. */
  readonly agentTools?: ReadonlySet<string> | undefined
}

const CALLS_DEFAULT = 1
export const GRANT_VARIABLES = ['user', 'subject'] as const
const NEVER = Number.MAX_SAFE_INTEGER as EpochMs

/** For how many messages of the user a request lasts. */
export const lastsMessages = (guard: GuardConfig | undefined): number => guard?.capabilities?.lastsMessages ?? 3

/** The user's words and the calls since, out of a conversation that the user had themselves. */
export function requestIn(
  messages: readonly ConversationMessage[],
  guard: GuardConfig | undefined,
  earlier: readonly ToolCall[] = [],
): UserRequest {
  const users = messages.flatMap((message, index) => (message.role === 'user' ? [index] : []))
  const first = users.at(-lastsMessages(guard)) ?? users[0] ?? messages.length
  return {
    texts: users.map((index) => messages[index]?.text ?? ''),
    calls: [
      ...messages.slice(first).flatMap((message) => (message.role === 'assistant' ? message.toolCalls : [])),
      ...earlier,
    ],
  }
}

/**
 * Rights out of the manifest and the user's own words. A boundary as far as the words are the user's: nothing that a model
 * or a tool said gives one. Undefined: the manifest grants nothing by request, and asks for no right.
 */
export function mintCapabilities(
  request: UserRequest,
  context: MintContext,
  agentTools?: ReadonlySet<string>,
): RequestRights | undefined {
  const policy = context.guard?.capabilities
  if (policy === undefined) return undefined
  const window = request.texts.slice(-lastsMessages(context.guard))
  const capabilities = new Map<string, Capability>()
  for (const grant of policy.grants) {
    const asking = window.filter((text) => isAskedBy(text, grant, context))
    if (asking.length > 0) capabilities.set(grant.tool, capabilityOf(grant, asking, request, context))
  }
  return { capabilities, granted: new Set(policy.grants.map(({ tool }) => tool)), agentTools }
}

function isAskedBy(text: string, { tool, when }: CapabilityGrant, { engine, subject }: MintContext): boolean {
  // What only brings something in is a step of whatever was asked for, as it is elsewhere (judge-flow.ts).
  if (when === undefined) return isGathering(tool) || asksFor(intentOf([text]), tool)
  const compiled = engine.compile(when, GRANT_VARIABLES)
  // What cannot be evaluated gives no right.
  const result = compiled.ok
    ? compiled.value.evaluate({ user: { text: text.toLowerCase() }, subject: subjectInExpressions(subject) })
    : compiled
  return result.ok && result.value === true
}

// oxlint-disable-next-line max-params -- what is granted, by which words, after which calls, and to whom
function capabilityOf(
  { tool, calls = CALLS_DEFAULT, arguments: args = {}, amount }: CapabilityGrant,
  asking: readonly string[],
  request: UserRequest,
  { guard, subject }: MintContext,
): Capability {
  const used = request.calls.filter(({ name }) => name === tool)
  const bounds = Object.entries(args).map(([path, { values = [], from = [] }]): [string, readonly ArgumentBound[]] => [
    path,
    [
      {
        values: [...values, ...from.flatMap((source) => valuesFrom(source, guard, subject))],
        texts: from.includes('user-message') ? request.texts.map(affirmedWords) : [],
      },
    ],
  ])
  // Of what the user says, the amount itself must be a number; the largest alone would let an order's number through.
  if (amount?.max === 'stated') bounds.push([amount.argument, [amountBound(asking.map(amountsIn))]])
  return {
    tool,
    allowed: {},
    bounds: Object.fromEntries(bounds),
    callsLeft: calls * asking.length - used.length,
    amount: amount === undefined ? undefined : { argument: amount.argument, left: amountLeft(amount, asking, used) },
    expiresAt: NEVER,
  }
}

function valuesFrom(source: string, guard: GuardConfig | undefined, subject: Subject | undefined): readonly string[] {
  if (source.startsWith('directory:')) {
    const name = source.slice('directory:'.length)
    const { directories = {} } = guard ?? {}
    return Object.hasOwn(directories, name) ? (directories[name] ?? []) : []
  }
  const field = source.startsWith('subject.') ? source.slice('subject.'.length) : ''
  const own = field === 'email' || field === 'principal' || field === 'tenant' ? subject?.[field] : undefined
  return own === undefined ? [] : [own]
}

/** `stated`: each message that asks gives its largest number. */
function amountLeft(
  { argument, max }: NonNullable<CapabilityGrant['amount']>,
  asking: readonly string[],
  used: readonly ToolCall[],
): number {
  const given = asking.map((text) => (max === 'stated' ? amountsIn(text).largest : max))
  const spent = used.map((call) => spentBy(call, argument))
  return given.reduce((sum, one) => sum + one, 0) - spent.reduce((sum, one) => sum + one, 0)
}

const TEXT_CHARS_MAX = 100_000
const NUMBERS_MAX = 1_000

/** The amounts that a message says. */
interface StatedAmounts {
  readonly values: readonly number[]
  /** "No more than 50", where no other amount is said: anything up to it. */
  readonly upTo: number | undefined
  readonly largest: number
}

/** `n't`, `not` and the like before a measure, as `affirmedWords` leaves them; and "up to", "at most". */
const CEILING =
  /(?:(?:(?<![\p{L}\p{N}])(?:no|not|never|without|cannot|dont)|n['’‘´`ʼ]t)\s+(?:more\s+than|over|above|exceed(?:ing|s)?|beyond)|(?<![\p{L}\p{N}])(?:up\s+to|at\s+most|a\s+maximum\s+of))\s+(?:\p{L}{3,5}\s+)?[$€£]?\s?(\d[\d.,]{0,20})/giu

/** Thousands as in `1'250.50`, or with a space that does not break; a plain space may as well part two numbers. */
const THOUSANDS = /(?<=\d)['’\u00a0\u202f](?=\d{3}(?!\d))/gu

/** `1,250.50` and `1250.5` alike; a mark before one or two last digits is a decimal one. */
function amountsIn(text: string): StatedAmounts {
  const said = affirmedWords(text.slice(0, TEXT_CHARS_MAX)).replaceAll(THOUSANDS, '')
  const ceilings = [...said.matchAll(CEILING)].slice(0, NUMBERS_MAX).map(([, written = '']) => numberOf(written))
  const all = (said.match(/(?<![\p{L}\p{N}.,_-])\d[\d.,]{0,20}/gu) ?? []).slice(0, NUMBERS_MAX).map(numberOf)
  if (ceilings.length === 0) return { values: all, upTo: undefined, largest: Math.max(0, ...all) }
  const ceiling = Math.min(...ceilings)
  // What is beyond the bound is the number of something else.
  const values = all.filter((value) => value <= ceiling)
  const isOnly = values.every((value) => value === ceiling)
  return { values, upTo: isOnly ? ceiling : undefined, largest: Math.max(0, ...values) }
}

function amountBound(stated: readonly StatedAmounts[]): ArgumentBound {
  const ceilings = stated.flatMap(({ upTo }) => upTo ?? [])
  return {
    values: stated.flatMap(({ values }) => values),
    texts: [],
    upTo: ceilings.length === 0 ? undefined : Math.max(...ceilings),
  }
}

function numberOf(written: string): number {
  const plain = written.replace(/[.,]+$/, '')
  const mark = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','))
  const decimals = mark < 0 ? 0 : plain.length - mark - 1
  const isDecimal = decimals === 1 || decimals === 2
  const digits = isDecimal ? plain.slice(0, mark) : plain
  const value = Number(`${digits.replaceAll(/[.,]/g, '')}${isDecimal ? `.${plain.slice(mark + 1)}` : ''}`)
  return Number.isFinite(value) ? value : 0
}

export interface CapabilityVerdict {
  readonly decision: 'require-approval' | 'block'
  readonly rule: string
  readonly reason: string
}

const REASONS: Readonly<Record<CapabilityFailure, string>> = {
  'capability/other-tool': 'is not what the user’s request gives a right to',
  'capability/expired': 'comes after the right to it has ended',
  'capability/spent': 'is one more than the user’s request gives a right to',
  'capability/argument': 'has a value that the user’s request does not give',
  'capability/amount': 'moves more than the user’s request gives a right to',
}

/** Whether a call is within what the user's request gives. Nothing that is beyond it is denied for good: a person may say yes. */
export function capabilityVerdict(
  tool: Tool,
  args: JsonObject,
  rights: RequestRights | undefined,
): CapabilityVerdict | undefined {
  if (rights === undefined) return undefined
  const { capabilities, granted, agentTools } = rights
  // INVARIANT: no agent holds a tool that the manifest does not give it, whoever asks.
  if (agentTools?.has(tool.id) === false)
    return { decision: 'block', rule: 'capability.agent', reason: 'the agent that asks was not given this tool' }
  if (tool.effect === 'read' && !granted.has(tool.id)) return undefined
  const capability = capabilities.get(tool.id)
  if (capability === undefined)
    return {
      decision: 'require-approval',
      rule: 'capability',
      reason: 'needs a right that no request of the user gives',
    }
  const left = exercise(capability, { tool: tool.id, arguments: args }, 0 as EpochMs)
  if (left.ok) return undefined
  const kind = left.failure.slice('capability/'.length)
  return { decision: 'require-approval', rule: `capability.${kind}`, reason: REASONS[left.failure] }
}
