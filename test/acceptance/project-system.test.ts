// `--system` left out: the project that one stands in says which.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
let root: string
let state: string
beforeAll(async () => {
  root = cleanUp.use(await tempFolder()).path
  state = join(root, 'state')
  await writeTinyProject(join(root, 'project'), tinyManifest(), tinyPack())
  await mkdir(join(root, 'project/docs/deep'), { recursive: true })
  await mkdir(join(root, 'elsewhere'))
  if ((await run('project', 'gate')).code !== 0) throw new Error('the project does not pass its gate')
})
afterAll(() => cleanUp.disposeAsync())

async function run(folder: string, ...args: readonly string[]) {
  const terminal = capturedTerminal(join(root, folder), { environment: { USER: 'ben', GATEHOUSE_STATE: state } })
  const code = await runCli(args, terminal)
  return { code, ...terminal.printed }
}

test.each([
  [['dpia'], SYSTEM],
  [['prompt', 'list'], 'system'],
  [['threats', 'show'], 'THR-001'],
])('in a project %j means its system', async (args, text) => {
  const { code, out, error } = await run('project', ...args)
  expect([code, error]).toEqual([0, ''])
  expect(out).toContain(text)
})

test('below a project it is that of the folder above, and says which; a name goes before it', async () => {
  const below = await run('project/docs/deep', 'prompt', 'list')
  expect([below.code, below.error]).toEqual([0, `system: ${SYSTEM} (${join(root, 'project/gatehouse.yaml')})\n`])
  const named = await run('project/docs/deep', 'prompt', 'list', '-s', 'other-bot')
  expect(named.error).not.toContain(SYSTEM)
})

test('versions of a prompt are those of the project, and of nobody outside of one', async () => {
  const listed = JSON.parse((await run('project', 'prompt', 'list', '--json')).out) as { prompts: { digest: string }[] }
  const version = listed.prompts[0]?.digest.slice(7, 17) ?? ''
  const inside = await run('project', 'prompt', 'diff', 'system', version, version)
  expect([inside.code, inside.out]).toEqual([0, expect.stringContaining('the same text and slots')])
  const outside = await run('elsewhere', 'prompt', 'diff', 'system', version, version)
  expect([outside.code, outside.error]).toEqual([2, expect.stringContaining('prompt/no-system')])
})

test('elsewhere it is asked for, and a manifest without a name is no answer', async () => {
  const outside = await run('elsewhere', 'dpia')
  expect([outside.code, outside.error]).toEqual([2, expect.stringContaining('usage/no-system')])
  await writeFile(join(root, 'elsewhere/gatehouse.yaml'), 'metadata: { name: 7 }\n')
  const unnamed = await run('elsewhere', 'prompt', 'list')
  expect([unnamed.code, unnamed.error]).toEqual([2, expect.stringContaining('names no system')])
  await writeFile(join(root, 'elsewhere/gatehouse.yaml'), 'metadata: [\n')
  expect((await run('elsewhere', 'draft', 'threats')).error).toContain('names no system')
})

test('what stops a system or grants access is told its name', async () => {
  for (const args of [
    ['kill', 'on', '--reason', 'x'],
    ['credentials', '--env', 'local'],
  ]) {
    const { code, error } = await run('project', ...args)
    expect([code, error]).toEqual([2, expect.stringContaining('--system')])
  }
})
