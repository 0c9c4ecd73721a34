import { describe, expect, test } from 'vitest'
import { targetName } from './print-evaluation.ts'
import { parseOutputs } from './report-outputs.ts'

describe('-o', () => {
  test.each([
    ['report.md', 'markdown', 'report.md'],
    ['md=report.txt', 'markdown', 'report.txt'],
    ['markdown=report', 'markdown', 'report'],
    ['xml=a/junit', 'junit', 'a/junit'],
    ['junit=a=b.xml', 'junit', 'a=b.xml'],
    ['./a=b.md', 'markdown', './a=b.md'],
  ])('%s is written as %s to %s', (value, format, path) => {
    expect(parseOutputs([value])).toEqual({ ok: true, value: [{ format, path }] })
  })

  test.each(['report.pdf', 'pdf=report.md', 'md=', 'report'])(
    '%s is refused with the formats that there are',
    (value) => {
      const parsed = parseOutputs([value])
      expect(parsed.ok ? '' : parsed.failure[0]?.next).toContain('json, html, md, xml')
    },
  )
})

test.each([
  [
    { type: 'application', module: 'app/target.ts', release: `sha256:${'a'.repeat(64)}` },
    'application app/target.ts release sha256:aaaaaaaaaaaa',
  ],
  [
    { type: 'openai', model: 'gpt-5', baseUrl: 'https://api.example/v1', temperature: 0 },
    'openai gpt-5 https://api.example/v1',
  ],
  [{ type: 'command', command: ['node', 'bot.mjs'] }, 'command node bot.mjs'],
  [{ type: 'echo', delayMs: 5 }, 'echo'],
  [{ strange: 1 }, '{"strange":1}'],
  [null, 'null'],
])('the target %j is shown as %s', (identity, name) => expect(targetName(identity)).toBe(name))
