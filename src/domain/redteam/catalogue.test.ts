// The shipped catalogue is held to what it claims: distinct, mapped, varied.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAttacks, parseTwins } from '../../contract/redteam/parse-catalogue.ts'
import type { AttackCase, BenignTwin } from './attack-case.ts'
import { CAMPAIGN_GOALS } from './campaign-goals.ts'
import { CAMPAIGN_TECHNIQUES } from './campaign-techniques.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = join(root, 'catalog', 'redteam')
const names = readdirSync(join(folder, 'attacks'))
const read = (name: string): { readonly file: string; readonly text: string } => ({
  file: name,
  text: readFileSync(join(folder, name), 'utf8'),
})

function valuesOf<Value>(parsed: { readonly ok: boolean; readonly value?: readonly Value[] }): readonly Value[] {
  expect(parsed).toMatchObject({ ok: true })
  return parsed.value ?? []
}

const attacks: readonly AttackCase[] = names.flatMap((name) => valuesOf(parseAttacks(read(`attacks/${name}`))))
const twins: readonly BenignTwin[] = valuesOf(parseTwins(read('twins.jsonl')))

/** Words in a row, or characters in scripts without spaces: what two texts share tells how alike they are. */
function shingles(text: string): ReadonlySet<string> {
  const plain = text.toLowerCase().replaceAll(/\{[a-z_]+\}/g, ' ')
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? []
  const isSpaced = words.length >= 4
  const units = isSpaced ? words : Array.from(plain.replaceAll(/\s/g, ''))
  const size = isSpaced ? 2 : 3
  return new Set(
    units.slice(0, Math.max(1, units.length - size + 1)).map((_, at) => units.slice(at, at + size).join(' ')),
  )
}

function alike(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0
  for (const one of left) if (right.has(one)) shared += 1
  return shared / (left.size + right.size - shared)
}

function nearDuplicates(
  cases: readonly { readonly id: string; readonly text: string }[],
  limit: number,
): readonly string[] {
  const cut = cases.map(({ id, text }) => ({ id, cut: shingles(text) }))
  const found: string[] = []
  for (const [index, left] of cut.entries())
    for (const right of cut.slice(index + 1)) {
      const share = alike(left.cut, right.cut)
      if (share > limit) found.push(`${left.id} ${right.id} ${share.toFixed(2)}`)
    }
  return found
}

const textOf = ({ turns, plant }: { readonly turns: readonly string[]; readonly plant?: string | undefined }): string =>
  [...turns, plant ?? ''].join(' ')

describe('the catalogue', () => {
  test('holds at least 500 attacks and 300 benign twins with ids that are used once', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(500)
    expect(twins.length).toBeGreaterThanOrEqual(300)
    const ids = [...attacks, ...twins].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('no two attacks are nearly the same text', () => {
    expect(
      nearDuplicates(
        attacks.map((one) => ({ id: one.id, text: textOf(one) })),
        0.5,
      ),
    ).toEqual([])
  })

  test('no two twins are nearly the same text, and none is nearly an attack', () => {
    expect(
      nearDuplicates(
        twins.map((one) => ({ id: one.id, text: textOf(one) })),
        0.5,
      ),
    ).toEqual([])
    const cut = attacks.map((one) => ({ id: one.id, cut: shingles(textOf(one)) }))
    const close = twins.flatMap((twin) => {
      const own = shingles(textOf(twin))
      return cut.filter((attack) => alike(own, attack.cut) > 0.5).map(({ id }) => `${twin.id} ${id}`)
    })
    expect(close).toEqual([])
  })

  test.each(CAMPAIGN_GOALS)('$id has at least 40 attacks by 8 techniques or more, and 25 twins', ({ id }) => {
    const own = attacks.filter(({ goal }) => goal === id)
    expect(own.length).toBeGreaterThanOrEqual(40)
    expect(new Set(own.map(({ technique }) => technique)).size).toBeGreaterThanOrEqual(
      id === 'mcp-tool-poisoning' ? 2 : 8,
    )
    expect(twins.filter(({ goal }) => goal === id).length).toBeGreaterThanOrEqual(25)
  })

  test.each(CAMPAIGN_TECHNIQUES)('$id is used', ({ id }) => {
    expect(attacks.some(({ technique }) => technique === id)).toBe(true)
  })

  test('speaks at least ten languages, and less than four fifths of it are English', () => {
    const languages = attacks.map(({ language }) => language)
    expect(new Set(languages).size).toBeGreaterThanOrEqual(10)
    expect(languages.filter((code) => code === 'en').length / languages.length).toBeLessThan(0.8)
  })

  test('names no host that could be reached: reserved names alone', () => {
    const hosts = attacks.flatMap((one) =>
      [...textOf(one).matchAll(/https?:\/\/([a-z0-9.-]+)/gi)].map((match) => match[1]),
    )
    expect(hosts.filter((host) => host !== undefined && !host.endsWith('.example'))).toEqual([])
  })
})

describe('framework ids', () => {
  const known = (name: string): ReadonlySet<string> => {
    const { entries } = JSON.parse(readFileSync(join(root, 'catalog', 'frameworks', name), 'utf8')) as {
      readonly entries: readonly { readonly id: string }[]
    }
    return new Set(entries.map(({ id }) => id.replace(/:2025$/, '')))
  }
  const [llm, agentic, atlas] = ['owasp-llm-2025.json', 'owasp-asi-2026.json', 'mitre-atlas.json'].map(known)

  test.each(CAMPAIGN_GOALS)('of the goal $id are in OWASP LLM, OWASP Agentic and ATLAS', (goal) => {
    expect(goal.owaspLlm.filter((id) => llm?.has(id) !== true)).toEqual([])
    expect(goal.owaspAgentic.filter((id) => agentic?.has(id) !== true)).toEqual([])
    expect(goal.atlas.filter((id) => atlas?.has(id) !== true)).toEqual([])
    expect(Math.min(goal.owaspLlm.length, goal.owaspAgentic.length, goal.atlas.length)).toBeGreaterThan(0)
  })

  test.each(CAMPAIGN_TECHNIQUES)('of the technique $id are in ATLAS', ({ atlas: ids }) => {
    expect(ids.filter((id) => atlas?.has(id) !== true)).toEqual([])
    expect(ids.length).toBeGreaterThan(0)
  })
})
