// A reader that goes away: the program ends, and not with "pass".
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'gatehouse')
const cleanUp = new AsyncDisposableStack()
let folder: string
beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
})
afterAll(() => cleanUp.disposeAsync())

test.each([
  ['more than a pipe holds', ['controls', 'list', '--json']],
  ['one line', ['intake', '--template']],
])('that did not hear %s was told nothing', async (_, args) => {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  child.stdout.destroy()
  const [code] = (await once(child, 'exit')) as [number | null]
  expect(code).toBe(130)
})
