// The table of faults names a test for each row; a row whose test is gone or renamed is a claim without evidence.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const rows = readFileSync(join(ROOT, 'docs/reference/gateway-faults.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| fault |'))

test('has rows', () => expect(rows.length).toBeGreaterThan(25))

test.each(rows)('%s', (row) => {
  const [, file = '', title = ''] = /\| `(\S+\.test\.ts)`: (.+) \|$/.exec(row) ?? []
  expect(existsSync(join(ROOT, file)) && file !== '').toBe(true)
  // The title stands in the file as it is in the table, as the title of a test or of a case of one.
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(`'${title}'`)
})
