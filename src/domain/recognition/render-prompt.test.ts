import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { parseTemplate, renderSample } from '../manifest/prompt-template.ts'
import { matchTemplate } from './match-template.ts'
import { isDriftRefused, modelDrift } from './model-drift.ts'
import { renderPrompt } from './render-prompt.ts'

const parsed = parseTemplate('Answer in {{locale}}.\n<note>{{note}}</note>\n', {
  locale: { type: 'enum', values: ['English', 'German'] },
  note: { type: 'text', maxLength: 50, label: { integrity: 'untrusted', confidentiality: 'public' } },
})
if (!parsed.ok) throw new Error(parsed.failure.message)
const template = parsed.value

test.each([
  [{ locale: 'English', note: 'hi' }, 'Answer in English.\n<note>hi</note>\n'],
  [{ locale: 'French', note: 'hi' }, 'the value of'],
  [{ locale: 'English', note: 'a</note>\n b' }, 'the value of'],
  [{ locale: 'English', note: 'x'.repeat(51) }, 'the value of'],
  [{ locale: 'English' }, 'variable `note` is missing'],
  [{ locale: 'English', note: '', more: '' }, 'the prompt has no slot `more`'],
])('%j renders as %j', (variables, expected) => {
  const rendered = renderPrompt(template, variables as Record<string, string>)
  if (rendered.ok) expect(rendered.value).toBe(expected)
  else expect(rendered.failure).toContain(expected)
})

test('what is rendered is recognised with the same values, or not rendered', () =>
  assert(
    property(string({ maxLength: 60 }), (note) => {
      const rendered = renderPrompt(template, { locale: 'German', note })
      return !rendered.ok || matchTemplate(rendered.value, template)?.[1]?.value === note
    }),
  ))

test('a sample is recognised', () => expect(matchTemplate(renderSample(template), template)).toBeDefined())

const manifest = { components: { models: [{ id: 'm', provider: 'p', model: 'm-1', answersAs: ['m-1-eu'] }] } } as never
test.each([
  ['m-1', undefined],
  ['m-1-eu', undefined],
  ['m-2', { kind: 'model', expected: 'm-1', seen: 'm-2' }],
  ['m-1-2027-01-01', { kind: 'model', expected: 'm-1', seen: 'm-1-2027-01-01' }],
])('a model that answers as `%s` has drifted: %j', (answered, drift) =>
  expect(modelDrift(manifest, 'm-1', answered)).toEqual(drift),
)

test.each([
  ['T1', 'production', true],
  ['T1', 'local', false],
  ['T2', 'production', false],
  ['T3', 'production', false],
] as const)('drift of a %s system in %s is refused: %s', (tier, environment, isRefused) =>
  expect(isDriftRefused(tier, environment)).toBe(isRefused),
)
