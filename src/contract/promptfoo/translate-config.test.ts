import {
  anything,
  asyncProperty,
  assert,
  constantFrom,
  dictionary,
  json,
  oneof,
  record,
  array,
  string,
} from 'fast-check'
import { expect, test } from 'vitest'
import { compilePattern } from '../../adapters/scoring/scoring-ports.ts'
import { fail } from '../../base/result.ts'
import { caseSchema } from '../suite/case-schema.ts'
import { parseSuiteHead } from '../suite/parse-suite.ts'
import { translatePromptfoo, type PromptfooPorts } from './translate-config.ts'

const ports: PromptfooPorts = {
  read: async (path) => fail({ code: 'files/not-found', message: `\`${path}\` is not there` }),
  isPattern: (pattern) => compilePattern(pattern) !== undefined,
}
const options = { casesFile: 'suites/x.jsonl', judge: undefined }

const scrap = oneof(json(), string(), constantFrom('{{q}}', 'file://x.txt', 'openai:gpt-x', '{{ q | f }}', 'echo'))
const type = constantFrom(
  'equals',
  'contains',
  'not-icontains-any',
  'is-json',
  'regex',
  'javascript',
  'llm-rubric',
  'assert-set',
  'latency',
  'word-count',
  'x',
)
const assertion = record(
  { type, value: anything({ maxDepth: 2 }), threshold: anything({ maxDepth: 0 }) },
  { requiredKeys: [] },
)
const oneTest = record(
  {
    vars: dictionary(constantFrom('q', 'r'), anything({ maxDepth: 1 })),
    assert: array(assertion, { maxLength: 4 }),
    options: anything({ maxDepth: 1 }),
    description: scrap,
  },
  { requiredKeys: [] },
)
const config = record(
  {
    description: scrap,
    prompts: oneof(scrap, array(scrap, { maxLength: 3 })),
    providers: oneof(scrap, array(oneof(scrap, anything({ maxDepth: 3 })), { maxLength: 3 })),
    tests: oneof(scrap, array(oneof(oneTest, scrap), { maxLength: 4 })),
    defaultTest: oneof(oneTest, scrap),
    scenarios: anything({ maxDepth: 4 }),
    evaluateOptions: anything({ maxDepth: 2 }),
    assertionTemplates: anything({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
)

test('any config gives a valid suite or problems with a code, and never throws', async () => {
  await assert(
    asyncProperty(config, async (value) => {
      const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
      const made = await translatePromptfoo('c.yaml', text, ports, options)
      if (!made.ok) return made.failure.every(({ code, message }) => code !== '' && message !== '')
      const head = parseSuiteHead('suites/x.yaml', made.value.head)
      expect(head).toMatchObject({ ok: true })
      expect(made.value.cases.length).toBeGreaterThan(0)
      const ids = new Set(made.value.cases.map(({ id }) => id))
      expect(ids.size).toBe(made.value.cases.length)
      return made.value.cases.every((one) => caseSchema.safeParse(one).success)
    }),
    { numRuns: 500 },
  )
})

test('any text is refused or translated, and never throws', async () => {
  await assert(
    asyncProperty(string({ unit: 'binary', maxLength: 400 }), async (text) => {
      const made = await translatePromptfoo('c.yaml', text, ports, options)
      return made.ok || made.failure.length > 0
    }),
    { numRuns: 500 },
  )
})

test('what a map merges (`<<`) is taken up, and its own keys win', async () => {
  const text = `base: &base { assert: [{ type: contains, value: x }], vars: { q: base } }
prompts: ['{{q}}']
tests:
  - <<: *base
    vars: { q: own }
`
  const made = await translatePromptfoo('c.yaml', text, ports, options)
  expect(made.ok && made.value.cases).toMatchObject([{ turns: ['own'], expect: [{ scorer: 'matches', pattern: 'x' }] }])
})
