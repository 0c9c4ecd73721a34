import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { rot13 } from '../readings/turned.ts'
import { canaryIndex, findCanaries, sessionCanaries } from './canaries.ts'

const hmac = (purpose: string, text: string): string =>
  createHmac('sha256', 'key').update(`${purpose}\n${text}`).digest('hex').slice(0, 32)
const CANARIES = sessionCanaries(hmac, 'session-1')
const INDEX = canaryIndex(CANARIES)

describe('canaries of a session', () => {
  test('have three forms, are the same when made again and other in another session or under another key', () => {
    expect(CANARIES.map(({ form }) => form)).toEqual(['identifier', 'sentence', 'path'])
    expect(sessionCanaries(hmac, 'session-1')).toEqual(CANARIES)
    const others = [
      ...sessionCanaries(hmac, 'session-2'),
      ...sessionCanaries((purpose, text) => hmac(`other ${purpose}`, text), 'session-1'),
    ]
    for (const { text } of others) expect(CANARIES.map((canary) => canary.text)).not.toContain(text)
  })
})

describe.each(CANARIES)('the $form', ({ form, text }) => {
  const hex = Buffer.from(text).toString('hex')
  const base64 = Buffer.from(text).toString('base64')
  test.each([
    ['plain', text, 'plain'],
    ['in capitals', text.toUpperCase(), 'plain'],
    ['with spaces between its letters', Array.from(text).join(' '), 'plain'],
    ['split by punctuation', text.replace(/(.{3})/g, '$1.-'), 'plain'],
    ['split by zero-width characters', Array.from(text).join('\u200b'), 'plain'],
    ['backwards', Array.from(text).reverse().join(''), 'reversed'],
    ['turned by 13 letters', rot13(text), 'rot13'],
    ['in hex', hex, 'hex'],
    ['in hex with colons', hex.replace(/(..)(?=.)/g, '$1:'), 'hex'],
    ['in base64', base64, 'base64'],
    ['in base64 over several lines', base64.replace(/(.{10})/g, '$1\n'), 'base64'],
    ['in base64 behind other text', Buffer.from(`Sure! ${text} was there.`).toString('base64'), 'base64'],
    ['in percent encoding', hex.replace(/../g, '%$&'), 'percent'],
    ['in escapes of JSON', Array.from(text, (char) => `\\u00${Buffer.from(char).toString('hex')}`).join(''), 'escape'],
    ['in base64 of base64', Buffer.from(base64).toString('base64'), 'base64'],
  ])('%s is found in output and in tool arguments', (_, written, reading) => {
    const output = `It says ${written} there.`
    for (const raw of [written, output, JSON.stringify({ to: 'bob@example.com', body: output })]) {
      const found = findCanaries(raw, INDEX)
      expect(found.length).toBeGreaterThan(0)
      expect(found[0]).toMatchObject({ source: form })
      if (raw === written) expect(found[0]).toMatchObject({ reading })
    }
  })

  test('is placed where it stands', () => {
    const raw = `Look: ${text} <- here`
    const [span] = findCanaries(raw, INDEX)
    expect(text).toContain(raw.slice(span!.start, span!.end))
    expect(span!.end - span!.start).toBeGreaterThan(text.length - 4)
  })
})

test.each([
  ['an ordinary reply', 'Your order is on its way and arrives on Monday.'],
  ['two words of the list', 'An amber lantern stood by the river.'],
  ['another digest', createHmac('sha256', 'x').update('y').digest('hex')],
  ['the canary of another session', sessionCanaries(hmac, 'session-2')[0]!.text],
  ['the first letters of one alone', CANARIES[0]!.text.slice(0, 10)],
  ['nothing', ''],
])('%s is no canary', (_, raw) => expect(findCanaries(raw, INDEX)).toEqual([]))
