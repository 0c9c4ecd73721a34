import { execFile } from 'node:child_process'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { SandboxProfile } from '../../domain/manifest/manifest.ts'
import type { SandboxOutcome } from '../../domain/sandbox/sandbox.ts'
import { subprocessSandbox } from './subprocess-sandbox.ts'

const execFileAsync = promisify(execFile)
const PROFILE: SandboxProfile = {
  network: 'none',
  filesystem: 'temporary',
  cpuSeconds: 5,
  memoryMb: 64,
  wallSeconds: 20,
  via: 'subprocess',
}
const here = { platform: process.platform, isRoot: process.getuid?.() === 0 }
const sandbox = subprocessSandbox(here)
const probe = await sandbox.run({ command: ['/usr/bin/true'], stdin: '', profile: PROFILE })
const why = probe.ok ? '' : ` (skipped: ${probe.failure.message})`

async function run(
  command: readonly string[],
  profile: Partial<SandboxProfile> = {},
  stdin = '',
): Promise<SandboxOutcome> {
  const outcome = await sandbox.run({ command, stdin, profile: { ...PROFILE, ...profile } })
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}
const shell = (script: string, profile: Partial<SandboxProfile> = {}): Promise<SandboxOutcome> =>
  run(['/bin/sh', '-c', script], profile)

describe.skipIf(!probe.ok)(`a command in its cell${why}`, () => {
  test('gets its input and arguments as they are, and gives its outputs and status back', async () => {
    expect(await run(['/usr/bin/cat'], {}, 'grüße\n')).toEqual({
      end: 'exited',
      status: 0,
      stdout: 'grüße\n',
      stderr: '',
    })
    expect((await run(['/usr/bin/printf', '%s', '$(id); `id` | "x" \n'])).stdout).toBe('$(id); `id` | "x" \n')
    expect(await shell('echo no >&2; exit 7')).toEqual({ end: 'exited', status: 7, stdout: '', stderr: 'no\n' })
    expect(await run(['/usr/bin/absent'])).toMatchObject({ end: 'exited', status: 127 })
  })

  test('has an empty environment', async () => {
    expect((await run(['/usr/bin/env'])).stdout).toBe('')
  })

  test('reaches no server of this machine', async () => {
    const server = createServer((socket) => socket.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const script = `exec 3<>/dev/tcp/127.0.0.1/${(server.address() as AddressInfo).port} && echo reached`
      // Outside of the cell the same command gets through.
      expect((await execFileAsync('/usr/bin/bash', ['-c', script])).stdout).toBe('reached\n')
      const inside = await run(['/usr/bin/bash', '-c', script])
      expect(inside.stdout).toBe('')
      expect(inside.status).not.toBe(0)
    } finally {
      server.close()
    }
  })

  test('sees no file of this machine but system folders, which it cannot change', async () => {
    await using folder = await tempFolder()
    const file = join(folder.path, 'secret.txt')
    await writeFile(file, 'secret')
    await chmod(folder.path, 0o755)
    const inside = await shell(`/usr/bin/cat ${file} /etc/passwd /proc/1/environ; touch /usr/x; touch /bin/x; ls /`)
    expect(inside.stdout).not.toContain('secret')
    expect(inside.stdout.split('\n')).not.toContain('etc')
    expect(inside.stderr.match(/No such file/g)).toHaveLength(3)
    expect(inside.stderr.match(/Read-only file system/g)).toHaveLength(2)
  })

  test('keeps nothing from one run to the next', async () => {
    expect((await shell('echo kept > /tmp/note; cat /tmp/note')).stdout).toBe('kept\n')
    expect((await shell('cat /tmp/note')).stdout).toBe('')
  })

  test('has no capabilities and cannot make namespaces or mounts of its own', async () => {
    const inside = await shell(
      'mount -t tmpfs x /tmp; unshare -U true; unshare -n true; mount -o remount,rw /usr; chroot / true; touch /usr/x',
    )
    expect(inside.status).not.toBe(0)
    expect(inside.stderr.trim().split('\n').length).toBeGreaterThanOrEqual(6)
    expect(inside.stderr).toContain('Read-only file system')
  })

  test('is ended at its wall time, with everything that it began', async () => {
    const mark = `98765.${process.pid}`
    const outcome = await shell(`setsid sleep ${mark} & sleep ${mark}`, { wallSeconds: 1 })
    expect(outcome).toMatchObject({ end: 'wall-time', status: undefined })
    expect(await commandsWith(mark)).toEqual([])
  })

  test('leaves nothing running behind when it ends by itself', async () => {
    const mark = `98766.${process.pid}`
    expect(await shell(`setsid sleep ${mark} & echo done`)).toMatchObject({ end: 'exited', stdout: 'done\n' })
    expect(await commandsWith(mark)).toEqual([])
  })

  test('is ended when it writes too much, and no more than that is kept', async () => {
    const small = subprocessSandbox({ ...here, outputBytesMax: 1_000 })
    const outcome = await small.run({ command: ['/usr/bin/yes'], stdin: '', profile: PROFILE })
    expect(outcome).toMatchObject({ ok: true, value: { end: 'output-limit', stdout: 'y\n'.repeat(500) } })
  })

  test('is ended by the kernel when its processor time is over', async () => {
    expect(await shell('while :; do :; done', { cpuSeconds: 1 })).toMatchObject({ end: 'exited', status: 137 })
  })

  test('gets no more memory, file space or processes than it may', async () => {
    const take = 'dd if=/dev/zero of=/dev/null bs=100M count=1 2>/dev/null && echo taken'
    expect((await shell(take, { memoryMb: 512 })).stdout).toBe('taken\n')
    expect((await shell(take)).stdout).toBe('')
    expect((await shell('dd if=/dev/zero of=/tmp/x bs=1M count=200 2>/dev/null && echo taken')).stdout).toBe('')
    const fork = 'i=0; while [ $i -lt 200 ]; do sleep 10 & i=$((i+1)); done; echo all'
    expect((await shell(fork)).stdout).toBe('')
  })
})

async function commandsWith(mark: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    // A process may end while the list is read.
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.split('\0').includes(mark)) found.push(line)
  }
  return found
}

describe('a cell that cannot be built', () => {
  test.each<[string, Parameters<typeof subprocessSandbox>[0], string]>([
    ['on another system', { ...here, platform: 'darwin' }, 'Linux only'],
    [
      'with a folder that is not there',
      { platform: 'linux', isRoot: here.isRoot, readOnlyFolders: ['/absent/folder'] },
      '/absent/folder',
    ],
    [
      'with a folder of another spelling',
      { platform: 'linux', isRoot: here.isRoot, readOnlyFolders: ['/usr/../etc'] },
      '/usr/../etc',
    ],
  ])('%s runs nothing and says what is missing', async (_, options, missing) => {
    const outcome = await subprocessSandbox(options).run({ command: ['/usr/bin/true'], stdin: '', profile: PROFILE })
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'sandbox/unavailable' } })
    expect(outcome.ok ? '' : outcome.failure.message).toContain(missing)
  })
})

describe('a request that is none', () => {
  test.each<[string, readonly string[], object]>([
    ['no command', [], {}],
    ['a program by its name', ['true'], {}],
    ['a program above its folder', ['/usr/../etc/x'], {}],
    ['a NUL', ['/usr/bin/true', 'a\0b'], {}],
    ['a network', ['/usr/bin/true'], { network: 'host' }],
    ['lasting files', ['/usr/bin/true'], { filesystem: 'host' }],
    ['no bound on memory', ['/usr/bin/true'], { memoryMb: Number.POSITIVE_INFINITY }],
    ['another cell', ['/usr/bin/true'], { via: 'container' }],
    ['too long arguments', ['/usr/bin/true', 'x'.repeat(100_001)], {}],
  ])('with %s is refused', async (_, command, change) => {
    expect(await sandbox.run({ command, stdin: '', profile: { ...PROFILE, ...change } })).toMatchObject({
      ok: false,
      failure: { code: 'sandbox/refused' },
    })
  })
})
