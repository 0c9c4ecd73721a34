import { describe, expect, test } from 'vitest'
import { guardedManifest } from '../../../test/support/guarded-manifest.ts'
import type { Json } from '../../base/json.ts'
import type { OpaquePolicy } from '../manifest/guard-authority.ts'
import type { Manifest, ResultLabel } from '../manifest/manifest.ts'
import type { ConversationMessage } from '../session/conversation.ts'
import { labelOfConversation } from './labels.ts'
import { seenResults, withholdResults, type WithheldResults } from './withheld-results.ts'
import { toolResultsOf } from '../session/conversation.ts'

const LONG = 'A long text that somebody wrote on a page of the web. '.repeat(3)

function manifestWith(opaque: Partial<OpaquePolicy>, result?: ResultLabel): Manifest {
  const own = guardedManifest({ id: 'search_web', ...(result === undefined ? {} : { result }) })
  return { ...own, guard: { opaque: { fromChars: 40, ...opaque } } }
}

function asked(
  ...results: readonly (readonly [tool: string, content: Json, callId?: string])[]
): ConversationMessage[] {
  return [
    { role: 'user', text: 'Look it up.' },
    ...results.flatMap(([name, content, id = `c-${name}`]): ConversationMessage[] => [
      { role: 'assistant', text: '', toolCalls: [{ id, name, arguments: '{}' }], isSigned: true },
      { role: 'tool', callId: id, text: typeof content === 'string' ? content : JSON.stringify(content) },
    ]),
  ]
}

function withheld(messages: readonly ConversationMessage[], manifest: Manifest): WithheldResults {
  const own = withholdResults(messages, manifest)
  if (own === undefined) throw new Error('the manifest withholds nothing')
  return own
}

describe('a result', () => {
  test.each<[string, Json, string, Partial<OpaquePolicy>, boolean]>([
    ['that is untrusted and long is withheld', LONG, 'search_web', {}, true],
    ['that is shorter than the bound is shown', 'short', 'search_web', {}, false],
    ['of a tool that is excepted is shown', LONG, 'search_web', { except: ['search_web'] }, false],
    ['that its tool labels as curated is shown', LONG, 'lookup_order', {}, false],
    ['of a tool that nobody declared is withheld', LONG, 'nope', {}, true],
  ])('%s', (_, ...[content, tool, opaque, isWithheld]) => {
    const { seen, variables } = withheld(asked([tool, content]), manifestWith(opaque))
    expect(seen.has(2)).toBe(isWithheld)
    expect(variables.size).toBe(isWithheld ? 1 : 0)
    if (isWithheld) expect(seen.get(2)?.shown).not.toContain('somebody')
  })

  test('nothing is withheld without the key', () => {
    expect(withholdResults(asked(['search_web', LONG]), guardedManifest())).toBeUndefined()
  })

  test('taints the conversation where it is shown, and not where it is withheld', () => {
    const messages = asked(['search_web', LONG])
    const manifest = manifestWith({})
    const { seen } = withheld(messages, manifest)
    expect(labelOfConversation(messages, manifest)).toEqual({ integrity: 'untrusted', confidentiality: 'tenant' })
    expect(labelOfConversation(messages, manifest, seen)).toEqual({ integrity: 'user', confidentiality: 'public' })
  })

  test('tells the fields that are bounded, at the trust of the user and the confidentiality of the field', () => {
    const page = { rating: 4, open: true, note: LONG, owner: { since: '2020-02-30' } }
    const reveal: OpaquePolicy['reveal'] = [
      { tool: 'search_web', field: 'rating', schema: { type: 'integer', minimum: 0, maximum: 5 } },
      { tool: 'search_web', field: 'owner.since', schema: { type: 'string', format: 'date' } },
      { tool: 'lookup_order', field: 'open', schema: { type: 'boolean' } },
    ]
    const messages = asked(['search_web', page])
    const { seen } = withheld(messages, manifestWith({ reveal }))
    expect(seen.get(2)).toMatchObject({
      read: '{"rating":4,"owner.since":null}',
      label: { integrity: 'user', confidentiality: 'tenant' },
    })
    expect(JSON.parse(seen.get(2)?.shown ?? '')).toMatchObject({ fields: { rating: 4, 'owner.since': null } })
  })

  test('tells no more than the budget of the conversation, counted from its beginning', () => {
    const page = (rating: number): Json => ({ rating, note: LONG })
    const reveal: OpaquePolicy['reveal'] = [
      { tool: 'search_web', field: 'rating', schema: { type: 'integer', minimum: 1, maximum: 7 } },
    ]
    const pages = [1, 2, 3].map((rating) => ['search_web', page(rating), `c${rating}`] as const)
    const { seen } = withheld(asked(...pages), manifestWith({ reveal, bitsPerSession: 7 }))
    expect([2, 4, 6].map((index) => seen.get(index)?.read)).toEqual(['{"rating":1}', '{"rating":2}', '{}'])
  })

  test('that is trusted but for some fields is shown without these', () => {
    const label: ResultLabel = {
      integrity: 'curated',
      confidentiality: 'tenant',
      fields: {
        'mails.body': { integrity: 'untrusted', confidentiality: 'tenant' },
        'mails.subject': { integrity: 'untrusted', confidentiality: 'tenant' },
      },
    }
    const manifest = manifestWith({}, label)
    const hidden = asked([
      'search_web',
      {
        mails: [
          { id: 'm1', body: LONG },
          { id: 'm2', body: { html: LONG } },
        ],
      },
    ])
    const { seen, variables } = withheld(hidden, manifest)
    const shown = JSON.parse(seen.get(2)?.shown ?? '') as { mails: { id: string; body: string }[] }
    expect(shown.mails.map(({ id }) => id)).toEqual(['m1', 'm2'])
    expect(shown.mails.map(({ body }) => variables.get(body)?.text)).toEqual([LONG, JSON.stringify({ html: LONG })])
    expect(seen.get(2)?.label.integrity).toBe('curated')
    // A field that is short enough to be shown taints like any untrusted text.
    const mixed = asked(['search_web', { mails: [{ subject: 'pay now', body: LONG }] }])
    expect(withheld(mixed, manifest).seen.get(2)?.label.integrity).toBe('untrusted')
    expect(labelOfConversation(hidden, manifest).integrity).toBe('untrusted')
  })
})

describe('a name', () => {
  test('stays the same when the history before it is cut off', () => {
    const messages = asked(['search_web', `1 ${LONG}`, 'c1'], ['search_web', `2 ${LONG}`, 'c2'])
    const whole = [...withheld(messages, manifestWith({})).variables.keys()]
    const cut = [
      ...withheld([messages[0] as ConversationMessage, ...messages.slice(3)], manifestWith({})).variables.keys(),
    ]
    expect(cut).toEqual(whole.slice(1))
  })

  test('that two texts of one call come to stands for neither', () => {
    // Same call, same length, same beginning: the name is made from these.
    const text = 'x'.repeat(5_000)
    const messages = asked(['search_web', `${text}a`, 'c1'], ['search_web', `${text}b`, 'c1'])
    expect([...withheld(messages, manifestWith({})).variables.values()].map(({ isAmbiguous }) => isAmbiguous)).toEqual([
      true,
    ])
  })
})

test('whoever follows values reads what the model saw', () => {
  const messages = asked(['search_web', { note: LONG }], ['lookup_order', { id: 'o-1' }])
  const results = toolResultsOf(messages)
  const own = seenResults(messages, results, withheld(messages, manifestWith({})))
  expect(own.map(({ text }) => text)).toEqual(['{}', '{"id":"o-1"}'])
  expect(own.map(({ tool }) => tool)).toEqual(['search_web', 'lookup_order'])
})
