import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { isOver, isUp, ServedChildren } from '../support/served-children.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { writeTinyProject } from '../support/tiny-project.ts'

const children = new ServedChildren()

afterEach(() => children.end())

async function run(folder: string, ...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder, { environment: { USER: 'author-a' } })
  return { code: await runCli(args, terminal), ...terminal.printed }
}

test('a command beside a running control plane speaks to it, and SIGINT ends it cleanly', async () => {
  await using folder = await tempFolder()
  await writeTinyProject(folder.path)
  const served = children.serve(folder.path)
  await eventually(() => isUp(served) || isOver(served), Boolean)
  const ownerFile = join(folder.path, '.gatehouse', 'owner.json')
  expect((await stat(ownerFile)).mode & 0o777).toBe(0o600)
  expect((await run(folder.path, 'gate')).code).toBe(0)
  expect((await run(folder.path, 'kill', 'on', '-s', 'shop-bot', '--reason', 'drill')).code).toBe(0)
  expect((await run(folder.path, 'console')).out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#login=[\w-]{43}\n$/)
  served.child.kill('SIGINT')
  await eventually(() => isOver(served), Boolean)
  expect([0, 130]).toContain(served.child.exitCode)
  expect(served.printed.error).toBe('')
  expect(existsSync(ownerFile)).toBe(false)
  expect((await run(folder.path, 'console')).code).toBe(2)
  // What was written over there is read here.
  expect((await run(folder.path, 'kill', 'list', '-s', 'shop-bot')).out).toContain('drill')
})

test('after kill -9 the next command works at once, and so does the next control plane', async () => {
  await using folder = await tempFolder()
  await writeTinyProject(folder.path)
  const served = children.serve(folder.path)
  await eventually(() => isUp(served) || isOver(served), Boolean)
  expect((await run(folder.path, 'gate')).code).toBe(0)
  served.child.kill('SIGKILL')
  await once(served.child, 'exit')
  const gated = await run(folder.path, 'gate')
  expect([gated.code, gated.error]).toEqual([0, ''])
  expect(gated.out).toContain('ledger #2')
  const again = children.serve(folder.path)
  await eventually(() => isUp(again) || isOver(again), Boolean)
  expect(isUp(again)).toBe(true)
})
