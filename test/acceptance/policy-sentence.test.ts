// Runs docs/how-to/enforce-a-policy-sentence.md as it is written: its files, its commands, its two edits.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'how-to', 'enforce-a-policy-sentence.md')
const cleanUp = new AsyncDisposableStack()
let folder: string
let commands: readonly string[]

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  const page = await readFile(PAGE, 'utf8')
  for (const [, path, text] of page.matchAll(/```(?:yaml|json|text)\n# (\S+)\n([\s\S]*?)```/g)) {
    await mkdir(dirname(join(folder, path ?? '')), { recursive: true })
    await writeFile(join(folder, path ?? ''), text ?? '')
  }
  commands = [...page.matchAll(/^\$ gatehouse (.+)$/gm)].map(([, line]) => line ?? '')
})
afterAll(() => cleanUp.disposeAsync())

/** Words of a command line; only double quotes are known. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

async function edit(from: string, to: string): Promise<void> {
  const path = join(folder, 'gatehouse.yaml')
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}

test('the sentence becomes rules, a replayed attack, a blocked release, an exception that lapses, and coverage', async () => {
  expect(commands.length).toBeLessThan(15)
  let digest = 'DIGEST'
  let at = 0
  const next = async (start: string): Promise<{ readonly code: number; readonly out: string }> => {
    const line = commands[at++] ?? ''
    expect(line.startsWith(start), `\`${line}\` is the step \`${start}\``).toBe(true)
    const terminal = capturedTerminal(folder, { environment: { USER: 'ana' } })
    const code = await runCli(wordsOf(line.replace('DIGEST', digest)), terminal)
    return { code, out: terminal.printed.out + terminal.printed.error }
  }

  expect(await next('policy test')).toMatchObject({ code: 0 })
  const mutated = await next('policy mutate')
  expect(mutated).toMatchObject({ code: 0 })
  expect(mutated.out).toMatch(/tenant-mail@1\.0\.0 · \d+ mutants: \d+ killed, 0 survived/)
  const replayed = JSON.parse((await next('guard replay')).out) as { calls: { decision: string; rule: string }[] }
  expect(replayed.calls).toMatchObject([{ decision: 'block', rule: 'GH-HOU-102' }])

  const blocked = await next('gate')
  expect(blocked.code).toBe(1)
  expect(blocked.out).toContain('GH-HOU-101')
  digest = (JSON.parse((await next('validate')).out) as { releaseDigest: string }).releaseDigest

  expect(await next('exception request GH-HOU-101')).toMatchObject({ code: 0 })
  expect(await next('exception approve')).toMatchObject({ code: 0 })
  expect(await next('exception accept-risk')).toMatchObject({ code: 0 })
  expect((await next('exception approve')).out).toContain('approved')
  const excepted = await next('gate')
  expect(excepted.out).toContain('EXCP GH-HOU-101')
  expect(excepted.code).toBe(0)

  await edit('version: 1.0.0', 'version: 1.0.1')
  expect(await next('gate')).toMatchObject({ code: 1 })
  await edit('from: [user-message]', 'from: [subject.email]')
  expect(await next('gate')).toMatchObject({ code: 0 })
  const coverage = await next('controls coverage')
  expect(coverage.out).toMatch(/LLM06:2025 +partly .*CTL-AGT-002 \(subset: evidenced\)/)
  expect(coverage.out).toMatch(/LLM09:2025 +not evidenced/)
  expect(at).toBe(commands.length)
})
