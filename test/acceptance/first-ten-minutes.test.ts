// The tutorial, run as it is written: each command of docs/tutorials/first-ten-minutes.md in its order, each output line by line.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  EXAMPLE,
  freePort,
  gateExample,
  ownSession,
  ROOT,
  startPlane,
  startProcesses,
  type Processes,
} from '../../examples/stack.ts'
import { printVerdict } from '../../src/entrypoints/cli/gate/print-verdict.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { capturedTerminal, type CapturedTerminal } from '../support/captured-terminal.ts'
import { tempFolder } from '../support/temp-folder.ts'

interface Step {
  readonly command: string
  readonly expected: readonly string[]
}

/** Commands and outputs of the fenced blocks; a block without a prompt is what `npm start` prints, named by its first line. */
function stepsOf(text: string): readonly Step[] {
  return [...text.matchAll(/^```\n([^]*?)^```$/gm)].flatMap(([, block = '']) => {
    const steps: { command: string; expected: string[] }[] = []
    for (const line of block.trimEnd().split('\n')) {
      const last = steps.at(-1)
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [] })
      else if (last?.command.endsWith('\\') === true) last.command = `${last.command.slice(0, -1)} ${line.trim()}`
      else if (last === undefined) steps.push({ command: line, expected: [line] })
      else last.expected.push(line)
    }
    return steps
  })
}

/** What differs from run to run: ids, times, durations, sizes, ports, folders. */
function normalised(text: string): string {
  return (
    text
      .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
      .replaceAll(/\b\d+(?:\.\d)? (?:s|ms)\b/g, 'DURATION')
      .replaceAll(/ledger #\d+/g, 'ledger #N')
      .replaceAll(/\b\d+(?:\/\d+)? (entries|bytes|files|payloads|signatures|digests)/g, 'N $1')
      .replaceAll(/checkpoint: size \d+/g, 'checkpoint: size N')
      // An incident begins at the fifth request that is seen; more may have come with it by then.
      .replaceAll(/\(\d+ requests, /g, '(N requests, ')
      .replaceAll(/ and \d+ more/g, ' and N more')
      .replaceAll(/sha256:[0-9a-f]{8,64}…?/g, 'sha256:DIGEST')
      .replaceAll(/root [0-9a-f]{12}/g, 'root DIGEST')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      .replaceAll(/login=[\w-]+/g, 'login=CODE')
      .replaceAll(/(?:\/[^\s`/]+)+\/(?=\.gatehouse\b|pack\.zip)/g, '')
  )
}

/** A gap `…` stands for any lines where it is alone, and for any text within a line. */
function asPattern(expected: readonly string[]): RegExp {
  const lines = expected.map((line) =>
    line.trim() === '…' ? '(?:.*\\n)*?' : `${normalised(line).split('…').map(escaped).join('.*')}\\n`,
  )
  return new RegExp(`^${lines.join('')}$`)
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const steps = stepsOf(await readFile(join(ROOT, 'docs/tutorials/first-ten-minutes.md'), 'utf8'))
const cleanUp = new AsyncDisposableStack()
let folder: string
let plane: ControlPlane
let processes: Processes | undefined
/** Ids that a later command of the tutorial names: of the recorded request and of the kill switch. */
const ids = new Map<string, string>()

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  const stateFolder = join(folder, '.gatehouse')
  plane = cleanUp.use(await startPlane(stateFolder, await freePort()))
})
afterAll(() => cleanUp.disposeAsync())

function freshTerminal(): CapturedTerminal {
  return capturedTerminal(ROOT, { environment: { USER: 'ana', GATEHOUSE_STATE: join(folder, '.gatehouse') } })
}

async function outputOf(command: string): Promise<string> {
  if (command.startsWith('— gating ')) return gated(command.slice('— gating examples/support-assistant/'.length))
  if (command.startsWith('curl ')) return `${await ask(/-d '([^']+)'/.exec(command)?.[1] ?? '')}\n`
  if (command.startsWith('for i in ')) {
    const body = /-d "((?:[^"\\]|\\.)+)"/.exec(command)?.[1]?.replaceAll('\\"', '"') ?? ''
    for (const i of '123456') await ask(body.replaceAll('$i', i))
    return ''
  }
  const args = [...command.replace('./bin/gatehouse ', '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) =>
    inFolder(withIds(quoted ?? plain ?? '')),
  )
  const own = freshTerminal()
  await runCli(args, own)
  const said = own.printed.out + own.printed.error
  ids.set('request', /requests: (\w{26})/.exec(said)?.[1] ?? ids.get('request') ?? '')
  ids.set('switch', /kill switch on: (\w{26})/.exec(said)?.[1] ?? ids.get('switch') ?? '')
  return said

  function withIds(word: string): string {
    if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(word)) return word
    return ids.get(command.includes('kill off') ? 'switch' : 'request') ?? word
  }
}

/** What the tutorial writes into its folder is written into that of the test. */
function inFolder(word: string): string {
  return word === 'pack.zip' || word.startsWith('.gatehouse/') ? join(folder, word) : word
}

async function gated(manifest: string): Promise<string> {
  const own = freshTerminal()
  const outcome = await gateExample(own, ownSession(plane, 'example'), manifest)
  const before = own.printed.out
  printVerdict(own, outcome, { verbose: false, isExiting: false, seconds: 1 })
  return `— gating examples/support-assistant/${manifest}\n${own.printed.out.slice(before.length)}`
}

/** An incident is opened once the gateway has handed its records over. */
function onceThereIsOne(command: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const said = await outputOf(command)
      if (!said.includes('INC-')) throw new Error(said)
      return said
    },
    { timeout: 60_000, interval: 100 },
  )
}

async function ask(body: string): Promise<string> {
  const response = await fetch(`${processes?.appUrl ?? ''}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return response.text()
}

/** `npm start` has gated both releases before it starts the processes. */
async function startOnce(): Promise<void> {
  if (processes !== undefined) return
  const ports = { control: 0, gateway: await freePort(), app: await freePort(), model: await freePort() }
  const stateFolder = join(folder, '.gatehouse')
  processes = cleanUp.use(await startProcesses(plane, ports, { stateFolder, environment: {}, project: EXAMPLE }))
}

describe('the first ten minutes', () => {
  test('are written as commands with their outputs', () => {
    expect(steps.length).toBeGreaterThan(15)
    expect(steps.filter(({ command }) => command.startsWith('— gating')).length).toBe(2)
  })

  test.each(steps.filter(({ command }) => !command.startsWith('npm ')).map((step) => [step.command, step] as const))(
    '%s',
    async (command, { expected }) => {
      if (!command.startsWith('— gating')) await startOnce()
      const said = command.includes('incident list') ? await onceThereIsOne(command) : await outputOf(command)
      if (expected.length > 0) expect(normalised(said.endsWith('\n') ? said : `${said}\n`)).toMatch(asPattern(expected))
    },
    120_000,
  )
})
