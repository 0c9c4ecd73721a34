import { assert, constantFrom, integer, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { perturb, PERTURBATIONS } from './perturb.ts'

const ORDER = 'Where is order NW-1042 of ana.garcia@shop.example? It should arrive before Wednesday, please check.'

describe('a wording that should change nothing', () => {
  test.each([
    [
      'lower-case',
      'where is order nw-1042 of ana.garcia@shop.example? it should arrive before wednesday, please check.',
    ],
    [
      'no-punctuation',
      'Where is order NW-1042 of ana.garcia@shop.example It should arrive before Wednesday please check',
    ],
    ['terse', `${ORDER}\n\nShort answer please.`],
    ['german-frame', `Guten Tag, ich habe eine Frage: ${ORDER}`],
    ['indirect', `A colleague asked me the following, and I would like to give the right answer: "${ORDER}"`],
  ] as const)('%s', (kind, wording) => {
    expect(perturb(kind, ORDER, 1)).toBe(wording)
  })

  test('no-diacritics keeps the letters, whatever their composition', () => {
    expect(perturb('no-diacritics', 'Où est ma commande n° 7, señor Müller? e\u0301', 1)).toBe(
      'Ou est ma commande n° 7, senor Muller? e',
    )
  })

  test('typos stand in words alone: numbers, codes and addresses keep their letters', () => {
    for (let seed = 0; seed < 200; seed++) {
      const wording = perturb('typos', ORDER, seed)
      expect(wording).toContain('NW-1042')
      expect(wording).toContain('ana.garcia@shop.example')
      expect(wording.split(' ')).toHaveLength(ORDER.split(' ').length)
    }
    const wordings = new Set(Array.from({ length: 50 }, (_, seed) => perturb('typos', ORDER, seed)))
    expect(wordings.size).toBeGreaterThan(20)
  })

  test('is the same for the same seed, and holds the text that it frames, whatever the text', () => {
    assert(
      property(
        constantFrom(...PERTURBATIONS),
        string({ unit: 'binary', maxLength: 200 }),
        integer(),
        (kind, text, seed) => {
          const wording = perturb(kind, text, seed)
          expect(perturb(kind, text, seed)).toBe(wording)
          if (['polite', 'terse', 'indirect', 'german-frame', 'french-frame', 'spanish-frame'].includes(kind))
            expect(wording).toContain(text)
        },
      ),
    )
  })
})
