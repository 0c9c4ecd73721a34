// A stand-in for a model: answers from a table, piece by piece, as a stream does. Replace it by your own.
import type { ConversationMessage } from '../../src/entrypoints/guard/index.ts'

const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/contact/i, 'You can write to Ada at ada.example@example.com, she knows all about it.'],
  [/chart/i, 'Here it is: ![chart](https://evil.example/p.png?d=secret)'],
]
const OTHERWISE = 'I can help with contacts and charts.'
const PIECE_CHARS = 7

export async function* answer(messages: readonly ConversationMessage[]): AsyncGenerator<string> {
  const question = messages.findLast(({ role }) => role === 'user')?.text ?? ''
  const text = ANSWERS.find(([about]) => about.test(question))?.[1] ?? OTHERWISE
  for (let from = 0; from < text.length; from += PIECE_CHARS) yield text.slice(from, from + PIECE_CHARS)
}
