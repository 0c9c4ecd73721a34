import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linePatch } from './line-patch.ts'

const lines = (count: number, changed: readonly number[], hasEnd: boolean): string =>
  Array.from({ length: count }, (_, at) => (changed.includes(at) ? `changed ${at}` : `line ${at}`)).join('\n') +
  (hasEnd ? '\n' : '')

test.each([
  { name: 'first line', count: 10, changed: [0] },
  { name: 'last line', count: 10, changed: [9] },
  { name: 'lines side by side', count: 10, changed: [4, 5] },
  { name: 'lines of one hunk', count: 20, changed: [3, 9] },
  { name: 'lines far apart', count: 40, changed: [2, 30] },
  { name: 'only line', count: 1, changed: [0] },
  { name: 'every line', count: 5, changed: [0, 1, 2, 3, 4] },
])('git applies a patch of the $name, with and without a newline at the end', ({ count, changed }) => {
  for (const hasEnd of [true, false]) {
    const folder = mkdtempSync(join(tmpdir(), 'patch-'))
    const [before, after] = [lines(count, [], hasEnd), lines(count, changed, hasEnd)]
    writeFileSync(join(folder, 'a.yaml'), before)
    writeFileSync(join(folder, 'p.patch'), linePatch('a.yaml', before, after))
    execFileSync('git', ['apply', 'p.patch'], { cwd: folder })
    expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe(after)
    rmSync(folder, { recursive: true })
  }
})

test('texts that are alike give no patch', () => {
  expect(linePatch('a.yaml', 'x\n', 'x\n')).toBe('')
})
