import { fail, ok, type Result } from '../../base/result.ts'
import type { Slot } from './manifest.ts'

/** A prompt file cut into literal pieces and typed slots: literal, slot, literal, slot, …, literal. */
export interface PromptTemplate {
  readonly literals: readonly string[]
  readonly slots: readonly { readonly name: string; readonly slot: Slot }[]
}

export interface TemplateFailure {
  readonly code: 'manifest/unknown-slot' | 'manifest/unused-slot' | 'manifest/ambiguous-template' | 'manifest/bad-slot'
  readonly message: string
  readonly next: string
}

/** Slots a template may have: a bound on matching work. */
const SLOTS_MAX = 64
const NAME = /\{\{([a-zA-Z][a-zA-Z0-9_]{0,63})\}\}/g

/**
 * Parses `{{name}}` slots. Refuses templates in which a rendered text could be read in two ways: a slot that can hold
 * any text needs a literal on both sides, and two slots never touch.
 */
export function parseTemplate(
  text: string,
  declared: Readonly<Record<string, Slot>>,
): Result<PromptTemplate, TemplateFailure> {
  const literals: string[] = []
  const slots: { name: string; slot: Slot }[] = []
  let from = 0
  for (const match of text.matchAll(NAME)) {
    const name = match[1] ?? ''
    const slot = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (slot === undefined)
      return fail({
        code: 'manifest/unknown-slot',
        message: `\`{{${name}}}\` has no declared slot`,
        next: `declare \`slots: { ${name}: { type: … } }\` for this prompt`,
      })
    const bad = checkSlot(name, slot)
    if (bad !== undefined) return fail(bad)
    literals.push(text.slice(from, match.index))
    slots.push({ name, slot })
    from = match.index + match[0].length
  }
  literals.push(text.slice(from))
  if (slots.length > SLOTS_MAX)
    return fail({ code: 'manifest/bad-slot', message: `more than ${SLOTS_MAX} slots`, next: 'split the prompt' })
  const unused = Object.keys(declared).find((name) => !slots.some((slot) => slot.name === name))
  if (unused !== undefined)
    return fail({
      code: 'manifest/unused-slot',
      message: `slot \`${unused}\` is declared and never used`,
      next: `use \`{{${unused}}}\` in the prompt or remove the slot`,
    })
  return checkAmbiguity({ literals, slots })
}

function checkSlot(name: string, slot: Slot): TemplateFailure | undefined {
  if (slot.type !== 'pattern') return undefined
  if (CHARACTER_CLASS.test(slot.pattern) && isCompilable(slot.pattern)) return undefined
  return {
    code: 'manifest/bad-slot',
    message: `slot \`${name}\`: pattern \`${slot.pattern}\` is not one character class`,
    next: 'write one class such as `[A-Za-z0-9 _-]`; `maxLength` bounds how often it repeats',
  }
}

/** `[z-a]` looks like a class and is none: found here, it cannot stop the gateway at its first request. */
function isCompilable(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== ''
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** One bracketed class of literal characters and ranges: matching it is linear by construction. */
export const CHARACTER_CLASS = /^\[[^\]\\^[][^\]\\[]*\]$/

function checkAmbiguity(template: PromptTemplate): Result<PromptTemplate, TemplateFailure> {
  for (const [index, { name, slot }] of template.slots.entries()) {
    const before = template.literals[index] ?? ''
    const after = template.literals[index + 1] ?? ''
    const isLast = index === template.slots.length - 1
    if ((index > 0 && before === '') || (!isLast && after === ''))
      return fail({
        code: 'manifest/ambiguous-template',
        message: `slot \`${name}\` touches another slot`,
        next: 'put a fixed delimiter between two slots',
      })
    if (slot.type === 'text' && (before.trim() === '' || after.trim() === ''))
      return fail({
        code: 'manifest/ambiguous-template',
        message: `free-text slot \`${name}\` has no literal delimiter on both sides`,
        next: 'enclose it, for example `<document>{{name}}</document>`',
      })
  }
  return ok(template)
}

/** A text that the template matches: each slot with the first value that it takes. For checks, not for users. */
export function renderSample({ literals, slots }: PromptTemplate): string {
  return literals.map((literal, at) => literal + (slots[at] === undefined ? '' : sampleOf(slots[at].slot))).join('')
}

function sampleOf(slot: Slot): string {
  switch (slot.type) {
    case 'enum':
      return slot.values[0] ?? ''
    case 'int':
      return String(slot.min ?? Math.min(0, slot.max ?? 0))
    case 'date':
      return '2026-01-01'
    case 'uuid':
      return '00000000-0000-4000-8000-000000000000'
    case 'pattern':
    case 'text':
      return ''
  }
}
