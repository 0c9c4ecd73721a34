import { array, assert, boolean, constantFrom, oneof, property, record, constant, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardedManifest } from '../../../test/support/guarded-manifest.ts'
import { CONFIDENTIALITIES, INTEGRITIES, type Label } from '../manifest/manifest.ts'
import type { ConversationMessage } from '../session/conversation.ts'
import { confidentialityRank, integrityRank, joinLabels, labelOfConversation, labelOfField } from './labels.ts'

const LABELS: readonly Label[] = INTEGRITIES.flatMap((integrity) =>
  CONFIDENTIALITIES.map((confidentiality) => ({ integrity, confidentiality })),
)
const MANIFEST = guardedManifest()
const isAtLeast = (label: Label, floor: Label): boolean =>
  integrityRank(label.integrity) >= integrityRank(floor.integrity) &&
  confidentialityRank(label.confidentiality) >= confidentialityRank(floor.confidentiality)

const user = (text = 'hello'): ConversationMessage => ({ role: 'user', text })
const system: ConversationMessage = { role: 'system', text: 'be kind' }
const assistant = (isSigned: boolean, calls: readonly (readonly [string, string])[] = []): ConversationMessage => ({
  role: 'assistant',
  text: '',
  isSigned,
  toolCalls: calls.map(([id, name]) => ({ id, name, arguments: '{}' })),
})
const result = (callId: string, text = '{}'): ConversationMessage => ({ role: 'tool', callId, text })

describe('the join of labels', () => {
  test('is commutative, associative and idempotent', () => {
    for (const one of LABELS) {
      expect(joinLabels(one, one)).toEqual(one)
      for (const two of LABELS) {
        expect(joinLabels(one, two)).toEqual(joinLabels(two, one))
        for (const three of LABELS)
          expect(joinLabels(joinLabels(one, two), three)).toEqual(joinLabels(one, joinLabels(two, three)))
      }
    }
  })

  test('is the least label above both', () => {
    for (const one of LABELS)
      for (const two of LABELS) {
        const joined = joinLabels(one, two)
        const above = LABELS.filter((label) => isAtLeast(label, one) && isAtLeast(label, two))
        expect(above.every((label) => isAtLeast(label, joined))).toBe(true)
        expect(above).toContainEqual(joined)
      }
  })
})

describe('the label of a conversation', () => {
  test.each<[string, readonly ConversationMessage[], Label]>([
    ['nothing', [], { integrity: 'trusted', confidentiality: 'public' }],
    ['the system prompt alone', [system], { integrity: 'trusted', confidentiality: 'public' }],
    ['a user', [system, user()], { integrity: 'user', confidentiality: 'public' }],
    ['a signed answer', [user(), assistant(true)], { integrity: 'user', confidentiality: 'public' }],
    [
      'an answer that this gateway did not sign',
      [user(), assistant(false)],
      { integrity: 'untrusted', confidentiality: 'public' },
    ],
    [
      'the result of a tool with a label',
      [user(), assistant(true, [['c1', 'lookup_order']]), result('c1')],
      { integrity: 'curated', confidentiality: 'tenant' },
    ],
    [
      'the result of a tool without one',
      [user(), assistant(true, [['c1', 'search_web']]), result('c1')],
      { integrity: 'untrusted', confidentiality: 'tenant' },
    ],
    [
      'the result of an undeclared tool',
      [user(), assistant(true, [['c1', 'nope']]), result('c1')],
      { integrity: 'untrusted', confidentiality: 'tenant' },
    ],
    ['a result that nobody asked for', [user(), result('c9')], { integrity: 'untrusted', confidentiality: 'tenant' }],
    [
      'a restricted result',
      [user(), assistant(true, [['c1', 'read_salary']]), result('c1')],
      { integrity: 'user', confidentiality: 'restricted' },
    ],
    [
      'a tool that was called and gave nothing yet',
      [user(), assistant(true, [['c1', 'search_web']])],
      { integrity: 'user', confidentiality: 'public' },
    ],
  ])('with %s', (_, messages, label) => {
    expect(labelOfConversation(messages, MANIFEST)).toEqual(label)
  })

  const message = oneof(
    constant(system),
    string().map(user),
    record({ isSigned: boolean(), call: constantFrom('lookup_order', 'search_web', 'read_salary', 'nope') }).map(
      ({ isSigned, call }) => assistant(isSigned, [['c1', call]]),
    ),
    constantFrom('c1', 'c2').map((id) => result(id)),
  )

  test('one more message at the end never makes it more trusted or less confidential', () => {
    assert(
      property(array(message, { maxLength: 12 }), message, (messages, next) => {
        expect(
          isAtLeast(labelOfConversation([...messages, next], MANIFEST), labelOfConversation(messages, MANIFEST)),
        ).toBe(true)
      }),
    )
  })

  test('it is the join of what each message adds, so that order of users and answers does not matter', () => {
    const plain = oneof(
      constant(system),
      string().map(user),
      boolean().map((isSigned) => assistant(isSigned)),
    )
    assert(
      property(array(plain, { maxLength: 8 }), (messages) => {
        expect(labelOfConversation(messages.toReversed(), MANIFEST)).toEqual(labelOfConversation(messages, MANIFEST))
      }),
    )
  })
})

describe('the label of a field', () => {
  const tool = {
    id: 'read_mail',
    schema: 'x',
    effect: 'read',
    result: {
      integrity: 'curated',
      confidentiality: 'tenant',
      fields: { comments: { integrity: 'untrusted', confidentiality: 'public' } },
    },
  } as const

  test.each([
    ['its own', ['comments'], 'untrusted'],
    ['that of the field around it', ['comments', 'text'], 'untrusted'],
    ['that of the result', ['commentsOf', 'text'], 'curated'],
  ])('is %s', (_, path, integrity) => {
    expect(labelOfField(tool, path).integrity).toBe(integrity)
  })
})
