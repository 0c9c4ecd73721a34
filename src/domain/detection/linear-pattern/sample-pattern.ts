import { parsePattern, type PatternNode, type UnitSet } from './parse-pattern.ts'

const CHARS_MAX = 256
const FIRST_PRINTABLE = 33
const LAST_PRINTABLE = 126

/** A text that a pattern matches, as chance has it; undefined for what is no pattern. `below(n)` gives 0 … n − 1. */
export function samplePattern(pattern: string, ignoresCase: boolean, below: (n: number) => number): string | undefined {
  const parsed = parsePattern(pattern, ignoresCase)
  return parsed.ok ? sampleOf(parsed.value.node, below).slice(0, CHARS_MAX) : undefined
}

function sampleOf(node: PatternNode, below: (n: number) => number): string {
  switch (node.kind) {
    case 'set':
      return charOf(node.set, below)
    case 'sequence':
      return node.parts.map((part) => sampleOf(part, below)).join('')
    case 'choice': {
      const option = node.options[below(node.options.length)]
      return option === undefined ? '' : sampleOf(option, below)
    }
    case 'repeat': {
      const count = node.min + below(node.max - node.min + 1)
      return Array.from({ length: count }, () => sampleOf(node.part, below)).join('')
    }
  }
}

/** A sign that people can read, where the set has one. */
function charOf(set: UnitSet, below: (n: number) => number): string {
  const readable: number[] = []
  for (let at = 0; at < set.length; at += 2)
    for (let unit = Math.max(set[at] ?? 0, FIRST_PRINTABLE); unit <= Math.min(set[at + 1] ?? 0, LAST_PRINTABLE); unit++)
      readable.push(unit)
  return String.fromCharCode(readable[below(readable.length)] ?? set[0] ?? 0)
}
