import { detectSecrets } from '../detection/secrets/detect-secrets.ts'
import type { Slot } from '../manifest/manifest.ts'
import { findContradictions } from './find-contradictions.ts'
import { hasDataRule, hasRefusalRule, OVERRIDES } from './prompt-lexicon.ts'

export const PROMPT_LINT_RULES = [
  'secret',
  'undelimited-variable',
  'untrusted-variable',
  'untyped-variable',
  'unbounded-variable',
  'override',
  'no-refusal-rule',
  'contradiction',
  'over-budget',
] as const
export type PromptLintRule = (typeof PROMPT_LINT_RULES)[number]

export interface PromptFinding {
  readonly rule: PromptLintRule
  /** An error fails the check; a warning is for a person to weigh. */
  readonly severity: 'error' | 'warning'
  /** Offset in the text, in UTF-16 code units. */
  readonly start: number
  readonly line: number
  readonly message: string
  readonly next: string
}

export interface LintedPrompt {
  readonly id: string
  readonly text: string
  readonly slots: Readonly<Record<string, Slot>>
  /** Tokens that the filled prompt takes at most, and the budget that the manifest gives it. */
  readonly tokensBound: number
  readonly tokensMax: number | undefined
}

type Found = Omit<PromptFinding, 'line'>

/**
 * What is wrong with a prompt as it is written. A clean prompt is still no boundary: the lint finds what makes an attack
 * easier, a leak worse or an answer arbitrary.
 */
export function lintPrompt(prompt: LintedPrompt): readonly PromptFinding[] {
  const found = [
    ...secrets(prompt),
    ...variables(prompt),
    ...untyped(prompt),
    ...overrides(prompt),
    ...refusal(prompt),
    ...contradictions(prompt),
    ...budget(prompt),
  ]
  return found
    .map((finding) => ({ ...finding, line: prompt.text.slice(0, finding.start).split('\n').length }))
    .toSorted((one, other) => one.start - other.start || (one.rule < other.rule ? -1 : 1))
}

function secrets({ text }: LintedPrompt): readonly Found[] {
  return detectSecrets(text).map(({ start, detector }) => ({
    rule: 'secret',
    severity: 'error',
    start,
    message: `the prompt holds what looks like a ${detector.replace('secret/', '')}`,
    next: 'revoke it and take it out: whoever talks to the model can get the prompt',
  }))
}

const SLOT = /\{\{([a-zA-Z][a-zA-Z0-9_]{0,63})\}\}/g
/** A pattern slot up to here holds an id or a name, not a text. */
const SHORT_PATTERN_MAX = 64

function variables({ text, slots }: LintedPrompt): readonly Found[] {
  const found: Found[] = []
  for (const match of text.matchAll(SLOT)) {
    const name = match[1] ?? ''
    const slot = Object.hasOwn(slots, name) ? slots[name] : undefined
    if (slot === undefined) continue
    const start = match.index
    const isText = slot.type === 'text' || (slot.type === 'pattern' && slot.maxLength > SHORT_PATTERN_MAX)
    if (isText && !isDelimited(text.slice(0, start), text.slice(start + match[0].length)))
      found.push({
        rule: 'undelimited-variable',
        severity: 'error',
        start,
        message: `free text \`{{${name}}}\` stands among the instructions, without delimiters around it`,
        next: `enclose it: <${name}>{{${name}}}</${name}>`,
      })
    if (slot.type === 'text' && slot.label.integrity === 'untrusted' && !hasDataRule(text))
      found.push({
        rule: 'untrusted-variable',
        severity: 'error',
        start,
        message: `untrusted text \`{{${name}}}\` stands in the system prompt, and nothing says that it is data`,
        next: 'say that text between the delimiters is data, not instructions; better, pass it as a tool result',
      })
    if (slot.type === 'int' && (slot.min === undefined || slot.max === undefined))
      found.push({
        rule: 'unbounded-variable',
        severity: 'warning',
        start,
        message: `number \`{{${name}}}\` has no bounds`,
        next: 'declare `min` and `max` of the slot',
      })
  }
  return found
}

const FENCES = ['```', '"""', "'''", '<<<', '---', '###']

/** A tag that opens before and closes behind, or one fence on both sides, with nothing but blanks between. */
function isDelimited(before: string, after: string): boolean {
  const [left, right] = [before.trimEnd(), after.trimStart()]
  const tag = /<([A-Za-z][\w-]{0,63})(?:\s[^<>]{0,200})?>$/.exec(left.slice(-300))?.[1]
  if (tag !== undefined) return right.toLowerCase().startsWith(`</${tag.toLowerCase()}>`)
  // A fence may name a language: ```json.
  const isNamed = /```\w{1,20}$/.test(left.slice(-24))
  const fence = isNamed ? '```' : FENCES.find((mark) => left.endsWith(mark))
  if (fence === undefined) return false
  return right.startsWith(fence === '<<<' ? '>>>' : fence)
}

/** Placeholders of other languages, and ours with a name that is none: no slot types them. */
const FOREIGN: readonly RegExp[] = [
  /\$\{[^}\n]{1,80}\}/g,
  /<%=?[^%\n]{1,80}%>/g,
  /\{\{(?!\s*[a-zA-Z][a-zA-Z0-9_]{0,63}\}\})[^}\n]{1,80}\}\}/g,
  /(?<!\{)\{[a-z_][a-z0-9_.]{0,60}\}(?!\})/gi,
  /%\([a-z_]\w{0,60}\)s/gi,
]

function untyped({ text }: LintedPrompt): readonly Found[] {
  const found = new Map<number, Found>()
  for (const pattern of FOREIGN)
    for (const { index, 0: placeholder } of text.matchAll(pattern))
      if (!found.has(index))
        found.set(index, {
          rule: 'untyped-variable',
          severity: 'error',
          start: index,
          message: `\`${placeholder}\` looks like a variable, and no slot types it`,
          next: 'write `{{name}}` and declare its slot in the manifest',
        })
  return [...found.values()]
}

function overrides({ text }: LintedPrompt): readonly Found[] {
  return OVERRIDES.flatMap((pattern) => [...text.matchAll(pattern)]).map(({ index, 0: words }) => ({
    rule: 'override',
    severity: 'error',
    start: index,
    message: `\`${words}\` hands the instructions over to whoever writes the text`,
    next: 'name what may be asked for; text of users and documents is never an order to obey as it stands',
  }))
}

function refusal({ text }: LintedPrompt): readonly Found[] {
  if (hasRefusalRule(text)) return []
  return [
    {
      rule: 'no-refusal-rule',
      severity: 'error',
      start: 0,
      message: 'nothing says when to refuse, or what to do when unsure',
      next: 'say what is out of bounds and what to answer then',
    },
  ]
}

function contradictions({ text }: LintedPrompt): readonly Found[] {
  return findContradictions(text).map(({ start, first, second }) => ({
    rule: 'contradiction',
    severity: 'error',
    start,
    message: `\`${second}\` contradicts \`${first}\``,
    next: 'keep one of the two, or say which of them goes before',
  }))
}

function budget({ tokensBound, tokensMax }: LintedPrompt): readonly Found[] {
  if (tokensMax === undefined || tokensBound <= tokensMax) return []
  return [
    {
      rule: 'over-budget',
      severity: 'error',
      start: 0,
      message: `filled, the prompt takes up to ${tokensBound} tokens; its budget is ${tokensMax}`,
      next: 'shorten it, bound its slots, or raise `tokensMax`',
    },
  ]
}
