import { CHARACTER_CLASS, type PromptTemplate } from '../manifest/prompt-template.ts'
import type { Slot } from '../manifest/manifest.ts'

export interface SlotValue {
  readonly name: string
  readonly slot: Slot
  readonly value: string
}

/**
 * Is this text the template, byte for byte outside its slots? One pass, no backtracking: each slot ends where the next
 * literal begins first, and a value that holds the delimiter is refused with the rest.
 */
export function matchTemplate(text: string, template: PromptTemplate): readonly SlotValue[] | undefined {
  const first = template.literals[0] ?? ''
  if (!text.startsWith(first)) return undefined
  let at = first.length
  const values: SlotValue[] = []
  for (const [index, { name, slot }] of template.slots.entries()) {
    const literal = template.literals[index + 1] ?? ''
    const isLast = index === template.slots.length - 1
    const end = isLast ? text.length - literal.length : endOfSlot(text, at, literal, slot)
    if (end === undefined || end < at || !text.startsWith(literal, end)) return undefined
    const value = text.slice(at, end)
    if (!fitsSlot(value, slot)) return undefined
    // Up to the end of the text there may be more than one end: a value that holds its own delimiter has two readings.
    if (isLast && slot.type === 'text' && value.includes(literal)) return undefined
    // The same name twice must carry the same value: else the rendering came from elsewhere.
    if (values.some((earlier) => earlier.name === name && earlier.value !== value)) return undefined
    values.push({ name, slot, value })
    at = end + literal.length
  }
  return at === text.length ? values : undefined
}

function endOfSlot(text: string, at: number, literal: string, slot: Slot): number | undefined {
  if (slot.type === 'enum') {
    const value = slot.values.find((candidate) => text.startsWith(candidate + literal, at))
    return value === undefined ? undefined : at + value.length
  }
  const end = text.indexOf(literal, at)
  return end < 0 ? undefined : end
}

const INTEGER = /^-?(?:0|[1-9]\d{0,15})$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function fitsSlot(value: string, slot: Slot): boolean {
  switch (slot.type) {
    case 'enum':
      return slot.values.includes(value)
    case 'int':
      return INTEGER.test(value) && Number(value) >= (slot.min ?? -Infinity) && Number(value) <= (slot.max ?? Infinity)
    case 'date':
      return DATE.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value)
    case 'uuid':
      return UUID.test(value)
    case 'pattern':
      return (
        value.length <= slot.maxLength &&
        CHARACTER_CLASS.test(slot.pattern) &&
        new RegExp(`^${slot.pattern}*$`, 'u').test(value)
      )
    case 'text':
      return value.length <= slot.maxLength
  }
}
