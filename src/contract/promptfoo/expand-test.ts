import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { listOf, partOf, type Placed } from './config-parts.ts'
import { parseDocument, pathOf, type ReadBeside } from './read-tests.ts'
import { renderDeeply } from './render-template.ts'

/** A test with everything that stands above it: defaults, and the row of its scenario. */
export interface MergedTest {
  readonly at: Placed['at']
  readonly description: string
  readonly vars: JsonObject
  readonly asserts: readonly Placed[]
  readonly options: JsonObject
  readonly metadata: JsonObject
  readonly threshold: number | undefined
  /** Labels of the prompts that it is for; none: all. */
  readonly prompts: readonly string[] | undefined
  readonly hasProviders: boolean
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})

/** Parts from the most general to the test itself; the later ones win, assertions add up. */
export function mergeTest(parts: readonly (Placed | undefined)[], test: Placed): MergedTest {
  const layers = [...parts.filter((part) => part !== undefined), test]
  const read = (key: string): JsonObject =>
    Object.assign({}, ...layers.map(({ value }) => objectOf(objectOf(value)[key]))) as JsonObject
  const options = read('options')
  const own = objectOf(test.value)
  const asserting = options['disableDefaultAsserts'] === true ? layers.slice(1) : layers
  const threshold = layers
    .map(({ value }) => objectOf(value)['threshold'])
    .findLast((value) => typeof value === 'number')
  const prompts = own['prompts']
  return {
    at: test.at,
    description: typeof own['description'] === 'string' ? own['description'] : '',
    vars: read('vars'),
    asserts: asserting.flatMap((layer) => listOf(partOf(layer, 'assert'))),
    options,
    metadata: read('metadata'),
    threshold: typeof threshold === 'number' ? threshold : undefined,
    prompts: Array.isArray(prompts) ? (prompts as readonly Json[]).map(String) : undefined,
    hasProviders: own['provider'] !== undefined || own['providers'] !== undefined,
  }
}

const COMBINATIONS_MAX = 1_000

/** Every combination of the values of variables that are lists, with files read. */
export async function expandVariables(
  { vars, options }: MergedTest,
  read: ReadBeside,
): Promise<Result<readonly JsonObject[], string>> {
  let combinations: readonly Record<string, Json>[] = [{}]
  for (const [name, written] of Object.entries(vars)) {
    const loaded = await loadVariable(written ?? null, read)
    if (!loaded.ok) return fail(`variable \`${name}\`: ${loaded.failure}`)
    const isSpread = Array.isArray(loaded.value) && options['disableVarExpansion'] !== true
    const values = isSpread ? (loaded.value as readonly Json[]) : [loaded.value]
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [name]: value })))
    if (combinations.length > COMBINATIONS_MAX)
      return fail(`its variables have more than ${COMBINATIONS_MAX} combinations`)
  }
  const filled: JsonObject[] = []
  for (const combination of combinations) {
    const rendered = withTemplates(combination)
    if (!rendered.ok) return rendered
    filled.push(rendered.value)
  }
  return ok(filled)
}

/** Variables may name one another; what is filled in is not read again. */
function withTemplates(variables: JsonObject): Result<JsonObject, string> {
  const entries: [string, Json][] = []
  for (const [name, value] of Object.entries(variables)) {
    const rendered = value === undefined ? { value: null } : renderDeeply(value, variables)
    if ('why' in rendered) return fail(`variable \`${name}\`: ${rendered.why}`)
    entries.push([name, rendered.value])
  }
  return ok(Object.fromEntries(entries))
}

async function loadVariable(value: Json, read: ReadBeside): Promise<Result<Json, string>> {
  if (typeof value !== 'string' || !value.startsWith('file://')) return ok(value)
  const path = pathOf(value)
  if (path === undefined) return fail('its file lies outside the folder of the config')
  if (!/\.(?:txt|md|json|ya?ml|csv|html?)$/.test(path)) return fail('its file is a program or no text')
  const text = await read(path)
  if (!text.ok) return fail(text.failure.message)
  if (!/\.(?:json|ya?ml)$/.test(path)) return ok(text.value)
  const document = parseDocument(path, text.value)
  return document.ok ? ok(document.value.value) : fail(document.failure[0]?.message ?? 'its file cannot be read')
}
