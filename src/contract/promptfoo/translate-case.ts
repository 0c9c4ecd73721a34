import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { SourcePosition } from '../../base/result.ts'
import type { Expectation } from '../../domain/evaluation/expectation.ts'
import { caseSchema, type RawCase } from '../suite/case-schema.ts'
import { listOf, partOf, type Placed } from './config-parts.ts'
import type { MergedTest } from './expand-test.ts'
import type { ImportNotes } from './import-note.ts'
import type { PromptfooPrompt } from './read-prompts.ts'
import { parseDocument, pathOf, type ReadBeside } from './read-tests.ts'
import { renderDeeply, renderTemplate } from './render-template.ts'
import { translateAssertion, type AssertionOptions } from './translate-assertion.ts'

export interface CaseContext extends AssertionOptions {
  readonly read: ReadBeside
  readonly notes: ImportNotes
  /** `assertionTemplates` of the config, for `$ref`. */
  readonly templates: Placed | undefined
}

const EXPECTATIONS_MAX = 20
const TAGS_MAX = 20

/** One row of promptfoo's table: a test with one set of variables under one prompt. Undefined where it cannot be said. */
// oxlint-disable-next-line max-params -- the test, its variables, its prompt, its id, and how it is read
export async function translateCase(
  test: MergedTest,
  variables: JsonObject,
  prompt: PromptfooPrompt & { readonly isOneOfMany: boolean },
  id: string,
  context: CaseContext,
): Promise<RawCase | undefined> {
  const { notes } = context
  const drop = (at: SourcePosition, why: string): undefined => {
    notes.add('left-out', at, `test ${test.description === '' ? id : test.description}`, why)
    return undefined
  }
  const transform = ['transform', 'postprocess', 'transformVars'].find((key) => test.options[key] !== undefined)
  if (transform !== undefined)
    return drop(test.at, `\`options.${transform}\` is a program, and code of a config is not run`)
  const said = renderMessages(prompt, variables, test.options)
  if ('why' in said) return drop(prompt.at, said.why)
  const expect: Expectation[] = []
  const metrics = new Set<string>()
  for (const assertion of test.asserts) {
    const { expect: more, metric } = await expectationsOf(assertion, variables, context)
    expect.push(...more)
    if (metric !== undefined) metrics.add(`metric:${metric}`)
  }
  if (expect.length === 0)
    return drop(test.at, 'no assertion of it is an expectation, and a case without one says nothing')
  if (expect.length > EXPECTATIONS_MAX)
    notes.add(
      'left-out',
      test.at,
      `test ${id}`,
      `it has ${expect.length} assertions: the first ${EXPECTATIONS_MAX} are taken`,
    )
  const tags = [
    ...(prompt.isOneOfMany ? [`prompt:${prompt.label}`] : []),
    ...Object.entries(test.metadata).flatMap(([key, value]) => tagOf(key, value ?? null)),
    ...metrics,
  ]
  const parsed = caseSchema.safeParse({
    id,
    ...(tags.length === 0 ? {} : { tags: [...new Set(tags.map((tag) => tag.slice(0, 60)))].slice(0, TAGS_MAX) }),
    ...said,
    expect: expect.slice(0, EXPECTATIONS_MAX),
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  return drop(test.at, `a case cannot be so: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}`)
}

type Said = Pick<RawCase, 'system' | 'history' | 'turns'>

/** What is said to the target: the last message is the turn, those before it are history. */
function renderMessages(
  prompt: PromptfooPrompt,
  variables: JsonObject,
  options: JsonObject,
): Said | { readonly why: string } {
  const rendered: { role: string; content: string }[] = []
  for (const { role, content } of prompt.messages) {
    const text = renderTemplate(content, variables)
    if ('why' in text) return text
    rendered.push({ role, content: text.text })
  }
  const system = rendered.filter(({ role }) => role === 'system' || role === 'developer').map(({ content }) => content)
  const talk = rendered.filter(({ role }) => role !== 'system' && role !== 'developer')
  const last = talk.at(-1)
  if (last?.role !== 'user') return { why: 'its prompt does not end with a message of the user' }
  const other = talk.find(({ role }) => role !== 'user' && role !== 'assistant')
  if (other !== undefined) return { why: `its prompt has a message of the role \`${other.role.slice(0, 40)}\`` }
  const around = (key: 'prefix' | 'suffix'): string => (typeof options[key] === 'string' ? options[key] : '')
  const history = talk.slice(0, -1) as { role: 'user' | 'assistant'; content: string }[]
  return {
    ...(system.length === 0 ? {} : { system: system.join('\n\n') }),
    ...(history.length === 0 ? {} : { history }),
    turns: [`${around('prefix')}${last.content}${around('suffix')}`],
  }
}

interface Taken {
  readonly expect: readonly Expectation[]
  readonly metric?: string | undefined
}

const NOTHING: Taken = { expect: [] }

async function expectationsOf(written: Placed, variables: JsonObject, context: CaseContext): Promise<Taken> {
  const { notes } = context
  const assertion = resolveRef(written, context)
  if (assertion === undefined || !isJsonObject(assertion.value)) {
    notes.add(
      'left-out',
      written.at,
      'assert',
      'it is no object, or its `$ref` names nothing under `assertionTemplates`',
    )
    return NOTHING
  }
  const { type, weight, metric, threshold } = assertion.value
  const what = `assert ${typeof type === 'string' ? type : ''}`.trim()
  if (type === 'assert-set') return ofSet(assertion, variables, context)
  if (weight === 0) {
    notes.add('left-out', assertion.at, what, 'with `weight: 0` it is measured and decides nothing')
    return NOTHING
  }
  if (typeof weight === 'number' && weight !== 1)
    notes.add('changed', assertion.at, what, 'its `weight` has no meaning: each expectation must hold')
  const ready = await readyValue(assertion.value, variables, context)
  if ('why' in ready) {
    notes.add('left-out', assertion.at, what, ready.why)
    return NOTHING
  }
  const translated = translateAssertion(
    { ...assertion.value, ...ready, ...(threshold === undefined ? {} : { threshold }) },
    context,
  )
  if ('why' in translated) {
    notes.add('left-out', assertion.at, what, translated.why)
    return NOTHING
  }
  if (translated.changed !== undefined) notes.add('changed', assertion.at, what, translated.changed)
  return { expect: translated.expect, metric: typeof metric === 'string' ? metric : undefined }
}

/** A set in which every assertion must pass is its assertions; a share of them is no expectation. */
async function ofSet(set: Placed, variables: JsonObject, context: CaseContext): Promise<Taken> {
  const { threshold } = isJsonObject(set.value) ? set.value : { threshold: undefined }
  if (typeof threshold === 'number' && threshold < 1) {
    context.notes.add(
      'left-out',
      set.at,
      'assert assert-set',
      'a share of its assertions would be enough, and an expectation knows no share',
    )
    return NOTHING
  }
  const expect: Expectation[] = []
  for (const part of listOf(partOf(set, 'assert'))) {
    const isNested = isJsonObject(part.value) && part.value['type'] === 'assert-set'
    if (isNested) context.notes.add('left-out', part.at, 'assert assert-set', 'it is a set within a set')
    else expect.push(...(await expectationsOf(part, variables, context)).expect)
  }
  return { expect }
}

function resolveRef(assertion: Placed, { templates }: CaseContext): Placed | undefined {
  const reference = isJsonObject(assertion.value) ? assertion.value['$ref'] : undefined
  if (reference === undefined) return assertion
  const name =
    typeof reference === 'string' ? /^#\/assertionTemplates\/([\w-]{1,100})$/.exec(reference)?.[1] : undefined
  const template = name === undefined || templates === undefined ? undefined : partOf(templates, name)
  return template === undefined ? undefined : { ...assertion, value: template.value }
}

/** The value with its variables filled in, and its file read where it names one that is data. */
async function readyValue(
  { type, value }: JsonObject,
  variables: JsonObject,
  { read }: CaseContext,
): Promise<{ readonly value?: Json } | { readonly why: string }> {
  if (value === undefined || value === null) return {}
  // A program is not rendered either: it is refused as what it is.
  if (typeof type === 'string' && /^(?:not-)?(?:javascript|python|ruby|webhook)$/.test(type)) return { value }
  if (typeof value !== 'string' || !value.startsWith('file://')) return renderDeeply(value, variables)
  const path = pathOf(value)
  if (path === undefined) return { why: 'its file lies outside the folder of the config' }
  if (!/\.(?:json|ya?ml|txt|md)$/.test(path)) return { why: 'its value is a program, and code of a config is not run' }
  const text = await read(path)
  if (!text.ok) return { why: text.failure.message }
  if (/\.(?:txt|md)$/.test(path)) return renderDeeply(text.value, variables)
  const document = parseDocument(path, text.value)
  return document.ok
    ? renderDeeply(document.value.value, variables)
    : { why: document.failure[0]?.message ?? 'its file cannot be read' }
}

function tagOf(key: string, value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).slice(0, TAGS_MAX).flatMap((item) => tagOf(key, item))
  return value === null || isJsonObject(value) ? [] : [`${key}:${String(value)}`]
}
