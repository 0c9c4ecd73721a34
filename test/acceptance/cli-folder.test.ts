// What only a state folder has: a journal that is a file, and a lock. Not run on PostgreSQL for that reason; the other tests
// of the command line are.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { isOver, isUp, ServedChildren } from '../support/served-children.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { writeTinyProject } from '../support/tiny-project.ts'

const children = new ServedChildren()

afterEach(() => children.end())

async function gate(folder: string): Promise<{ code: number; out: string; error: string }> {
  const terminal = capturedTerminal(folder, { environment: { USER: 'author-a' } })
  return { code: await runCli(['gate'], terminal), ...terminal.printed }
}

test('damage to the journal is an integrity failure and no empty ledger', async () => {
  await using folder = await tempFolder()
  await writeTinyProject(folder.path)
  expect((await gate(folder.path)).code).toBe(0)
  const journal = join(folder.path, '.gatehouse', 'ledger', 'journal.jsonl')
  const text = await readFile(journal, 'utf8')
  await writeFile(journal, text.replace('shop-bot', 'shop-cat'))
  const ran = await gate(folder.path)
  expect([ran.code, ran.out]).toEqual([6, ''])
  expect(ran.error).toContain('ledger')
})

test('of two that start at once one serves, and the other says that it is owned', async () => {
  await using folder = await tempFolder()
  const both = [children.serve(folder.path), children.serve(folder.path)]
  await eventually(() => both.every((served) => isUp(served) || isOver(served)), Boolean)
  const [owner] = both.filter(isUp)
  const refused = both.find((served) => served !== owner)
  expect(both.filter(isUp)).toHaveLength(1)
  expect(refused?.child.exitCode).toBe(2)
  expect(refused?.printed.error).toMatch(/another process owns .+\n {2}next: /)
})
