import { canonicalView } from '../canonical-view.ts'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readIdentifiers } from '../../../../tools/generate-identifiers.ts'
import { checkNamed, checkNames } from './checks.ts'
import { detectIdentifiers } from './detect-identifiers.ts'
import { createContextIndex } from './identifier-context.ts'

/** In the canonical form, as the guard has it. */
function identifiersIn(raw: string): ReturnType<typeof detectIdentifiers> {
  const { text } = canonicalView(raw)
  return detectIdentifiers(text, createContextIndex(text))
}

const records = await readIdentifiers(join(import.meta.dirname, '..', '..', '..', '..'))
const compactOf = (value: string): string => value.replace(/[ ./+()-]/g, '').toUpperCase()

const idsOf = (text: string, value: string): readonly string[] =>
  identifiersIn(text)
    .filter(({ start, end }) => text.slice(start, end) === value)
    .map(({ detector }) => detector)

test('the catalogue covers what it says, each check is used, and each id stands once', () => {
  expect(records.length).toBeGreaterThanOrEqual(80)
  expect(new Set(records.map(({ country }) => country)).size).toBeGreaterThanOrEqual(40)
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
  expect(new Set(records.map(({ check }) => check))).toEqual(new Set(checkNames()))
})

describe.each(records.map((record) => [record.id, record] as const))('%s', (id, record) => {
  const { valid, invalid, context, shapes, weakShapes, check, checkAt, passRate, why } = record
  const word = context[0] ?? ''

  test('its valid examples are found near its context word', () => {
    expect(valid.length).toBeGreaterThanOrEqual(3)
    for (const value of valid)
      for (const text of [
        `${word}: ${value}`,
        `Hello, my ${word} is ${value}. Thanks`,
        `{"${word}": "${value}"}`,
        `${word}\n${value}\n`,
      ])
        expect(idsOf(text, value), text).toContain(id)
  })

  test('its invalid examples are not found under its id', () => {
    expect(invalid.length).toBeGreaterThanOrEqual(3)
    for (const value of invalid) expect(idsOf(`${word}: ${value}`, value), value).not.toContain(id)
  })

  test('its check notices each change of a guaranteed character', () => {
    for (const value of valid) {
      const compact = compactOf(value)
      expect(checkNamed(check)(compact)).toBe(true)
      for (const place of checkAt) {
        const at = compact.length + place
        for (const other of /\d/.test(compact.charAt(at)) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
          expect(checkNamed(check)(compact.slice(0, at) + other + compact.slice(at + 1))).toBe(
            other === compact.charAt(at),
          )
      }
    }
  })

  test('chance passes its check as often as stated', () => {
    const measured = passRateOf(check, shapes.length > 0 ? shapes : weakShapes, DRAWS)
    const deviation = Math.sqrt((passRate * (1 - passRate)) / DRAWS)
    expect(Math.abs(measured - passRate)).toBeLessThanOrEqual(5 * deviation + 0.02 * passRate + 4 / DRAWS)
  })

  test('a shape stands without context where chance seldom passes, or for a stated reason', () => {
    if (why !== undefined) expect(shapes.some((shape) => /[ ./+()-]/.test(shape))).toBe(true)
    else for (const shape of shapes) expect(passRateOf(check, [shape], 20_000)).toBeLessThan(0.025)
  })
})

const DRAWS = 100_000
const ALPHABETS: Readonly<Record<string, string>> = {
  d: '0123456789',
  L: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  A: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
}

function passRateOf(check: string, shapes: readonly string[], draws: number): number {
  const passes = checkNamed(check)
  const compact = shapes.map(compactShape)
  let seed = 20261121
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 4_294_967_296) * limit)
  }
  let hits = 0
  for (let draw = 0; draw < draws; draw++) {
    let value = ''
    for (const symbol of compact[draw % compact.length] ?? '') {
      const alphabet = ALPHABETS[symbol] ?? symbol
      value += alphabet.charAt(below(alphabet.length))
    }
    if (passes(value)) hits += 1
  }
  return hits / draws
}

const compactShape = (shape: string): string => shape.replace(/[ ./+()-]/g, '')
