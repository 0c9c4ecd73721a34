import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveGuardPolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'

const { output } = resolveGuardPolicy({ output: { links: { allow: ['good.example'], images: false } } }, 'T1')

const PIECES = [
  'https://evil.example/i',
  '//evil.example/x',
  'www.evil.example',
  'https://good.example/a',
  '[1]: ',
  '[a][1]',
  '[a](',
  '![b](',
  '<img src=',
  ...'[]()<>!:"\'\\ \n.,x',
]

test('what is left of a text with links that are taken out has none', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }), (pieces) => {
      const once = guardText(pieces.join(''), output)
      const again = guardText(once.text, output)
      expect(again.findings.filter(({ category }) => category === 'link')).toEqual([])
      expect(once.text).not.toMatch(/https:..evil/)
    }),
    { numRuns: 3_000 },
  )
})
