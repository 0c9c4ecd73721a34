// Every command that works both ways, embedded and against a server that one has signed in to: the same on standard output,
// the same on standard error, the same exit code; as text, and as JSON where the command has it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readStoredZip } from '../../src/contract/archive/stored-zip.ts'
import { COMMAND_PLACES, leafCommands } from '../../tools/command-places.ts'
import { SCENARIO } from '../support/command-scenario.ts'
import { embeddedWorld, give, servedWorld, wordsIn, type World } from '../support/command-worlds.ts'
import { DRAFT_REPLIES } from '../support/draft-replies.ts'
import { wordsOf, type ScenarioStep } from '../support/scenario-step.ts'
import { completion, scriptedOpenAI } from '../support/scripted-openai.ts'

type Form = 'text' | 'json'
type Place = 'here' | 'there'
const cleanUp = new AsyncDisposableStack()
const worlds = new Map<`${Form} ${Place}`, World>()
/** The draft that the model is asked for. */
let drafting: keyof typeof DRAFT_REPLIES = 'control'

beforeAll(async () => {
  const model = cleanUp.use(
    await scriptedOpenAI((body) => ({ json: completion({ content: replyTo(JSON.stringify(body)) }) })),
  )
  const environment = {
    GATEHOUSE_DRAFT_URL: model.baseURL,
    GATEHOUSE_DRAFT_MODEL: 'writer-1',
    GATEHOUSE_DRAFT_KEY: 'k-1',
  }
  const start = { here: embeddedWorld, there: servedWorld }
  await Promise.all(
    (['text here', 'text there', 'json here', 'json there'] as const).map(async (name) => {
      const place = name.endsWith('there') ? 'there' : 'here'
      worlds.set(name, await start[place](cleanUp, environment))
    }),
  )
})
afterAll(() => cleanUp.disposeAsync())

/** Alerts are named as they were shown. */
function replyTo(asked: string): string {
  if (drafting !== 'alerts') return JSON.stringify(DRAFT_REPLIES[drafting])
  const [group] = DRAFT_REPLIES.alerts.groups
  return JSON.stringify({ groups: [{ ...group, alerts: [/[0-9A-HJKMNP-TV-Z]{26}/.exec(asked)?.[0]] }] })
}

/** Commands that did what they were asked for, once at least. */
const answered = new Set<string>()
const COMMANDS = Object.keys(COMMAND_PLACES)
const WITH_JSON = new Set(leafCommands().flatMap(({ name, options }) => (options.includes('--json') ? [name] : [])))

/** The command that a line gives, by the words of its name. */
function commandOf(line: string): string {
  const words = wordsOf(line)
  return [2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => COMMANDS.includes(name)) ?? line
}

const TRUST_HERE =
  'embedded mode: whoever can write `<folder>/.gatehouse` can forge; give the auditor trust.json by another way\n  next: gatehouse evidence verify pack.zip --trust <folder>/.gatehouse/trust.json'
const TRUST_THERE =
  'trust.json of http://127.0.0.1:\\d+ comes from its operator, by another way than the pack\n  next: gatehouse evidence verify pack.zip --trust trust.json'

/** What a command may say otherwise in the two places, and why; all else that it says is compared. */
const OTHERWISE: Readonly<Record<string, readonly [found: RegExp, shown: string]>> = {
  // By which way one came.
  whoami: [/by (?:owner|session)$|"credential":"(?:owner|session)"/m, 'by <way>'],
  // Whoever opens the state has signed in nowhere, so none of the sessions is this one.
  'sessions list': [/ {2}\(this one\)|(?<="isCurrent": )(?:true|false)/g, ''],
  // Where the trust file is to be had: here, or from the operator.
  'evidence pack': [new RegExp(`^ {2}(?:${TRUST_HERE}|${TRUST_THERE})$`, 'm'), '  <where the trust file is>'],
  // How long the gateways took, of which there are none.
  'kill on': [/(?<="acknowledgedAfterMs": ?)\d+/, '<ms>'],
  'kill off': [/(?<="acknowledgedAfterMs": ?)\d+/, '<ms>'],
  // How long things took, in figures that are times; rates and counts are compared.
  kpi: [
    /[\d.]+ (?:h|min) \(95%: [\d.]+–[\d.]+\) *|(?<="unit": "(?:h|min)",[^}]*"(?:value|low|high)": )[\d.]+/g,
    '<time>',
  ],
}

async function answersOf(form: Form, place: Place, step: ScenarioStep, at: number): Promise<string> {
  const world = worlds.get(`${form} ${place}`)!
  if (step.before !== undefined) await world.askAsGateway(step.before(at))
  const words = wordsIn(world, step.line)
  const given = await give(
    world,
    step,
    form === 'json' && WITH_JSON.has(commandOf(step.line)) ? [...words, '--json'] : words,
  )
  const now = Date.now()
  const [found, shown] = OTHERWISE[commandOf(step.line)] ?? [/(?!)/, '']
  const plain = (text: string): string => world.comparable.of(text, { folder: world.folder, now }).replace(found, shown)
  return `${plain(given.out)}--- standard error ---\n${plain(given.error)}--- exit ${given.code} ---\n`
}

test.each(SCENARIO.map((step) => [step.line, step] as const))('%s', async (line, step) => {
  drafting = (/^draft (\w+)/.exec(line)?.[1] ?? drafting) as typeof drafting
  const at = Date.now()
  const [textHere, textThere, jsonHere, jsonThere] = await Promise.all([
    answersOf('text', 'here', step, at),
    answersOf('text', 'there', step, at),
    answersOf('json', 'here', step, at),
    answersOf('json', 'there', step, at),
  ])
  expect(textThere).toBe(textHere)
  expect(jsonThere).toBe(jsonHere)
  for (const answer of [textHere, jsonHere]) expect(answer).toContain(`--- exit ${step.code} ---`)
  if (step.save !== undefined) for (const world of worlds.values()) expect(world.saved.has(step.save[0])).toBe(true)
  if (!/^error /m.test(textHere) && !/^error /m.test(jsonHere)) answered.add(commandOf(line))
})

test('what follows from the project alone is the same everywhere, digit by digit', () => {
  for (const name of ['digest', 'graph', 'prompt', 'newest'])
    expect(new Set([...worlds.values()].map(({ saved }) => saved.get(name))).size).toBe(1)
})

/** The files of an evidence pack, comparable with those of another ledger in which the same stands. */
async function packOf({ folder, comparable }: World): Promise<readonly (readonly [path: string, text: string])[]> {
  const files = readStoredZip(await readFile(join(folder, 'pack.zip')))
  if (files === undefined) throw new Error('that is no pack')
  const now = Date.now()
  return files.map(({ path, bytes }) => [
    comparable.of(path, { folder, now }),
    comparable.of(Buffer.from(bytes).toString('utf8'), { folder, now }),
  ])
}

test.each(['text', 'json'] as const)('the packs of both places hold the same (%s)', async (form) => {
  const here = await packOf(worlds.get(`${form} here`)!)
  const there = await packOf(worlds.get(`${form} there`)!)
  expect(there.map(([path]) => path)).toEqual(here.map(([path]) => path))
  expect(there).toEqual(here)
  // Index, checkpoint and trust file, and of each entry itself and its proof.
  expect(here.length).toBeGreaterThan(3 + 2 * 50)
})

test('each pack is verified by the trust file of its own place, and by no other', async () => {
  const [here, there] = [worlds.get('text here')!, worlds.get('text there')!]
  const verify = async (pack: World, trust: World): Promise<number> => {
    const words = ['evidence', 'verify', 'pack.zip', '--trust', trust.trustFile]
    return (await give(pack, { who: 'ana', line: words.join(' '), code: 0 }, words)).code
  }
  expect([await verify(here, here), await verify(there, there)]).toEqual([0, 0])
  expect([await verify(here, there), await verify(there, here)]).toEqual([6, 6])
})

test('every command has a row that says where it works, and no row is of a command that is gone', () => {
  expect(COMMANDS.toSorted()).toEqual(
    leafCommands()
      .map(({ name }) => name)
      .toSorted(),
  )
})

/** Commands that are compared where they are refused only, and why. */
const REFUSED_ONLY: Readonly<Record<string, string>> = {
  'jobs retry': 'it wants a job that a server has given up',
}

test('every command that works both ways is compared where it does what it is asked for', () => {
  const both = COMMANDS.filter((name) => COMMAND_PLACES[name] === 'both ways')
  expect(both.filter((name) => !SCENARIO.some(({ line }) => commandOf(line) === name))).toEqual([])
  expect(both.filter((name) => !answered.has(name))).toEqual(Object.keys(REFUSED_ONLY))
})

/** Reasons of commands that open no state; runs lie in folders beside one. */
const WITHOUT_STATE: readonly string[] = ['files', 'offline', 'login', 'gateway']

test('a command that is said to open no state takes none, and every other takes one', () => {
  for (const { name, options } of leafCommands().filter((leaf) => COMMAND_PLACES[leaf.name] !== 'runs'))
    expect([name, options.includes('--state')]).toEqual([name, !WITHOUT_STATE.includes(COMMAND_PLACES[name] ?? '')])
})
