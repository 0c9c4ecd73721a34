import { expect, test } from 'vitest'
import { canonicalView } from '../canonical-view.ts'
import { CONCEPT_STEMS } from './concept-stems.ts'
import { conceptAt, HASH_START, hashStep, NO_CONCEPT, NO_STEM } from './concepts.ts'

function found(letters: string, isWhole: boolean): number {
  let hash = HASH_START
  for (let at = 0; at < letters.length; at++) hash = hashStep(hash, letters.charCodeAt(at))
  return conceptAt(hash, isWhole)
}

const STEMS = CONCEPT_STEMS.flatMap(({ stems }) => stems.split(/\s+/)).map((stem) => ({
  isWhole: !stem.endsWith('*'),
  letters: canonicalView(stem.replace(/\*$/, '')).lower,
}))

test('every stem has a concept, one that asks for a whole word only there', () => {
  const lost = STEMS.filter(({ letters }) => found(letters, true) < 0)
  expect(lost).toEqual([])
  const open = STEMS.filter(({ letters, isWhole }) => !isWhole && found(letters, false) < 0)
  // A stem that is also listed before as a whole word stays one.
  expect(open.every(({ letters }) => STEMS.some((stem) => stem.isWhole && stem.letters === letters))).toBe(true)
})

test('nobody who stops where no stem goes on misses one', () => {
  const cut = STEMS.flatMap(({ letters }) => [...letters].map((_, at) => letters.slice(0, at + 1)))
  expect(cut.filter((letters) => found(letters, false) === NO_STEM)).toEqual([])
})

test.each([
  { letters: 'ignor', isWhole: false, concept: 'set-aside' },
  { letters: 'skip', isWhole: true, concept: 'set-aside' },
  { letters: 'skip', isWhole: false, concept: NO_CONCEPT },
  { letters: 'ign', isWhole: true, concept: NO_CONCEPT },
  { letters: 'ignm', isWhole: false, concept: NO_STEM },
])('"$letters" (whole word: $isWhole) is $concept', ({ letters, isWhole, concept }) => {
  const answer = found(letters, isWhole)
  expect(CONCEPT_STEMS[answer]?.concept ?? answer).toBe(concept)
})
