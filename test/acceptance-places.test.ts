import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ACCEPTANCE_PLACES } from './support/acceptance-places.ts'

test('every file of the acceptance suite says where its state lies, and no other does', () => {
  const files = readdirSync(join(import.meta.dirname, 'acceptance'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.test.ts'.length))
  expect(Object.keys(ACCEPTANCE_PLACES).toSorted()).toEqual(files.toSorted())
})
