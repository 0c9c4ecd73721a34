import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { OpenBrackets } from './open-brackets.ts'

/** All that is open is kept, and each blank line is looked at: the rules without what makes them quick. */
class Model {
  entries: number[]
  images: number
  #seen = 0

  constructor(entries: readonly number[], images: number) {
    this.entries = [...entries]
    this.images = images
  }

  open(index: number, image: 0 | 1): void {
    this.entries = [...this.entries, index * 2 + image].slice(-256)
    this.images += image
  }

  close(): number {
    const last = this.entries.pop() ?? -2
    this.images -= last & 1
    return last
  }

  endParagraph(text: string, at: number): void {
    for (let from = this.#seen; from < at; from++) {
      const blank = /^\n[ \t\r]{0,64}\n/.exec(text.slice(from))
      const end = from + (blank?.[0].length ?? 0) - 1
      if (blank === null || end >= at) continue
      this.entries = this.entries.filter((entry) => entry >> 1 > end)
      this.images = this.entries.filter((entry) => (entry & 1) === 1).length
    }
    this.#seen = at
  }
}

interface Piece {
  readonly unit: string
  readonly times: number
  readonly isTaken: boolean
}

const times = (unit: string, count: number): Piece => ({ unit, times: count, isTaken: false })

test('brackets are open and end as the rules say, in texts of any paragraphs', () => {
  const piece = record<Piece>({
    unit: constantFrom('[', '!', '!', ']', 'x', '\n', '\n\n', '\n \n\t\n'),
    times: constantFrom(1, 1, 2, 3, 300),
    isTaken: boolean(),
  })
  const before = array(constantFrom(-1, -2), { maxLength: 3 })
  assert(
    property(array(piece, { maxLength: 25 }), before, integer({ min: 0, max: 2 }), (pieces, entries, lost) => {
      const text = pieces.map(({ unit, times }) => (unit === '!' ? '![' : unit).repeat(times)).join('')
      const images = lost + entries.filter((entry) => entry === -1).length
      const brackets = new OpenBrackets(text, entries, images)
      const model = new Model(entries, images)
      let at = 0
      for (const { unit, times, isTaken } of pieces)
        for (let time = 0; time < times; time++) {
          if (unit === ']') {
            brackets.endParagraph(at)
            model.endParagraph(text, at)
            expect(brackets.close()).toBe(model.close())
            if (isTaken && brackets.last >= 0) {
              brackets.takeLast()
              model.entries.push(((model.entries.pop() ?? 0) & 1) - 2)
            }
          } else if (unit === '[' || unit === '!') {
            const image = unit === '!' ? 1 : 0
            brackets.open(at + image, image)
            model.open(at + image, image)
          }
          at += unit === '!' ? 2 : unit.length
          expect(brackets.images).toBe(model.images)
        }
      brackets.endParagraph(at)
      model.endParagraph(text, at)
      expect([brackets.entries, brackets.images]).toEqual([model.entries, model.images])
    }),
    // Images whose brackets were lost stay open after all others were closed.
    { numRuns: 800, examples: [[[times('!', 300), times(']', 280), times('\n\n', 1), times(']', 1)], [], 0]] },
  )
})
