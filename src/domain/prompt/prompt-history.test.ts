import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDigest, type Digest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import { diffPrompts } from './diff-prompts.ts'
import { LABEL_HISTORY_MAX, movedLabel, rolledBackLabel, type LabelTarget, type PromptLabel } from './prompt-label.ts'

const digest = (n: number): Digest => parseDigest(`sha256:${n.toString(16).padStart(64, '0')}`) as Digest
const target = (n: number): LabelTarget => ({
  prompt: digest(n),
  releaseDigest: digest(n + 1_000),
  verdict: `v-${n}`,
  environment: 'local',
  by: 'ana',
  at: epochMs(n),
  note: '',
})
const NAME = { id: 's/system/production', system: 's', promptId: 'system', label: 'production' }

test('a label goes back the way it came, step by step, and no further', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: LABEL_HISTORY_MAX }), (count) => {
      let label: PromptLabel | undefined
      for (let n = 0; n < count; n += 1) label = movedLabel(NAME, label, target(n))
      for (let n = count - 2; n >= 0; n -= 1) {
        label = rolledBackLabel(label as PromptLabel, 'rob', epochMs(9_000), 'back')
        expect(label?.current).toMatchObject({ prompt: digest(n), verdict: `v-${n}`, by: 'rob', at: 9_000 })
      }
      expect(rolledBackLabel(label as PromptLabel, 'rob', epochMs(9_001), '')).toBeUndefined()
    }),
  )
})

test('a label remembers a bounded number of steps', () => {
  let label: PromptLabel | undefined
  for (let n = 0; n < LABEL_HISTORY_MAX + 20; n += 1) label = movedLabel(NAME, label, target(n))
  expect(label?.previous).toHaveLength(LABEL_HISTORY_MAX)
  expect(label?.previous[0]?.prompt).toBe(digest(LABEL_HISTORY_MAX + 18))
})

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((all) => all.join('\n'))

test('a diff holds both texts, whatever they are', () => {
  fc.assert(
    fc.property(lines, lines, (from, to) => {
      const diff = diffPrompts({ text: from, slots: {} }, { text: to, slots: {} }).lines
      const side = (not: string): string =>
        diff.flatMap(({ change, text }) => (change === not ? [] : [text])).join('\n')
      expect([side('added'), side('removed')]).toEqual([from, to])
      if (from === to) expect(diff.every(({ change }) => change === 'same')).toBe(true)
    }),
  )
})

test('a diff is no longer than it has to be, and names slots by what became of them', () => {
  const number = { type: 'int', min: 0, max: 9 } as const
  const diff = diffPrompts(
    { text: 'one\ntwo\nthree', slots: { gone: number, same: number, other: number } },
    { text: 'one\n2\nthree\nfour', slots: { same: number, other: { ...number, max: 8 }, new: number } },
  )
  expect(diff.lines.map(({ change, text }) => `${change} ${text}`)).toEqual([
    'same one',
    'removed two',
    'added 2',
    'same three',
    'added four',
  ])
  expect(diff.slots).toEqual([
    { name: 'gone', change: 'removed' },
    { name: 'new', change: 'added' },
    { name: 'other', change: 'changed' },
  ])
})

test('of very long texts the middle counts as replaced', () => {
  const text = (mark: string): string => Array.from({ length: 1_200 }, (_, n) => `${mark}${n}`).join('\n')
  const diff = diffPrompts({ text: text('a'), slots: {} }, { text: text('b'), slots: {} }).lines
  expect(diff).toHaveLength(2_400)
})
