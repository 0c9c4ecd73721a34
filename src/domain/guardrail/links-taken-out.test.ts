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

test('a link that is taken out leaves no address that renderers link by themselves', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }), (pieces) => {
      expect(guardText(pieces.join(''), output).text).not.toMatch(/https:..evil/)
    }),
    { numRuns: 5_000 },
  )
})
