import { describe, expect, test } from 'vitest'
import type { ConversationMessage } from '../session/conversation.ts'
import { askingTexts } from './asking-texts.ts'

const user = (text: string): ConversationMessage => ({ role: 'user', text })
const says = (text: string, isSigned = true): ConversationMessage => ({
  role: 'assistant',
  text,
  toolCalls: [],
  isSigned,
})
const runs = (name: string): readonly ConversationMessage[] => [
  { role: 'assistant', text: '', toolCalls: [{ id: '1', name, arguments: '{}' }], isSigned: true },
  { role: 'tool', callId: '1', text: 'ok' },
]

describe('a question that the user says yes to asks in their place', () => {
  const ASKED = 'Kim wants to know. Shall I send an e-mail to kim@x.example that says "I agree"?'
  const EFFECT = 'send an e-mail to kim@x.example that says "I agree"?'
  test.each(['Yes, please.', 'yes', 'OK, go ahead!', 'Sure', 'Ja, bitte', 'Sí', 'Yes please do that'])(
    '%s',
    (answer) => {
      expect(askingTexts([user('Anything new?'), says(ASKED), user(answer)])).toEqual(['Anything new?', answer, EFFECT])
    },
  )

  test.each<[string, readonly ConversationMessage[]]>([
    ['that they answer with more than yes', [says(ASKED), user('Yes, but to Eve')]],
    ['that they decline', [says(ASKED), user('No')]],
    ['that is none', [says('I will send it to eve@x.example.'), user('Yes')]],
    ['that may not be the assistant’s own', [says(ASKED, false), user('Yes')]],
    ['that has been acted on', [says(ASKED), user('Yes'), ...runs('send_email')]],
    ['that came before another answer', [says(ASKED), user('Wait'), says('Fine.'), user('Yes')]],
  ])('not one %s', (_, messages) => {
    expect(askingTexts(messages).some((text) => text.includes('@'))).toBe(false)
  })
})
