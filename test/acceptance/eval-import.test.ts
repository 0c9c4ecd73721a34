// A promptfoo config becomes a suite that runs; what it cannot say is named with file, line and reason.
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { modelsServer } from '../support/gateway-project.ts'
import { tempFolder } from '../support/temp-folder.ts'

const CONFIG = join(import.meta.dirname, '../support/promptfoo')
const golden = (name: string): string => join(import.meta.dirname, '../golden/promptfoo', name)

async function cli(folder: string, ...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

async function importText(folder: string, text: string, ...more: readonly string[]): ReturnType<typeof cli> {
  await writeFile(join(folder, 'promptfooconfig.yaml'), text)
  return cli(folder, 'eval', 'import', 'promptfooconfig.yaml', '--out', 'out/suite.yaml', '--force', ...more)
}

describe('eval import', () => {
  test('says what a realistic config says, and reports every other thing with its line', async () => {
    await using temp = await tempFolder()
    await cp(CONFIG, temp.path, { recursive: true })
    const { code, out, error } = await cli(
      temp.path,
      'eval',
      'import',
      'promptfooconfig.yaml',
      '--out',
      'suites/imported.yaml',
    )
    expect(error).toBe('')
    expect(code).toBe(0)
    const read = (name: string): Promise<string> => readFile(join(temp.path, 'suites', name), 'utf8')
    await expect(out).toMatchFileSnapshot(golden('report.txt'))
    await expect(await read('imported.yaml')).toMatchFileSnapshot(golden('imported.yaml'))
    await expect(await read('imported.jsonl')).toMatchFileSnapshot(golden('imported.jsonl'))
    await expect(await read('imported.target-3.yaml')).toMatchFileSnapshot(golden('imported.target-3.yaml'))
    const again = await cli(temp.path, 'eval', 'import', 'promptfooconfig.yaml', '--out', 'suites/imported.yaml')
    expect(again.error).toContain('[promptfoo/exists]')
    expect(again.code).toBe(2)
    const strict = await cli(
      temp.path,
      'eval',
      'import',
      'promptfooconfig.yaml',
      '--out',
      'suites/imported.yaml',
      '--force',
      '--strict',
      '--json',
    )
    expect(strict.code).toBe(1)
    const report = JSON.parse(strict.out)
    expect(report.notes.every(({ file, line, why }: never) => file !== '' && line >= 1 && why !== '')).toBe(true)
  })

  test('makes a suite that runs against a model', async () => {
    await using temp = await tempFolder()
    await using server = await modelsServer((_, asked) => ({ text: asked.includes('2+2') ? '4' : 'no' }))
    await cp(CONFIG, temp.path, { recursive: true })
    await cli(temp.path, 'eval', 'import', 'promptfooconfig.yaml', '--out', 'suites/imported.yaml')
    await writeFile(
      join(temp.path, 'target.yaml'),
      `type: openai\nmodel: m\nbaseUrl: ${server.baseURL}\nprice: { inputPerMillion: 1, outputPerMillion: 1 }\n`,
    )
    // Judges are asked at the same server.
    const suite = join(temp.path, 'suites/imported.yaml')
    await writeFile(
      suite,
      (await readFile(suite, 'utf8')).replace('id: rubric', `id: rubric\n    baseUrl: ${server.baseURL}`),
    )
    const { out, error } = await cli(
      temp.path,
      'eval',
      'run',
      'suites/imported.yaml',
      '--target',
      'target.yaml',
      '--json',
    )
    const report = JSON.parse(out === '' ? `{"error":${JSON.stringify(error)}}` : out)
    expect(report).toMatchObject({ stopped: 'completed', trialsPerCase: 2 })
    expect(report.cases.run).toBeGreaterThan(15)
    const held = report.scorers.find(({ name }: { name: string }) => name === 'equals')
    expect(held.k).toBeGreaterThan(0)
    // Its scorers take its patterns and schemas. A judge may not know, and a busy machine spoils a latency.
    const silent = report.errors.filter(({ kind }: { kind: string }) => !/^(?:judge:|latency)/.test(kind))
    expect(silent).toEqual([])
  })
})

describe('what a hostile config asks for', () => {
  test('is not run, not read outside of its folder and not fetched', async () => {
    await using temp = await tempFolder()
    const folder = join(temp.path, 'config')
    await mkdir(folder)
    await writeFile(
      join(temp.path, 'secret.yaml'),
      '- { vars: { q: stolen }, assert: [{ type: contains, value: x }] }\n',
    )
    await symlink(join(temp.path, 'secret.yaml'), join(folder, 'link.yaml'))
    await writeFile(
      join(folder, 'evil.js'),
      `require('fs').writeFileSync(${JSON.stringify(join(temp.path, 'ran'))}, '')`,
    )
    const { out, code } = await importText(
      folder,
      `prompts: ['{{q}}', file://evil.js]
providers: [file://evil.js, 'exec:touch ran']
extensions: [file://evil.js:hook]
tests:
  - file://../secret.yaml
  - file:///etc/passwd.yaml
  - file://link.yaml
  - https://example.com/tests.yaml
  - file://evil.js
  - vars: { q: file://../secret.yaml }
    assert: [{ type: contains, value: x }]
  - vars: { q: ok }
    assert:
      - { type: javascript, value: file://evil.js }
      - { type: is-json, value: file://../secret.yaml }
      - { type: contains, value: '{{ range.constructor("return 1")() }}' }
      - { type: contains, value: fine }
`,
    )
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'out/suite.jsonl'), 'utf8')).not.toContain('stolen')
    expect(out).toContain('1 case from 2 tests')
    expect(out.match(/outside the folder/g)?.length).toBe(4)
    expect(out).toContain('symbolic link')
    expect(out).toContain('nothing is fetched')
    expect(out).toContain('which is not run')
    await expect(readFile(join(temp.path, 'ran'))).rejects.toThrow('ENOENT')
  })

  test.each([
    {
      name: 'an alias bomb',
      text: `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n${Array.from({ length: 30 }, (_, at) => `k${at}: [*c, *c, *c, *c]`).join('\n')}\n`,
      code: 'yaml/too-many-aliases',
    },
    { name: 'deep nesting', text: `tests: ${'['.repeat(200)}${']'.repeat(200)}\n`, code: 'yaml/too-deep' },
    { name: 'a list', text: '- x\n', code: 'promptfoo/not-a-config' },
    { name: 'no test', text: 'prompts: [x]\n', code: 'promptfoo/no-case' },
    { name: 'broken YAML', text: 'tests: [\n', code: 'yaml/syntax' },
    {
      name: 'a test without assertions',
      text: "prompts: ['{{q}}']\ntests: [{ vars: { q: 1 } }]\n",
      code: 'promptfoo/no-case',
    },
  ])('$name is refused as $code', async ({ text, code }) => {
    await using temp = await tempFolder()
    const imported = await importText(temp.path, text)
    expect(imported.code).toBe(2)
    expect(imported.error).toContain(`[${code}]`)
  })

  test('cannot make more cases than are allowed for by lists of variables', async () => {
    await using temp = await tempFolder()
    const list = `[${Array.from({ length: 40 }, (_, at) => at).join(', ')}]`
    const { error } = await importText(
      temp.path,
      `prompts: ['{{a}}']\ntests: [{ vars: { a: ${list}, b: ${list}, c: ${list} }, assert: [{ type: contains, value: x }] }]\n`,
    )
    expect(error).toContain('more than 1000 combinations')
  })

  test('writes nowhere but below the project', async () => {
    await using temp = await tempFolder()
    await writeFile(join(temp.path, 'c.yaml'), 'prompts: [a]\ntests: [{ assert: [{ type: contains, value: x }] }]\n')
    for (const out of ['../x.yaml', '/tmp/x.yaml', 'x.txt'])
      expect((await cli(temp.path, 'eval', 'import', 'c.yaml', '--out', out)).error).toContain('[promptfoo/bad-output]')
  })
})
