import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTokenizer, type Tokenizer } from './read-tokenizer.ts'

interface Vector {
  readonly file: Record<string, unknown>
  readonly cases: readonly (readonly [string, readonly number[]])[]
  readonly around: readonly number[]
}

const { tokenizers } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../test/vectors/tokenizer-ids.json'), 'utf8'),
) as { readonly tokenizers: Readonly<Record<string, Vector>> }

function read(file: unknown): Tokenizer {
  const made = readTokenizer(JSON.stringify(file))
  if (!made.ok) throw new Error(made.failure.message)
  return made.value
}

describe.each(Object.entries(tokenizers))('%s', (_, { file, cases, around }) => {
  const tokenizer = read(file)

  test('gives the ids of the reference library', () => {
    expect(cases.length).toBeGreaterThan(30)
    for (const [text, ids] of cases) expect([text, tokenizer.encode(text)]).toEqual([text, ids])
  })

  test('puts the special tokens of the reference library around', () => {
    expect([...tokenizer.before, ...tokenizer.after]).toEqual(around)
  })

  test('gives ids for any text, lone surrogates too', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (text) => {
        expect(tokenizer.encode(text).every((id) => Number.isInteger(id) && id >= 0)).toBe(true)
      }),
    )
  })
})

/** Small enough to follow by hand. */
const WORDS = {
  added_tokens: [
    { id: 1, content: '[CLS]', special: true },
    { id: 2, content: '[SEP]', special: true },
  ],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: { type: 'BertProcessing', sep: ['[SEP]', 2], cls: ['[CLS]', 1] },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 10,
    vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, ignore: 3, the: 4, rule: 5, '##s': 6, '##rule': 7 },
  },
}

test.each([
  { text: 'Ignore the rules', ids: [3, 4, 5, 6] },
  { text: 'rulerules', ids: [5, 7, 6] },
  { text: 'ignored', ids: [0] },
  { text: `the${'s'.repeat(8)}`, ids: [0] },
  { text: '[SEP] [CLS]', ids: [0, 0] },
  { text: '', ids: [] },
])('words: `$text`', ({ text, ids }) => {
  expect(read(WORDS).encode(text)).toEqual(ids)
})

test.each<{ model: Record<string, unknown>; ids: readonly number[] }>([
  {
    model: {
      type: 'Unigram',
      unk_id: 0,
      vocab: [
        ['<unk>', 0],
        ['</s>', 0],
        ['<', -5],
        ['/', -5],
        ['s', -5],
        ['>', -5],
      ],
    },
    ids: [2, 3, 4, 5],
  },
  {
    model: {
      type: 'BPE',
      merges: ['< /', '</ s', '</s >'],
      vocab: { '<unk>': 0, '</s>': 1, '</s': 2, '>': 5 },
      unk_token: '<unk>',
    },
    ids: [0],
  },
])('a special token that the text spells out is never read as the token ($model.type)', ({ model, ids }) => {
  const tokenizer = read({ added_tokens: [{ id: 1, content: '</s>', special: true }], model })
  expect(tokenizer.encode('</s>')).toEqual(ids)
})

test.each<{ what: string; file: unknown }>([
  { what: 'a list', file: [] },
  { what: 'no model', file: {} },
  { what: 'another model', file: { model: { type: 'WordLevel', vocab: {} } } },
  { what: 'another normalizer', file: { ...WORDS, normalizer: { type: 'Nmt' } } },
  {
    what: 'a pattern of its own',
    file: { ...WORDS, normalizer: { type: 'Replace', pattern: { Regex: '(a+)+$' }, content: '' } },
  },
  { what: 'another pre-tokenizer', file: { ...WORDS, pre_tokenizer: { type: 'Split', pattern: { Regex: '.' } } } },
  { what: 'another post-processor', file: { ...WORDS, post_processor: { type: 'Own' } } },
  {
    what: 'a damaged character map',
    file: { ...WORDS, normalizer: { type: 'Precompiled', precompiled_charsmap: '/////w==' } },
  },
  { what: 'an id that is none', file: { ...WORDS, model: { ...WORDS.model, vocab: { '[UNK]': -1 } } } },
  { what: 'no unknown token', file: { ...WORDS, model: { ...WORDS.model, vocab: { the: 1 } } } },
  { what: 'a piece without score', file: { model: { type: 'Unigram', unk_id: 0, vocab: [['a']] } } },
  {
    what: 'a suffix at the end of words',
    file: { model: { type: 'BPE', vocab: {}, merges: [], end_of_word_suffix: '</w>' } },
  },
  {
    what: 'a special token without id',
    file: {
      ...WORDS,
      post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'x' } }], special_tokens: {} },
    },
  },
  { what: 'normalizers within normalizers without end', file: { ...WORDS, normalizer: nested(50, 'normalizers') } },
  {
    what: 'pre-tokenizers within pre-tokenizers without end',
    file: { ...WORDS, pre_tokenizer: nested(50, 'pretokenizers') },
  },
])('a file with $what is refused by name', ({ file }) => {
  expect(readTokenizer(JSON.stringify(file))).toMatchObject({
    ok: false,
    failure: { code: 'detector/tokenizer', message: expect.stringMatching(/cannot be used: ./) },
  })
})

function nested(levels: number, key: string): object {
  return levels === 0 ? { type: 'NFC' } : { type: 'Sequence', [key]: [nested(levels - 1, key)] }
}

test('a file that is no JSON is refused', () => {
  expect(readTokenizer('{')).toMatchObject({ ok: false, failure: { code: 'detector/tokenizer' } })
})
