// Every command that works both ways, embedded and against a server that one has signed in to: the same output, the same
// exit code.
import { generateKeyPairSync } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSession } from '../../src/application/identity/sessions.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { COMMAND_PLACES, leafCommands } from '../../tools/command-places.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { SCENARIO, SCENARIO_FILES, wordsOf, type ScenarioStep } from '../support/command-scenario.ts'
import { normalisedOutput } from '../support/normalised-output.ts'
import { startPlaneOf } from '../support/plane-client.ts'
import { ownSchema, POSTGRES } from '../support/postgres.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { tinyManifest, tinyPack, VERSION_RULE, writeTinyProject } from '../support/tiny-project.ts'

/** A folder with the project, and who works in it by which environment. */
interface World {
  readonly folder: string
  readonly environmentOf: (who: string) => Readonly<Record<string, string>>
  readonly saved: Map<string, string>
}

const PEOPLE = ['ana', 'ben', 'eva']
const CATALOG = join(import.meta.dirname, '..', '..', 'catalog')
const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('cliremote')
if (schema !== undefined) cleanUp.use(schema)
const ownPlace = await ownSchema('clihere')
if (ownPlace !== undefined) cleanUp.use(ownPlace)
let embedded: World
let remote: World

beforeAll(async () => {
  const home = cleanUp.use(await tempFolder()).path
  const own = await projectIn(cleanUp.use(await tempFolder()).path)
  // Opened anew by every command: a schema of PostgreSQL is open sooner than a folder, and all else is the same.
  const place: Readonly<Record<string, string>> =
    ownPlace === undefined ? {} : { GATEHOUSE_DATABASE_URL: POSTGRES, GATEHOUSE_DATABASE_SCHEMA: ownPlace.schema }
  const nobody = { ...place, HOME: join(home, 'nobody') }
  embedded = { folder: own, saved: new Map(), environmentOf: (who) => ({ ...nobody, USER: who }) }
  const far = await projectIn(cleanUp.use(await tempFolder()).path)
  const plane = cleanUp.use(
    await startPlaneOf(join(home, 'state'), schema === undefined ? {} : { schema: schema.schema }),
  )
  for (const name of PEOPLE) {
    const session = await startSession(
      plane.node,
      { name, roles: ['admin'] },
      { method: 'command-line', client: 'test' },
    )
    if (!session.ok) throw new Error(session.failure.message)
    const terminal = capturedTerminal(far, {
      environment: { HOME: join(home, name) },
      stdin: [Buffer.from(`ghc_${session.value}\n`)],
    })
    expect([await runCli(['login', '--server', plane.url, '--token', '-'], terminal), terminal.printed.error]).toEqual([
      0,
      '',
    ])
  }
  remote = { folder: far, saved: new Map(), environmentOf: (who) => ({ HOME: join(home, who) }) }
})
afterAll(() => cleanUp.disposeAsync())

const workloadKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })

async function projectIn(folder: string): Promise<string> {
  await writeTinyProject(folder, tinyManifest(), tinyPack(VERSION_RULE), SCENARIO_FILES)
  await copyFile(join(CATALOG, 'decision-rights.yaml'), join(folder, 'rights.yaml'))
  await writeFile(join(folder, 'workload.pem'), workloadKey)
  return folder
}

async function give(world: World, { who, line, save }: ScenarioStep): Promise<string> {
  const words = wordsOf(line).map((word) =>
    word.replaceAll(/\{(\w+)\}/g, (_, name: string) => world.saved.get(name) ?? `no-${name}`),
  )
  const terminal = capturedTerminal(world.folder, { environment: world.environmentOf(who) })
  const code = await runCli(words, terminal)
  const found = save?.[1].exec(terminal.printed.out)?.[1]
  if (save !== undefined && found !== undefined) world.saved.set(save[0], found)
  return `${terminal.printed.out}--- stderr ---\n${terminal.printed.error}--- exit ${code} ---\n`
}

/** By which way one came is the one word that may differ. */
const WAY = /by (?:owner|session)$/m

/** Lines whose output says something of the way itself, and why: of these only the exit code is the same. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'sessions list': 'whoever opens the state has signed in nowhere',
  'evidence pack -s shop-bot -o pack.zip': 'it says where the trust file is to be had: here, or from the operator',
}

test.each(SCENARIO.map((step) => [step.line, step] as const))('%s', async (line, step) => {
  const [here, there] = [await give(embedded, step), await give(remote, step)]
  const shown = (text: string, { folder }: World): string => normalisedOutput(text, folder).replace(WAY, 'by <way>')
  if (DIFFERENT[line] === undefined) expect(shown(there, remote)).toBe(shown(here, embedded))
  else expect(/exit \d+/.exec(there)?.[0]).toBe(/exit \d+/.exec(here)?.[0])
  if (step.save !== undefined) expect(remote.saved.has(step.save[0])).toBe(true)
})

test('every command has a row that says where it works, and no row is of a command that is gone', () => {
  expect(Object.keys(COMMAND_PLACES).toSorted()).toEqual(
    leafCommands()
      .map(({ name }) => name)
      .toSorted(),
  )
})

test('every command that works both ways is among those that are compared', () => {
  const names = Object.keys(COMMAND_PLACES)
  const given = new Set(
    SCENARIO.map(({ line }) => {
      const words = wordsOf(line)
      return names.find((name) => name === words.slice(0, 2).join(' ')) ?? words[0]
    }),
  )
  expect(names.filter((name) => COMMAND_PLACES[name] === 'both ways' && !given.has(name))).toEqual([])
})
