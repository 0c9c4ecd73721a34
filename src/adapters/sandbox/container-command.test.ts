import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { SandboxRequest } from '../../domain/sandbox/sandbox.ts'
import { containedPath } from './contained-path.ts'
import { containerKill, containerRun, type ContainerOptions } from './container-command.ts'

const IMAGE = `registry.example/python@sha256:${'a'.repeat(64)}`
const OPTIONS: ContainerOptions = { client: '/usr/bin/docker', image: IMAGE, name: 'cell-1' }
const REQUEST: SandboxRequest = {
  command: ['/usr/bin/python3', '-c', 'print(1)', '--privileged'],
  stdin: '',
  profile: {
    network: 'none',
    filesystem: 'temporary',
    cpuSeconds: 5,
    memoryMb: 256,
    wallSeconds: 10,
    via: 'container',
  },
}

describe('a container for one command', () => {
  test('has every bound of the profile, and the command behind the image', () => {
    const built = containerRun(REQUEST, OPTIONS)
    expect(built.ok ? built.value.join(' ') : built.failure).toBe(
      '/usr/bin/docker run --name cell-1 --rm --init --interactive --pull never --log-driver none ' +
        '--network none --ipc private --read-only --workdir /tmp --tmpfs /tmp:rw,nosuid,nodev,noexec,size=256m ' +
        '--memory 256m --memory-swap 256m --cpus 1 --pids-limit 64 ' +
        '--ulimit cpu=5:5 --ulimit core=0:0 --ulimit nofile=64:64 ' +
        '--cap-drop ALL --security-opt no-new-privileges --user 65534:65534 ' +
        `--entrypoint /usr/bin/python3 ${IMAGE} -c print(1) --privileged`,
    )
  })

  test('is ended by its name', () => {
    expect(containerKill(OPTIONS)).toEqual({ ok: true, value: ['/usr/bin/docker', 'kill', 'cell-1'] })
  })

  test.each<[string, Partial<ContainerOptions>, Partial<SandboxRequest>]>([
    ['an image by tag', { image: 'python:3' }, {}],
    ['an image that is an option', { image: `--privileged@sha256:${'a'.repeat(64)}` }, {}],
    ['a name that is an option', { name: '--all' }, {}],
    ['a client by its name', { client: 'docker' }, {}],
    ['a profile for a subprocess', {}, { profile: { ...REQUEST.profile, via: 'subprocess' } }],
    ['a program by its name', {}, { command: ['python3'] }],
  ])('is not made for %s', (_, options, request) => {
    expect(containerRun({ ...REQUEST, ...request }, { ...OPTIONS, ...options })).toMatchObject({
      ok: false,
      failure: { code: 'sandbox/refused' },
    })
  })
})

describe('a path inside a folder', () => {
  test('is found with its links resolved, and refused where it leads out', async () => {
    await using folder = await tempFolder()
    const root = join(folder.path, 'root')
    await mkdir(join(root, 'sub'), { recursive: true })
    await mkdir(join(folder.path, 'root-other'))
    await writeFile(join(root, 'sub', 'a.txt'), 'a')
    await writeFile(join(root, '..name'), 'b')
    await writeFile(join(folder.path, 'out.txt'), 'out')
    await symlink('a.txt', join(root, 'sub', 'link'))
    await symlink('../../out.txt', join(root, 'sub', 'leak'))
    await symlink('loop', join(root, 'loop'))
    const found = async (path: string): Promise<string | undefined> => {
      const contained = await containedPath(root, path)
      return contained.ok ? contained.value : undefined
    }
    expect(await found('sub/a.txt')).toBe(join(root, 'sub', 'a.txt'))
    expect(await found('sub/link')).toBe(join(root, 'sub', 'a.txt'))
    expect(await found('sub/../..name')).toBe(join(root, '..name'))
    for (const path of [
      'sub/leak',
      '../out.txt',
      '../root-other',
      '..',
      '/etc/passwd',
      'absent',
      'loop',
      'sub/a.txt/x',
      'a\0b',
    ])
      expect([path, await found(path)]).toEqual([path, undefined])
  })
})
