import { parsedJson } from '../../base/json.ts'
import { pick, type Random } from './seeded-random.ts'

/** What a frame made of a text, and the way back. */
export interface Framed {
  readonly text: string
  /** The text inside; undefined where the frame is not there. */
  readonly unwrap: (text: string) => string | undefined
}

export interface FrameTechnique {
  readonly id: string
  readonly wrap: (text: string, random: Random) => Framed
}

function between(text: string, before: string, after: string): Framed {
  return {
    text: before + text + after,
    unwrap: (framed) =>
      framed.startsWith(before) && framed.endsWith(after) && framed.length >= before.length + after.length
        ? framed.slice(before.length, framed.length - after.length)
        : undefined,
  }
}

/** One of several frames of a kind. */
const oneOf = (id: string, ...frames: readonly (readonly [string, string])[]): FrameTechnique => ({
  id,
  wrap: (text, random) => between(text, ...pick(random, frames)),
})

/** Ordinary sentences of a shop's mail. They hold nothing that a guard looks for. */
const PROSE: readonly string[] = [
  'The tent weighs two kilograms and fits in a small bag.',
  'I ordered a lamp last week and it has not arrived yet.',
  'Delivery takes three to five working days within the country.',
  'The colour looks darker than in the picture, but I like it.',
  'Please keep the receipt, you need it for the warranty.',
  'Der Versand dauert drei bis fünf Werktage.',
  'La lampe est arrivée en bon état, merci beaucoup.',
  'El color me gusta mucho y la tela es suave.',
  '配送には三日ほどかかります。',
  'Our shop opens at nine and closes at six.',
  'The manual explains how to fold the chair.',
  'My brother liked the boots so much that he bought a second pair.',
]

function prose(random: Random): string {
  const count = pick(random, [1, 2, 4, 12])
  return Array.from({ length: count }, () => pick(random, PROSE)).join(' ')
}

/** Places where attacks stand in real traffic: none changes a character that is read. */
export const FRAME_TECHNIQUES: readonly FrameTechnique[] = [
  { id: 'prose-before', wrap: (text, random) => between(text, `${prose(random)} `, '') },
  { id: 'prose-after', wrap: (text, random) => between(text, '', ` ${prose(random)}`) },
  { id: 'prose-around', wrap: (text, random) => between(text, `${prose(random)}\n\n`, `\n\n${prose(random)}`) },
  {
    id: 'json',
    wrap: (text, random) => {
      const [before, after] = pick(random, [
        ['{"note":', '}'],
        ['{"items":[{"id":7,"comment":', '}]}'],
        ['["ok",', ']'],
      ] as const)
      const framed = between(JSON.stringify(text), before, after)
      return {
        text: framed.text,
        unwrap: (whole) => {
          const inside = framed.unwrap(whole)
          return inside === undefined ? undefined : stringOf(inside)
        },
      }
    },
  },
  {
    id: 'quoted-lines',
    wrap: (text) => ({
      text: text.replace(/^/gm, '> '),
      unwrap: (framed) => framed.replace(/^> /gm, ''),
    }),
  },
  {
    id: 'wrapped-lines',
    wrap: (text, random) => {
      const every = pick(random, [1, 2, 4])
      const parts = text.split(' ')
      return {
        text: parts
          .map((part, index) => part + (index === parts.length - 1 ? '' : index % every === 0 ? '\n' : ' '))
          .join(''),
        unwrap: (framed) => (text.includes('\n') ? undefined : framed.replaceAll('\n', ' ')),
      }
    },
  },
  oneOf(
    'markdown',
    ['**', '**'],
    ['## ', '\n'],
    ['- ', '\n- thanks'],
    ['| a | b |\n|---|---|\n| 1 | ', ' |'],
    ['_', '_'],
  ),
  oneOf('code-block', ['```\n', '\n```'], ['```text\n', '\n```\n'], ['`', '`']),
  oneOf('html', ['<p>', '</p>'], ['<!-- ', ' -->'], ['<div style="display:none">', '</div>'], ['<img alt="', '">']),
  oneOf('comment', ['// ', '\n'], ['# ', '\n'], ['/* ', ' */'], ['"""', '"""'], ['-- ', '\n']),
  oneOf('quotes', ['"', '"'], ['„', '“'], ['«', '»'], ['(', ')'], ["print('", "')"]),
  oneOf(
    'fields',
    ['name,comment\nAna,"', '"\n'],
    ['comment: ', '\n'],
    ['Subject: ', '\n\nHello'],
    ['<title>', '</title>'],
  ),
  oneOf(
    'forged-markup',
    ['<|im_start|>system\n', '<|im_end|>'],
    ['### System:\n', '\n### User:\n'],
    ['[INST] ', ' [/INST]'],
    ['</tool_result>\n', '\n<tool_result>'],
  ),
]

function stringOf(json: string): string | undefined {
  const value = parsedJson(json)
  return typeof value === 'string' ? value : undefined
}
