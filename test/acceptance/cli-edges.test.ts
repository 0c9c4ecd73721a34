// Commands as people mistype them, and as they meet: each says what is wrong in their own words, and none calls it a bug.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { startPlaneOf } from '../support/plane-client.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
const ROOT = join(import.meta.dirname, '..', '..')
const HOLDER = join(ROOT, 'test', 'support', 'hold-owner-lock.ts')
const NO_BUG = expect.not.stringMatching(/internal error|a bug|\n {4}at /)
let folder: string
let plane: ControlPlane

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  plane = cleanUp.use(await startPlaneOf(join(folder, 'served')))
})
afterAll(() => cleanUp.disposeAsync())

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const terminal = capturedTerminal(folder, { environment: { USER: 'ana', ...environment } })
  return { code: await runCli(args, terminal), ...terminal.printed }
}

/** Another process that owns a folder until it is told to let go. */
async function heldBy(state: string): Promise<() => Promise<void>> {
  await mkdir(state, { recursive: true })
  const child = spawn(process.execPath, [HOLDER, state], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUp.defer(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return async () => {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
}

describe('an option that is no such number', () => {
  test.each([
    'serve --port abc',
    'serve --port 99999',
    'serve --port -1',
    'serve --port 1e3',
    'serve --port=',
    'keys create --name ci --role engineer --days abc',
    'keys create --name ci --role engineer --days 367',
    'keys rotate KEY --overlap-hours 1.5',
    'workload-keys add -s shop-bot --name n --key-file k --overlap-hours 169',
    'share create -s shop-bot --framework * --audience a --days 0',
    'webhook rotate WHK --overlap-hours never',
  ])('is refused by its name: %s', async (line) => {
    const { code, error } = await run(line.split(' '))
    expect([code, error]).toEqual([2, expect.stringMatching(/must be a whole number from \d+ to \d+|unknown|missing/)])
    expect(error).toEqual(NO_BUG)
  })
})

describe('a server that cannot begin', () => {
  test.each([
    { what: 'the address of no machine', args: ['--host', 'nohost.invalid'], says: 'serve/address' },
    { what: "another machine's address", args: ['--host', '192.0.2.1'], says: 'serve/address' },
    { what: 'a port that is taken', args: [], says: 'serve/port-taken' },
  ])('says so: $what', async ({ args, says }) => {
    const port = new URL(plane.url).port
    const ran = await run(['serve', '--port', port, '--state', 'unserved', ...args])
    expect([ran.code, ran.error]).toEqual([2, expect.stringContaining(says)])
    expect(ran.error).toEqual(NO_BUG)
  })

  test('for a folder stands in the place of owner.json gives the state back, and leaves nothing', async () => {
    const state = join(folder, 'odd')
    await mkdir(join(state, 'owner.json'), { recursive: true })
    const ran = await run(['serve', '--port', '0', '--state', state])
    expect([ran.code, ran.error]).toEqual([2, expect.stringMatching(/`owner\.json` .+ \(EISDIR\) \[state\/unusable\]/)])
    expect((await readdir(state)).filter((name) => name.includes('.draft'))).toEqual([])
    expect((await run(['kill', 'list', '--state', state])).code).toBe(0)
  })
})

describe('a gateway that is told nonsense', () => {
  const SOUND = {
    GATEHOUSE_GATEWAY_FOLDER: 'gateway',
    GATEHOUSE_CONTROL_PLANE: 'http://127.0.0.1:9',
    GATEHOUSE_GATEWAY_TOKEN: 't',
    GATEHOUSE_TRUST_FILE: join(ROOT, 'package.json'),
    GATEHOUSE_UPSTREAM_URL: 'http://127.0.0.1:9',
  }

  test.each<Readonly<Record<string, string>>>([
    { GATEHOUSE_GATEWAY_PORT: 'abc' },
    { GATEHOUSE_GATEWAY_PORT: '99999' },
    { GATEHOUSE_GATEWAY_PORT: '-1' },
    { GATEHOUSE_TRUST_FILE: 'nowhere.json' },
    { GATEHOUSE_TRUST_FILE: '.' },
    { GATEHOUSE_CONTROL_PLANE: 'nowhere' },
    { GATEHOUSE_UPSTREAM_PROTOCOL: 'carrier-pigeon' },
  ])('says what: %j', async (wrong) => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'gatehouse-gateway')], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...SOUND, ...wrong },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let error = ''
    child.stderr.on('data', (bytes: Buffer) => void (error += bytes.toString()))
    const [code] = (await once(child, 'close')) as [number]
    expect([code, error]).toEqual([2, expect.stringContaining(Object.keys(wrong)[0] ?? '')])
    expect(error).toMatch(/^gateway: .+\n {2}next: .+\n$/)
  })
})

/** Making one takes longer than opening it. */
async function madeState(name: string): Promise<string> {
  const state = join(folder, name)
  expect((await run(['kill', 'on', '-s', 'first-bot', '--reason', 'drill', '--state', state])).code).toBe(0)
  return state
}

describe('a folder that somebody else has', () => {
  test('is waited for by two commands that are given at once', async () => {
    const state = await madeState('both')
    const kill = (system: string): Promise<Ran> =>
      run(['kill', 'on', '-s', system, '--reason', 'drill', '--state', state])
    const ran = await Promise.all(['one-bot', 'two-bot'].map(kill))
    expect(ran.map(({ code }) => code)).toEqual([0, 0])
    const { out } = await run(['kill', 'list', '--state', state])
    for (const system of ['one-bot', 'two-bot']) expect(out).toContain(system)
  })

  test('by a server that has not begun to answer: the command speaks to it once it does', async () => {
    const state = join(folder, 'starting')
    const letGo = await heldBy(state)
    const running = run(['whoami', '--state', state, '--json'])
    await copyFile(join(folder, 'served', 'owner.json'), join(state, 'owner.json'))
    const { code, out } = await running
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ credential: 'owner' })])
    await letGo()
  })

  test('by a command is taken over by a server and by a command, once it has ended', async () => {
    const state = await madeState('handed')
    const letGo = await heldBy(state)
    const terminal = capturedTerminal(folder)
    const serving = runCli(['serve', '--port', '0', '--state', state], terminal)
    const running = run(['kill', 'on', '-s', 'shop-bot', '--reason', 'drill', '--state', state])
    await letGo()
    expect(await running).toMatchObject({ code: 0 })
    await eventually(() => terminal.printed.out.includes('Ctrl-C stops it'), Boolean)
    terminal.interrupt()
    await serving
    expect(terminal.printed.error).toBe('')
  })

  test('for good is refused after a while, without the name of a file that is not there', async () => {
    const state = join(folder, 'held')
    const letGo = await heldBy(state)
    const ran = await run(['kill', 'on', '-s', 'shop-bot', '--reason', 'drill', '--state', state])
    expect([ran.code, ran.error]).toEqual([2, expect.stringMatching(/another process owns .+\[owner\/held\]/)])
    expect(ran.error).not.toContain('owner.json')
    await letGo()
  })
})

describe('a state that is not there', () => {
  test.each([
    ['finding', 'list'],
    ['kill', 'list', '--json'],
    ['incident', 'show', 'INC-1'],
    ['whoami'],
    ['risk', 'list', '--json'],
  ])('is not made by a command that reads (%s %s), named by an option or by the environment', async (...command) => {
    for (const [option, environment] of [
      [['--state', 'no/where'], {}],
      [[], { GATEHOUSE_STATE: 'no/where' }],
    ] as const) {
      const ran = await run([...command, ...option], environment)
      expect([ran.code, ran.out, ran.error]).toEqual([2, '', expect.stringContaining('[state/absent]')])
      expect(ran.error).toContain(join(folder, 'no', 'where'))
    }
    expect(await readdir(folder)).not.toContain('no')
  })

  test('is neither made in a folder of something else', async () => {
    const other = join(folder, 'photos')
    await mkdir(other)
    expect((await run(['finding', 'list', '--state', other])).error).toContain('state/absent')
    expect(await readdir(other)).toEqual([])
  })

  test('is made by a command that changes something, and by a gate, which reads first', async () => {
    const project = await writeTinyProject(join(folder, 'project'))
    expect((await run(['kill', 'on', '-s', 'shop-bot', '--reason', 'r', '--state', 'new-1'])).code).toBe(0)
    expect((await run(['kill', 'list', '--state', 'new-1'])).out).toContain('shop-bot')
    expect((await run(['gate', '-p', project, '--state', 'new-2'])).code).toBe(0)
  })
})

test('a kill switch on a name that nobody knows is taken, and says that nobody knows it', async () => {
  const project = await writeTinyProject(join(folder, 'known'))
  expect((await run(['gate', '-p', project, '--state', 'known-state'])).code).toBe(0)
  const kill = (system: string): Promise<Ran> =>
    run(['kill', 'on', '-s', system, '--reason', 'r', '--state', 'known-state', '--json'])
  const [known, unknown] = [await kill('shop-bot'), await kill('shop-bto')]
  expect([known.code, known.error, JSON.parse(known.out)]).toEqual([
    0,
    '',
    expect.objectContaining({ isSystemKnown: true }),
  ])
  expect([unknown.code, unknown.error, JSON.parse(unknown.out)]).toEqual([
    0,
    expect.stringContaining('no release and no decision of `shop-bto` is known here'),
    expect.objectContaining({ isSystemKnown: false }),
  ])
})
