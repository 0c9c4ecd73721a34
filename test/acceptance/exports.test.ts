// What `eval run`, `eval show`, `eval merge` and `redteam report` write for other tools and for people, against golden files.
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { VERSION } from '../../src/entrypoints/cli/version.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { redteamCampaign } from '../support/redteam-campaign.ts'
import { tempFolder } from '../support/temp-folder.ts'

const golden = (name: string): string => join(import.meta.dirname, '..', 'golden', 'exports', name)
const cleanUp = new AsyncDisposableStack()
let folder: string

const HOSTILE = '=cmd()|<script>alert(1)</script> ::error::x \u001b[31m \u202e & "quoted"'

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  const cases = [
    { id: 'good', turns: ['It was sent today'], tags: ['order'], risks: ['LLM09'], language: 'en' },
    { id: 'bad', turns: [HOSTILE], tags: ['order'], risks: ['LLM01', 'LLM02'] },
    { id: 'unsure', turns: ['ok sent'], expect: [{ scorer: 'language', is: 'en' }] },
    { id: 'also-good', turns: ['Sent', 'It was sent'], weight: 2 },
  ]
  const line = (one: object): string => JSON.stringify({ expect: [{ scorer: 'contains', any: ['sent'] }], ...one })
  await writeFile(join(folder, 'cases.jsonl'), `${cases.map(line).join('\n')}\n`)
  for (const [name, criteria] of [
    ['decided.yaml', 'criteria:\n  - { id: sent, metric: contains, atMost: 0.01 }\n'],
    ['plain.yaml', ''],
  ] as const)
    await writeFile(
      join(folder, name),
      `apiVersion: gatehouse.dev/v1\nkind: Suite\nmetadata: { id: orders, version: 1.2.0, title: Orders }\npurpose: quality\ntarget: { type: echo }\ncases: cases.jsonl\n${criteria}`,
    )
  await writeFile(join(folder, 'campaign.json'), redteamCampaign(HOSTILE))
})
afterAll(() => cleanUp.disposeAsync())

async function cli(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

const written = async (name: string): Promise<string> =>
  (await readFile(join(folder, name), 'utf8')).replaceAll(VERSION, '<version>')

const FILES = [
  'eval.json',
  'eval.html',
  'eval.md',
  'eval.xml',
  'eval.jsonl',
  'eval.csv',
  'eval.sarif',
  'github=eval-github.txt',
  'gitlab=eval-gitlab.json',
] as const
const nameOf = (output: string): string => output.slice(output.indexOf('=') + 1)

describe('eval run', () => {
  let id: string
  beforeAll(async () => {
    const ran = await cli('eval', 'run', 'decided.yaml', ...FILES.flatMap((output) => ['-o', output]))
    expect(ran.code).toBe(1)
    id = /run (\S+)\n/.exec(ran.error)?.[1] ?? ''
  })

  test.each(FILES)('writes %s as the golden file has it', async (output) => {
    const text = await written(nameOf(output))
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    if (!output.endsWith('eval.json')) expect(text).not.toMatch(/[\u001b\u202e]/)
    await expect(text).toMatchFileSnapshot(golden(nameOf(output)))
  })

  test('points SARIF, GitHub and GitLab at the line of the case', async () => {
    const sarif = JSON.parse(await written('eval.sarif')) as {
      runs: [{ results: { level: string; locations: [{ physicalLocation: { region: { startLine: number } } }] }[] }]
    }
    const places = sarif.runs[0].results.map(({ level, locations }) => [
      level,
      locations[0].physicalLocation.region.startLine,
    ])
    expect(places).toEqual([
      ['warning', 2],
      ['warning', 3],
    ])
    expect(await written('eval-github.txt')).toMatch(/^::warning file=cases\.jsonl,line=2,/)
    expect(JSON.parse(await written('eval-gitlab.json'))).toMatchObject([
      { location: { path: 'cases.jsonl', lines: { begin: 2 } } },
      { location: { path: 'cases.jsonl', lines: { begin: 3 } } },
    ])
  })

  test('writes the cases as JUnit tests where no criterion decides', async () => {
    expect((await cli('eval', 'run', 'plain.yaml', '-o', 'plain.xml')).code).toBe(3)
    await expect(await written('plain.xml')).toMatchFileSnapshot(golden('eval-plain.xml'))
  })

  test('writes the same bytes again, from `eval show` as well', async () => {
    for (const output of FILES) {
      const [format, name] = output.includes('=') ? output.split('=') : ['', output]
      const again = `again-${name ?? ''}`
      const shown = await cli('eval', 'show', id, '-o', format === '' ? again : `${format ?? ''}=${again}`)
      expect(shown.code).toBe(1)
      expect(await written(again)).toBe(await written(nameOf(output)))
    }
  })

  test('refuses a format before it runs anything', async () => {
    const before = await cli('eval', 'list', '--json')
    const refused = await cli('eval', 'run', 'decided.yaml', '-o', 'r.doc', '-o', 'pdf=r.pdf')
    expect(refused.code).toBe(2)
    expect(refused.error.match(/\[eval\/format\]/g)).toHaveLength(2)
    expect((await cli('eval', 'list', '--json')).out).toBe(before.out)
  })

  test('says so when a file cannot be written', async () => {
    const ran = await cli('eval', 'run', 'decided.yaml', '-o', 'no/such/folder/r.csv')
    expect(ran.code).toBe(2)
    expect(ran.error).toContain('[eval/unwritable]')
    await expect(stat(join(folder, 'no'))).rejects.toThrow()
  })
})

describe('eval show', () => {
  test.each([
    ['an id that is none', '../x'],
    ['an id that is not kept', '01M8ARN1FX8FP6W2PEF09D6QEZ'],
  ])('refuses %s', async (_, id) => {
    const shown = await cli('eval', 'show', id)
    expect(shown).toMatchObject({ code: 2, out: '' })
    expect(shown.error).toContain('[eval/no-run]')
  })

  test('prints what the run printed, and its exit code', async () => {
    const ran = await cli('eval', 'run', 'decided.yaml', '--json')
    const { runs } = JSON.parse((await cli('eval', 'list', '--json')).out) as { runs: { id: string }[] }
    const shown = await cli('eval', 'show', runs[0]?.id ?? '', '--json')
    expect(shown.out).toBe(ran.out)
    expect(shown.code).toBe(ran.code)
    expect((await cli('eval', 'show', runs[0]?.id ?? '')).out).toContain('FAIL sent')
  })
})

describe('eval merge', () => {
  test('writes the cases of all shards in the order of the suite; the merged run itself keeps none', async () => {
    const ids: string[] = []
    for (const part of [1, 2]) {
      const ran = await cli('eval', 'run', 'decided.yaml', '--shard', `${part}/2`, '-o', `part-${part}.jsonl`)
      ids.push(/run (\S+)\n/.exec(ran.error)?.[1] ?? '')
    }
    const lines = async (name: string): Promise<readonly string[]> => (await written(name)).trimEnd().split('\n')
    expect((await cli('eval', 'merge', ...ids, '-o', 'merged.jsonl', '-o', 'merged.csv')).code).toBe(1)
    expect(await written('merged.jsonl')).toBe(await written('eval.jsonl'))
    expect(await written('merged.csv')).toBe(await written('eval.csv'))
    const parts = [...(await lines('part-1.jsonl')), ...(await lines('part-2.jsonl'))]
    expect(parts.toSorted()).toEqual((await lines('merged.jsonl')).toSorted())
    const { runs } = JSON.parse((await cli('eval', 'list', '--json')).out) as { runs: { id: string }[] }
    const shown = await cli('eval', 'show', runs[0]?.id ?? '', '-o', 'x.csv')
    expect(shown).toMatchObject({ code: 2 })
    expect(shown.error).toContain('[eval/no-journal]')
  })

  test('refuses runs that are no parts of one, and ids that are none', async () => {
    const one = await cli('eval', 'run', 'decided.yaml', '--seed', '3')
    const other = await cli('eval', 'run', 'decided.yaml', '--seed', '4')
    const [left, right] = [one, other].map(({ error }) => /run (\S+)\n/.exec(error)?.[1] ?? '')
    const merged = await cli('eval', 'merge', left ?? '', right ?? '')
    expect(merged.code).toBe(2)
    expect(merged.error).toContain('[eval/other-run]')
    expect((await cli('eval', 'merge', left ?? '', 'none')).error).toContain('[eval/no-run]')
  })
})

describe('eval score', () => {
  test('writes the cases of given answers', async () => {
    const line = (id: string, response: string): string =>
      JSON.stringify({ id, prompt: 'p', response, expected: 'good' })
    await writeFile(join(folder, 'r.jsonl'), `${line('a', 'good')}\n${line('b', HOSTILE)}\n`)
    expect((await cli('eval', 'score', '-r', 'r.jsonl', '-o', 'score.csv', '-o', 'score.sarif')).code).toBe(0)
    await expect(await written('score.csv')).toMatchFileSnapshot(golden('score.csv'))
    expect(await written('score.sarif')).toContain('"startLine": 2')
  })
})

describe('redteam report', () => {
  test.each(['human', 'json', 'jsonl', 'csv', 'junit', 'sarif', 'markdown', 'github', 'gitlab', 'html'])(
    'writes %s as the golden file has it',
    async (format) => {
      expect((await cli('redteam', 'report', 'campaign.json', '--format', format, '-o', `rt.${format}`)).code).toBe(0)
      const text =
        format === 'human' ? (await cli('redteam', 'report', 'campaign.json')).out : await written(`rt.${format}`)
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(text).not.toMatch(/[\u001b\u202e]/)
      await expect(text).toMatchFileSnapshot(golden(`redteam-${format}.txt`))
    },
  )

  test('opens no tag and runs nothing in a browser', async () => {
    const html = await written('rt.html')
    expect(html).toContain("default-src 'none'")
    expect(html).not.toContain('<script')
    expect(html).toContain('<svg')
  })
})
