// Every command that works both ways, embedded and against a server that one has signed in to: the same on standard output,
// the same on standard error, the same exit code; as text, and as JSON where the command has it.
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  for (const form of ['text', 'json'] as const) {
    worlds.set(`${form} here`, await embeddedWorld(cleanUp, environment))
    worlds.set(`${form} there`, await servedWorld(cleanUp, environment))
  }
})
afterAll(() => cleanUp.disposeAsync())

/** Alerts are named as they were shown. */
function replyTo(asked: string): string {
  if (drafting !== 'alerts') return JSON.stringify(DRAFT_REPLIES[drafting])
  const [group] = DRAFT_REPLIES.alerts.groups
  return JSON.stringify({ groups: [{ ...group, alerts: [/[0-9A-HJKMNP-TV-Z]{26}/.exec(asked)?.[0]] }] })
}

const COMMANDS = Object.keys(COMMAND_PLACES)
const WITH_JSON = new Set(leafCommands().flatMap(({ name, options }) => (options.includes('--json') ? [name] : [])))

/** The command that a line gives, by the words of its name. */
function commandOf(line: string): string {
  const words = wordsOf(line)
  return [2, 1].map((count) => words.slice(0, count).join(' ')).find((name) => COMMANDS.includes(name)) ?? line
}

/** What a command may say otherwise in the two places, and why; all else that it says is compared. */
const OTHERWISE: Readonly<Record<string, readonly [found: RegExp, shown: string]>> = {
  // By which way one came.
  whoami: [/by (?:owner|session)$|"credential":"(?:owner|session)"/m, 'by <way>'],
  // Whoever opens the state has signed in nowhere, so none of the sessions is this one.
  'sessions list': [/ {2}\(this one\)|(?<="isCurrent": )(?:true|false)/g, ''],
  // Where the trust file is to be had: here, or from the operator. What each says is in the test of the packs.
  'evidence pack': [/^ {2}(?:embedded mode|trust\.json of).*\n {2}next: .*$/m, '  <where the trust file is>'],
  // The gateway's five minutes, and how long the gateway's hand-over took.
  kpi: [/\b5\.\d+/g, '<5 and some>'],
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
  ;(await import('node:fs')).appendFileSync(
    '/tmp/dump.txt',
    `$$ ${step.who} ${line}\n${textHere}@@@ there\n${textThere}@@@ json\n${jsonHere}@@@ json there\n${jsonThere}`,
  )
  expect(textThere).toBe(textHere)
  expect(jsonThere).toBe(jsonHere)
  for (const answer of [textHere, jsonHere]) expect(answer).toContain(`--- exit ${step.code} ---`)
  if (step.save !== undefined) for (const world of worlds.values()) expect(world.saved.has(step.save[0])).toBe(true)
})
