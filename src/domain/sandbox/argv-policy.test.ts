import { expect, test } from 'vitest'
import { checkArgv, type ArgvPolicy } from './argv-policy.ts'

const POLICY: ArgvPolicy = { programs: ['/usr/bin/grep'], options: ['-n', '--max-count', '-'], root: '/srv/data' }

test.each<[string, readonly string[], boolean]>([
  ['a listed program and option', ['/usr/bin/grep', '-n', 'word', 'notes.txt'], true],
  ['an option with a value', ['/usr/bin/grep', '--max-count=3', 'word', '/srv/data/a'], true],
  ['shell characters, which mean nothing', ['/usr/bin/grep', '$(id); rm -rf / | x > y'], true],
  ['a leading dash behind `--`', ['/usr/bin/grep', '--', '-f'], true],
  ['nothing', [], false],
  ['another program', ['/bin/sh', '-c', 'id'], false],
  ['the program by its name', ['grep', 'x'], false],
  ['an option that is not listed', ['/usr/bin/grep', '-f/etc/passwd'], false],
  ['a long option that is not listed', ['/usr/bin/grep', '--file=/etc/passwd'], false],
  ['a short option with a value', ['/usr/bin/grep', '-n=3'], false],
  ['a path that leads up', ['/usr/bin/grep', 'x', '../../etc/passwd'], false],
  ['a path that leads up and back', ['/usr/bin/grep', 'x', '/srv/data/../../etc/passwd'], false],
  ['backslashes that lead up', ['/usr/bin/grep', 'x', '..\\secret'], false],
  ['an absolute path outside', ['/usr/bin/grep', 'x', '/etc/passwd'], false],
  ['a folder whose name begins alike', ['/usr/bin/grep', 'x', '/srv/database/x'], false],
  ['a home folder', ['/usr/bin/grep', 'x', '~root/.ssh'], false],
  ['a drive', ['/usr/bin/grep', 'x', 'C:\\x'], false],
  ['a file URL', ['/usr/bin/grep', 'x', 'FILE:///etc/passwd'], false],
  ['a path outside in an option', ['/usr/bin/grep', '--max-count=/etc/passwd'], false],
  ['a path outside behind `--`', ['/usr/bin/grep', '--', '/etc/passwd'], false],
  ['a NUL', ['/usr/bin/grep', 'a\0b'], false],
  ['too many arguments', ['/usr/bin/grep', ...Array.from({ length: 257 }, () => 'x')], false],
])('%s: %s', (_, argv, isAllowed) => {
  expect(checkArgv(argv, POLICY).ok).toBe(isAllowed)
})

test('without a folder no absolute path passes', () => {
  expect(checkArgv(['/usr/bin/grep', 'x', '/srv/data/a'], { ...POLICY, root: undefined }).ok).toBe(false)
})
