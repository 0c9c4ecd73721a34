import type { seededRandom } from './seeded-random.ts'
import { MODEL } from './tiny-project.ts'

export type Random = ReturnType<typeof seededRandom>
export const below = (random: Random, bound: number): number => Math.floor(random() * bound)
export const pick = <Value>(random: Random, values: readonly Value[]): Value => values[below(random, values.length)]!

const ATOMS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  'x',
  'system',
  'user',
  'tool',
  '\u0000',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  '{{note}}',
  MODEL,
  'ä'.repeat(300),
  [],
  {},
]
export const KEYS = [
  'model',
  'messages',
  'role',
  'content',
  'tools',
  'type',
  'text',
  'stream',
  'n',
  'function',
  'name',
  '__proto__',
  'constructor',
  'toString',
  'system',
  'id',
  'limit',
  'scope',
  'kind',
  '',
]

export function randomJson(random: Random, depth = 0): unknown {
  const kind = random()
  if (depth > 4 || kind < 0.5) return pick(random, ATOMS)
  const size = below(random, 5)
  if (kind < 0.75) return Array.from({ length: size }, () => randomJson(random, depth + 1))
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (let at = 0; at < size; at++) result[pick(random, KEYS)] = randomJson(random, depth + 1)
  return result
}

/** The value with one to three places replaced, removed, doubled or wrapped. */
export function mutated(random: Random, value: unknown): unknown {
  const copy: unknown = structuredClone(value)
  for (let round = 1 + below(random, 3); round > 0; round--) {
    let parent: unknown = copy
    for (let step = below(random, 5); step >= 0; step--) {
      if (typeof parent !== 'object' || parent === null) break
      const keys = Object.keys(parent)
      if (keys.length === 0) break
      const key = pick(random, keys) as keyof typeof parent
      const child: unknown = parent[key]
      if (step > 0 && typeof child === 'object' && child !== null) {
        parent = child
        continue
      }
      const change = below(random, 5)
      const target = parent as Record<string, unknown>
      if (change === 0) delete target[key]
      else if (change === 1) target[key] = randomJson(random)
      else if (change === 2) target[key] = [child, child]
      else if (change === 3) target[pick(random, KEYS)] = randomJson(random)
      else target[key] = typeof child === 'string' ? mutatedText(random, child) : pick(random, ATOMS)
      break
    }
  }
  return copy
}

export function mutatedText(random: Random, text: string): string {
  const at = below(random, text.length + 1)
  const extra = pick(random, ['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '\ud800', 'é', '=', '/', '.', ''])
  return text.slice(0, at) + extra + text.slice(at + below(random, 3))
}

export function mutatedBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  for (let round = 1 + below(random, 4); round > 0 && copy.length > 0; round--)
    copy[below(random, copy.length)] = below(random, 256)
  const cut = random()
  return cut < 0.15
    ? copy.subarray(0, below(random, copy.length))
    : cut < 0.3
      ? Buffer.concat([copy, copy.subarray(below(random, copy.length))])
      : copy
}
