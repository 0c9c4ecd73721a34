import { stringify } from 'yaml'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { RawCase } from '../suite/case-schema.ts'
import { suiteSchema } from '../suite/suite-schema.ts'
import { listOf, partOf, type Placed } from './config-parts.ts'
import { expandVariables, mergeTest, type MergedTest } from './expand-test.ts'
import { ImportNotes, type ImportNote } from './import-note.ts'
import { readPrompts, type PromptfooPrompt } from './read-prompts.ts'
import { parseDocument, readTests, resolveReference, type ReadBeside } from './read-tests.ts'
import { translateCase, type CaseContext } from './translate-case.ts'
import { translateProvider, type TranslatedProvider } from './translate-provider.ts'

export interface PromptfooPorts {
  /** A file beside the config; nothing else is read, and nothing is run. */
  readonly read: ReadBeside
  readonly isPattern: (pattern: string) => boolean
}

export interface ImportedSuite {
  /** The suite's file. */
  readonly head: string
  readonly cases: readonly RawCase[]
  /** Targets of the providers after the first, which is the suite's own. */
  readonly targets: readonly { readonly label: string; readonly text: string }[]
  readonly tests: number
  readonly notes: readonly ImportNote[]
  readonly notesOmitted: number
}

export interface ImportOptions {
  /** Path of the cases, as the suite shall name it. */
  readonly casesFile: string
  /** Model for assertions that a model grades; else that of the config. */
  readonly judge: string | undefined
}

const CASES_MAX = 100_000
const JUDGE = 'rubric'
const JUDGE_PROMPT = `Somebody asked:
{{input}}

The reply was:
{{reply}}

{{question}}
Answer with one word: YES or NO.
`
/** Keys that change nothing about what is asked. */
const QUIET = new Set(
  `description prompts providers targets tests defaultTest scenarios evaluateOptions assertionTemplates outputPath sharing tags
commandLineOptions writeLatestResults metadata $schema nunjucksFilters`.split(/\s+/),
)
const WHY: Readonly<Record<string, string>> = {
  redteam: 'attacks are made by `gatehouse redteam run`',
  derivedMetrics: 'metrics that are computed from others have no place in a suite',
  extensions: 'they are programs, and code of a config is not run',
  env: 'set the environment where the suite is run',
  tracing: 'traces are not read',
}

/** A promptfoo config as a suite: what can be said is said, and every other thing is a note with its line. */
export async function translatePromptfoo(
  file: string,
  text: string,
  ports: PromptfooPorts,
  options: ImportOptions,
): Promise<Result<ImportedSuite, readonly Problem[]>> {
  const document = parseDocument(file, text)
  if (!document.ok) return document
  const config = document.value
  if (!isJsonObject(config.value)) return fail([notAConfig(file, config)])
  const notes = new ImportNotes()
  for (const key of Object.keys(config.value))
    if (!QUIET.has(key))
      notes.add('left-out', config.placeOf([key]), key, WHY[key] ?? 'a suite has nothing of this kind')
  const providers = await readProviders(config, ports, notes)
  const written = partOf(config, 'prompts') ?? { ...config, value: '{{prompt}}' }
  const prompts = await readPrompts(await documentOf(written, 'prompts', ports, notes), ports.read, notes)
  const defaults = await documentOf(partOf(config, 'defaultTest'), 'defaultTest', ports, notes)
  const tests = [
    ...(await readTests(partOf(config, 'tests'), ports.read, notes)).map((test) => mergeTest([defaults], test)),
    ...(await scenarioTests(config, defaults, ports, notes)),
  ]
  const judge = options.judge ?? graderOf(defaults, tests)
  const context: CaseContext = {
    ...ports,
    notes,
    templates: partOf(config, 'assertionTemplates'),
    judge: judge === undefined ? undefined : JUDGE,
  }
  const cases = await translateAll(tests, prompts, context)
  if (cases.length === 0)
    return fail([
      {
        ...notAConfig(file, config),
        code: 'promptfoo/no-case',
        message: `no test of \`${file}\` can be said as a case${firstWhy(notes)}`,
        next: 'see what is left out by --json, and write the suite by hand (docs/how-to/write-a-suite.md)',
      },
    ])
  const [first, ...others] = providers
  const isJudged = cases.some(({ expect }) => expect?.some(({ scorer }) => scorer === 'judge') === true)
  const head = {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'Suite',
    metadata: { id: idOf(config.value['description'], file), version: '1.0.0', title: titleOf(config.value, file) },
    purpose: 'quality',
    ...(first === undefined ? {} : { target: first.target }),
    ...trialsOf(config, notes),
    cases: options.casesFile,
    ...(isJudged && judge !== undefined ? { judges: [{ id: JUDGE, model: judge, prompt: JUDGE_PROMPT }] } : {}),
  }
  const valid = suiteSchema.safeParse(head)
  if (!valid.success) throw new TypeError(`a suite was made that is none: ${valid.error.message}`)
  return ok({
    head: stringify(head, { lineWidth: 120 }),
    cases,
    targets: others.map(({ label, target }) => ({ label, text: stringify(target) })),
    tests: tests.length,
    notes: notes.list(),
    notesOmitted: notes.omitted,
  })
}

function notAConfig(file: string, { at }: Placed): Problem {
  return {
    code: 'promptfoo/not-a-config',
    message: `\`${file}\` is no config of promptfoo: it is no map`,
    next: 'name promptfooconfig.yaml, or a JSON file of the same form',
    at,
  }
}

function firstWhy(notes: ImportNotes): string {
  const note = notes.list().find(({ kind }) => kind === 'left-out')
  return note === undefined ? ': it has none' : `: ${note.file}:${note.line} ${note.what}: ${note.why}`
}

/** A part of the config, or what lies in the file that it names. */
async function documentOf(
  part: Placed | undefined,
  key: string,
  { read }: PromptfooPorts,
  notes: ImportNotes,
): Promise<Placed | undefined> {
  if (typeof part?.value !== 'string' || !/\.(?:ya?ml|json)$/.test(part.value)) return part
  // A prompt may be a file of chat messages.
  if (key === 'prompts' && part.value.endsWith('.json')) return part
  const resolved = await resolveReference(part, read)
  if (resolved.ok) return resolved.value
  notes.add('left-out', part.at, `${key} ${part.value}`, resolved.failure)
  return undefined
}

async function readProviders(
  config: Placed,
  ports: PromptfooPorts,
  notes: ImportNotes,
): Promise<readonly TranslatedProvider[]> {
  const key = partOf(config, 'providers') === undefined ? 'targets' : 'providers'
  const found: TranslatedProvider[] = []
  for (const provider of listOf(await documentOf(partOf(config, key), key, ports, notes))) {
    const { value, at } = provider
    const name =
      typeof value === 'string' ? value : isJsonObject(value) ? String(value['id'] ?? Object.keys(value)[0] ?? '') : ''
    const translated = translateProvider(value)
    if ('why' in translated) notes.add('left-out', at, `provider ${name}`, translated.why)
    else {
      if (translated.changed !== undefined) notes.add('changed', at, `provider ${name}`, translated.changed)
      found.push(translated)
    }
  }
  return found
}

async function scenarioTests(
  config: Placed,
  defaults: Placed | undefined,
  ports: PromptfooPorts,
  notes: ImportNotes,
): Promise<readonly MergedTest[]> {
  const merged: MergedTest[] = []
  for (const scenario of listOf(partOf(config, 'scenarios'))) {
    const rows = listOf(partOf(scenario, 'config'))
    const tests = await readTests(partOf(scenario, 'tests'), ports.read, notes)
    if (rows.length === 0 || tests.length === 0)
      notes.add('left-out', scenario.at, 'scenario', 'it has no `config` or no `tests` that can be read')
    if (rows.length * tests.length + merged.length > CASES_MAX) {
      notes.add('left-out', scenario.at, 'scenario', `there are more than ${CASES_MAX} tests`)
      break
    }
    for (const row of rows) for (const test of tests) merged.push(mergeTest([defaults, row], test))
  }
  return merged
}

/** The model that grades, where the config names one that a judge can be. */
function graderOf(defaults: Placed | undefined, tests: readonly MergedTest[]): string | undefined {
  const named = [
    isJsonObject(defaults?.value) && isJsonObject(defaults.value['options'])
      ? defaults.value['options']['provider']
      : undefined,
    ...tests.flatMap(({ options, asserts }) => [
      options['provider'],
      ...asserts.map(({ value }) => (isJsonObject(value) ? value['provider'] : undefined)),
    ]),
  ]
  for (const name of named) {
    const translated = name === undefined ? undefined : translateProvider(name)
    if (translated !== undefined && 'target' in translated && translated.target.type === 'openai')
      return translated.target.model
  }
  return undefined
}

async function translateAll(
  tests: readonly MergedTest[],
  prompts: readonly PromptfooPrompt[],
  context: CaseContext,
): Promise<readonly RawCase[]> {
  const { notes, read } = context
  const cases: RawCase[] = []
  const ids = new Set<string>()
  for (const [index, test] of tests.entries()) {
    noteTest(test, notes)
    const expanded = await expandVariables(test, read)
    if (!expanded.ok) {
      notes.add('left-out', test.at, `test ${test.description === '' ? index + 1 : test.description}`, expanded.failure)
      continue
    }
    const base = slug(test.description, `test-${String(index + 1).padStart(4, '0')}`)
    for (const [number, variables] of expanded.value.entries())
      for (const [at, prompt] of prompts.entries()) {
        if (test.prompts?.includes(prompt.label) === false) continue
        const parts = [
          base,
          ...(expanded.value.length > 1 ? [`v${number + 1}`] : []),
          ...(prompts.length > 1 ? [`p${at + 1}`] : []),
        ]
        const id = unused(parts.join('.'), ids)
        const one = await translateCase(test, variables, { ...prompt, isOneOfMany: prompts.length > 1 }, id, context)
        if (one !== undefined) cases.push(one)
        if (cases.length >= CASES_MAX) {
          notes.add('left-out', test.at, 'tests', `there are more than ${CASES_MAX} cases: the others are not taken`)
          return cases
        }
      }
  }
  return cases
}

function noteTest({ at, threshold, hasProviders }: MergedTest, notes: ImportNotes): void {
  if (threshold !== undefined)
    notes.add('changed', at, 'threshold', 'a share of the score was enough; here each expectation must hold')
  if (hasProviders) notes.add('changed', at, 'providers of a test', 'every target runs every case')
}

function trialsOf(config: Placed, notes: ImportNotes): { readonly trials?: number } {
  const repeat = partOf(config, 'evaluateOptions', 'repeat')
  if (repeat === undefined || repeat.value === 1) return {}
  const { value } = repeat
  if (typeof value === 'number' && Number.isInteger(value) && value > 1 && value <= 50) return { trials: value }
  notes.add('left-out', repeat.at, 'evaluateOptions.repeat', 'it is no whole number from 1 to 50')
  return {}
}

function slug(text: string, fallback: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 70)
    .replace(/-+$/, '')
  return plain === '' ? fallback : plain
}

function unused(id: string, ids: Set<string>): string {
  let candidate = id
  for (let number = 2; ids.has(candidate); number++) candidate = `${id}.${number}`
  ids.add(candidate)
  return candidate
}

function idOf(description: unknown, file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
  return slug(typeof description === 'string' ? description : name, 'imported')
    .slice(0, 60)
    .replace(/-+$/, '')
}

function titleOf({ description }: JsonObject, file: string): string {
  return (typeof description === 'string' && description !== '' ? description : `Imported from ${file}`).slice(0, 200)
}
