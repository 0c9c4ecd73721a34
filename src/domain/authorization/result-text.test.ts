import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readResult } from './result-text.ts'

const leavesOf = (text: string): readonly (readonly [string, string, number])[] =>
  readResult(text, undefined).leaves.map(({ path, text: value, record }) => [path.join('.'), value, record])

describe('a result that is text', () => {
  test('fields of a list are read per entry, folded and quoted scalars whole', () => {
    const text = [
      '- sender: a@x.example',
      "  body: 'Hi,",
      '',
      '    sender: b@x.example',
      "    Bye'",
      '  to:',
      '  - c@x.example',
      '- sender: d@x.example',
      '  body: Folded over',
      '    id: 7',
      '  id: 8',
    ].join('\n')
    expect(leavesOf(text)).toEqual([
      ['sender', 'a@x.example', 0],
      ['body', 'Hi,\n\nsender: b@x.example\nBye', 0],
      ['to', 'c@x.example', 0],
      ['sender', 'd@x.example', 1],
      ['body', 'Folded over\nid: 7', 1],
      ['id', '8', 1],
    ])
  })

  test('a block scalar holds what is deeper', () => {
    expect(leavesOf('a: |\n  b: c\nd: e')).toEqual([
      ['a', '\nb: c', 0],
      ['d', 'e', 0],
    ])
  })

  test.each(['<section>\n<p>sender: x</p>\n</section>', 'Dear all,\nsender: x', ''])('%j is free text', (text) => {
    expect(leavesOf(text)).toEqual([['', text, 0]])
  })

  test('literals as Python prints them', () => {
    expect(leavesOf("[{'name': 'it\\'s', 'open': True}, {'name': None, 'day': datetime.date(2024, 5, 1)}]")).toEqual([
      ['name', "it's", 0],
      ['open', 'true', 0],
      ['day', 'datetime.date(2024, 5, 1)', 1],
    ])
  })

  test.each(["[{'a': ", '[1, 2', '{a: 1}', "['x' 'y']", '['.repeat(500)])(
    '%j is no literal, and is free text',
    (text) => {
      expect(leavesOf(text)[0]?.[1]).toBe(text)
    },
  )

  test('whatever a tool returns, reading ends without an exception, and records cover the leaves', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), (noise) => {
        for (const text of [noise, `- a: ${noise}`, `k: '${noise}`, `[${noise}`]) {
          const { leaves, records } = readResult(text, undefined)
          expect(leaves.every(({ record }) => record <= Math.max(0, records.length - 1))).toBe(true)
        }
      }),
    )
  })
})

test('the entries of JSON lists are records, and names that are keys are read', () => {
  const { leaves, records } = readResult('', { hotels: [{ name: 'A' }, { 'Old Mill': '4.1' }] })
  expect(leaves.map(({ text, record }) => [text, record])).toEqual([
    ['A', 0],
    ['Old Mill', 1],
    ['4.1', 1],
  ])
  expect(records).toEqual(['A\n', 'Old Mill\n4.1\n'])
})
