// Places where the same commands are given: a folder whose state each command opens, and one that a server has, signed in to.
import { generateKeyPairSync } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { keepResults } from '../../src/application/upgrade/record-upgrade.ts'
import type { Digest } from '../../src/base/digest.ts'
import { writeRecordedSide } from '../../src/contract/upgrade/recorded-side.ts'
import { startSession } from '../../src/application/identity/sessions.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import { openNode, type OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import type { StatePlace } from '../../src/entrypoints/node/open-state.ts'
import { schedulesOf } from '../../src/entrypoints/worker/schedules.ts'
import { capturedTerminal } from './captured-terminal.ts'
import { ComparableOutput } from './comparable-output.ts'
import { sessionOn } from './owned-state.ts'
import { bearer, callAs, startPlaneOf } from './plane-client.ts'
import { ownSchema, POSTGRES } from './postgres.ts'
import { SCENARIO_FILES } from './scenario-files.ts'
import { wordsOf, type GatewayCall, type ScenarioStep } from './scenario-step.ts'
import { tempFolder } from './temp-folder.ts'
import { SYSTEM, tinyManifest, tinyPack, VERSION_RULE, writeTinyProject } from './tiny-project.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

/** A folder with the project, and who works in it by which environment. */
export interface World {
  readonly folder: string
  readonly trustFile: string
  /** What earlier steps saved, by name. */
  readonly saved: Map<string, string>
  readonly comparable: ComparableOutput
  environmentOf(who: string): Readonly<Record<string, string>>
  /** What a gateway hands in. */
  askAsGateway(call: GatewayCall): Promise<void>
}

export interface Given {
  readonly out: string
  readonly error: string
  readonly code: number
}

const PEOPLE = ['ana', 'ben', 'eva']
/** Somebody whose session is ended. */
const GUEST = 'dan'
/** What a worker has run before. */
export const EVALUATION = '01J00000000000000000000E01'
const CATALOG = join(import.meta.dirname, '..', '..', 'catalog')
const OWNER = { organization: 'local', version: '0.1.0', report: warnOfTrouble } as const
/** No job is done in any of the worlds: it would be done by a server alone. */
const CONFIG = { apiVersion: 'gatehouse.dev/v1', kind: 'ServerConfig', jobs: { inServer: false } } as const

export type StartWorld = (
  cleanUp: AsyncDisposableStack,
  environment: Readonly<Record<string, string>>,
) => Promise<World>

/** Each command opens the state: in a schema of PostgreSQL if there is one, which is open sooner than a folder. */
export const embeddedWorld: StartWorld = async (cleanUp, environment) => {
  const folder = await project(cleanUp)
  const home = cleanUp.use(await tempFolder()).path
  const database = await databaseOf(cleanUp, 'clihere')
  const stateFolder = join(folder, '.gatehouse')
  const within = async <Value>(work: (node: OpenedNode) => Promise<Value>): Promise<Value> => {
    const opened = await openNode({ ...OWNER, stateFolder, ...database })
    if (!opened.ok) throw new Error(opened.failure.message)
    await using node = opened.value
    return await work(node)
  }
  await within(prepare)
  const place: Readonly<Record<string, string>> =
    database === undefined
      ? {}
      : { GATEHOUSE_DATABASE_URL: database.databaseUrl, GATEHOUSE_DATABASE_SCHEMA: database.databaseSchema }
  return {
    folder,
    trustFile: join(stateFolder, 'trust.json'),
    saved: new Map(),
    comparable: new ComparableOutput(),
    environmentOf: (who) => ({ ...environment, ...place, HOME: home, USER: who }),
    askAsGateway: ({ operation, input }) =>
      within(async (node) => {
        const asked = await sessionOn(node, 'gateway', ['gateway']).call(operation, input as never)
        if (!asked.ok) throw new Error(asked.failure.message)
      }),
  }
}

/** A server has the state, and each person has signed in to it. */
export const servedWorld: StartWorld = async (cleanUp, environment) => {
  const folder = await project(cleanUp)
  const home = cleanUp.use(await tempFolder()).path
  const database = await databaseOf(cleanUp, 'clithere')
  const plane = cleanUp.use(
    await startPlaneOf(join(home, 'state'), {
      config: CONFIG,
      ...(database === undefined ? {} : { schema: database.databaseSchema }),
    }),
  )
  const tokens = await prepare(plane.node)
  for (const name of PEOPLE) {
    const terminal = capturedTerminal(folder, {
      environment: { HOME: join(home, name) },
      stdin: [Buffer.from(`ghc_${tokens.get(name)}\n`)],
    })
    const code = await runCli(['login', '--server', plane.url, '--token', '-'], terminal)
    expect([code, terminal.printed.error]).toEqual([0, ''])
  }
  return {
    folder,
    trustFile: join(home, 'state', 'trust.json'),
    saved: new Map(),
    comparable: new ComparableOutput(),
    environmentOf: (who) => ({ ...environment, HOME: join(home, who) }),
    async askAsGateway({ operation, input }) {
      const { status, body } = await callAs(plane, bearer(plane.node.gatewayToken), operation, input)
      if (status !== 200) throw new Error(JSON.stringify(body))
    },
  }
}

/** What is there before the first command: sessions of people, and a schedule of a server's configuration. */
async function prepare(node: OpenedNode): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>()
  for (const name of [...PEOPLE, GUEST]) {
    const by = { method: 'command-line', client: 'test' } as const
    const session = await startSession(node, { name, roles: ['admin'] }, by)
    if (!session.ok) throw new Error(session.failure.message)
    tokens.set(name, session.value)
  }
  const cron = '0 3 1 1 *'
  const work = { project: '/nowhere', manifest: 'gatehouse.yaml', system: SYSTEM, suite: 'suite.yaml' }
  const nightly = { kind: 'suite', id: 'nightly', cron, timezone: 'UTC', ...work, shards: 1, concurrency: 1 } as const
  const kept = await (await node.jobs()).schedule(schedulesOf([nightly]))
  if (!kept.ok) throw new Error(kept.failure.message)
  await keepEvaluation(node)
  return tokens
}

/** As a worker keeps what a release does. */
async function keepEvaluation(node: OpenedNode): Promise<void> {
  const releaseDigest = `sha256:${'0'.repeat(64)}` as Digest
  const watched = { id: 'models', system: SYSTEM, project: '/nowhere', manifest: 'gatehouse.yaml', margin: 0.02 }
  const draw = { attacks: 0, seed: 1 }
  const kept = await keepResults(node, {
    id: EVALUATION,
    work: { ...watched, ...draw, task: 'keep', releaseDigest },
    releaseDigest,
    results: writeRecordedSide({
      system: SYSTEM,
      releaseDigest,
      isSimulated: false,
      ...draw,
      side: { origin: 'run', suites: new Map(), campaign: undefined, models: [], changed: [], checks: [] },
    }),
  })
  if (!kept.ok) throw new Error(kept.failure.message)
}

type Database = Required<Pick<StatePlace, 'databaseUrl' | 'databaseSchema'>> & {
  readonly databaseUrl: string
  readonly databaseSchema: string
}

async function databaseOf(cleanUp: AsyncDisposableStack, name: string): Promise<Database | undefined> {
  const schema = await ownSchema(`${name}${Math.floor(performance.now())}`)
  if (schema === undefined) return undefined
  cleanUp.use(schema)
  return { databaseUrl: POSTGRES, databaseSchema: schema.schema }
}

const workloadKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })

async function project(cleanUp: AsyncDisposableStack): Promise<string> {
  const folder = cleanUp.use(await tempFolder()).path
  await writeTinyProject(folder, tinyManifest(), tinyPack(VERSION_RULE), SCENARIO_FILES)
  await copyFile(join(CATALOG, 'decision-rights.yaml'), join(folder, 'rights.yaml'))
  await writeFile(join(folder, 'workload.pem'), workloadKey)
  return folder
}

/** The words of a step, with what this world saved under the names in braces. */
export function wordsIn(world: World, line: string): readonly string[] {
  return wordsOf(line).map((word) =>
    word.replaceAll(/\{(\w+)\}/g, (_, name: string) => world.saved.get(name) ?? `no-${name}`),
  )
}

/** Gives one command, and saves of its answer what later ones name. */
export async function give(world: World, { who, save }: ScenarioStep, words: readonly string[]): Promise<Given> {
  const terminal = capturedTerminal(world.folder, { environment: world.environmentOf(who) })
  const code = await runCli(words, terminal)
  const { out, error } = terminal.printed
  const found = save?.[1]
    .exec(out + error)
    ?.slice(1)
    .find((group) => group !== undefined)
  if (save !== undefined && found !== undefined) world.saved.set(save[0], found)
  return { out, error, code }
}
