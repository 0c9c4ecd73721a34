import { canonicalJsonOf, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseYaml, type YamlSource } from '../yaml/parse-yaml.ts'

type Path = readonly (string | number)[]

/** One component of a manifest that shall be another: a model by its name, a prompt by its path. */
export interface ComponentChange {
  readonly kind: 'model' | 'prompt'
  /** Id of the component. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly path: Path
}

/** Which component is meant by `main=gpt-…`, `model=gpt-…`, or the name of a model as it is declared. */
export function findComponent(raw: JsonObject, named: string, to: string): Result<ComponentChange, Problem> {
  const all = [...entriesOf(raw, 'models', 'model', 'model'), ...entriesOf(raw, 'prompts', 'prompt', 'path')]
  const exact = all.filter(({ id }) => id === named)
  const declared = all.filter(({ from }) => from === named)
  const ofKind = all.filter(({ kind }) => kind === named)
  const found = [exact, declared, ofKind].find((candidates) => candidates.length > 0) ?? []
  const [change] = found
  const ids = all.map(({ kind, id }) => `${kind} \`${id}\``).join(', ')
  if (change === undefined)
    return fail({
      code: 'upgrade/unknown-component',
      message: `the manifest has no model or prompt \`${named}\``,
      next: `name one of: ${ids}`,
    })
  if (found.length > 1)
    return fail({
      code: 'upgrade/ambiguous-component',
      message: `\`${named}\` may mean ${found.length} components`,
      next: `name one by its id: ${ids}`,
    })
  if (change.from === to)
    return fail({
      code: 'upgrade/nothing-changes',
      message: `${change.kind} \`${change.id}\` is \`${to}\` already`,
      next: 'name what it shall become',
    })
  return ok({ ...change, to })
}

/**
 * The model of a manifest that answers by another name now: told by the name that is declared, and by nothing else. What
 * was seen says that name, and is no word on ids, kinds or prompts.
 */
export function findModel(raw: JsonObject, declared: string, to: string): Result<ComponentChange, Problem> {
  const models = entriesOf(raw, 'models', 'model', 'model')
  const found = models.filter(({ from }) => from === declared)
  const ids = models.map(({ id, from }) => `\`${id}\` (${from})`).join(', ')
  const [change] = found
  if (change !== undefined && found.length === 1 && declared !== to) return ok({ ...change, to })
  if (change !== undefined && found.length > 1)
    return fail({
      code: 'upgrade/ambiguous-component',
      message: `\`${declared}\` is the model of ${found.length} components`,
      next: `name one by its id: ${ids}`,
    })
  const taken = models.find(({ from }) => from === to)
  return fail(
    taken === undefined
      ? {
          code: 'upgrade/unknown-component',
          message: `the manifest declares no model \`${declared}\``,
          next: `it declares: ${ids}`,
        }
      : {
          code: 'upgrade/nothing-changes',
          message: `model \`${taken.id}\` is \`${to}\` already`,
          next: 'name what it shall become',
        },
  )
}

function entriesOf(
  raw: JsonObject,
  list: string,
  kind: ComponentChange['kind'],
  key: string,
): readonly Omit<ComponentChange, 'to'>[] {
  const components = isJsonObject(raw['components']) ? raw['components'][list] : undefined
  if (!Array.isArray(components)) return []
  return (components as readonly Json[]).flatMap((entry, index) => {
    if (!isJsonObject(entry)) return []
    const from = entry[key]
    return typeof entry['id'] === 'string' && typeof from === 'string'
      ? [{ kind, id: entry['id'], from, path: ['components', list, index, key] }]
      : []
  })
}

/** The manifest's text with the change and a new version: nothing else of it changes, comments and layout included. */
export function changeManifest(
  file: string,
  text: string,
  change: ComponentChange,
  version: string,
): Result<string, Problem> {
  const renamed = replaceScalar(file, text, change.path, change.to)
  return renamed.ok ? replaceScalar(file, renamed.value, ['metadata', 'version'], version) : renamed
}

/** Replaces one text value where it stands, and makes sure that the file then says that and else what it said. */
// oxlint-disable-next-line max-params -- file, its text, where in it, and what shall stand there
function replaceScalar(file: string, text: string, path: Path, to: string): Result<string, Problem> {
  const before = parseYaml(file, text)
  if (!before.ok) return fail(before.failure[0] ?? unwritable(undefined, path))
  const wanted = withValue(before.value.value, path, to)
  const at = before.value.positionOf(path)
  const offset = offsetOf(text, at.line, at.column)
  const match = /^[^:\n]{1,40}:[ \t]+("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,{}[\]#&*!|>'"%@`][^\n,{}[\]#]*)/.exec(
    text.slice(offset, offset + 4_000),
  )
  const value = match?.[1]?.trimEnd()
  if (match === null || value === undefined) return fail(unwritable(before.value, path))
  const start = offset + match[0].indexOf(value, match[0].indexOf(':') + 1)
  for (const written of [to, JSON.stringify(to)]) {
    const changed = text.slice(0, start) + written + text.slice(start + value.length)
    const after = parseYaml(file, changed)
    if (after.ok && canonicalJsonOf(after.value.value) === canonicalJsonOf(wanted)) return ok(changed)
  }
  return fail(unwritable(before.value, path))
}

function unwritable(source: YamlSource | undefined, path: Path): Problem {
  return {
    code: 'upgrade/unwritable-manifest',
    message: `\`${path.join('.')}\` is not written as a plain text beside its key`,
    next: 'write it as `key: value` without anchor or alias',
    ...(source === undefined ? {} : { at: source.positionOf(path) }),
  }
}

function offsetOf(text: string, line: number, column: number): number {
  let offset = 0
  for (let at = 1; at < line; at++) offset = text.indexOf('\n', offset) + 1
  return offset + column - 1
}

function withValue(value: Json, [step, ...rest]: Path, to: string): Json {
  if (step === undefined) return to
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) => (index === step ? withValue(item, rest, to) : item))
  if (!isJsonObject(value)) return value
  return { ...value, [step]: withValue(value[step] ?? null, rest, to) }
}

/** The next minor version: `1.4.2` → `1.5.0`; what it was a candidate of is left out. */
export function nextVersion(version: string): string {
  const [major = '0', minor = '0'] = version.split('.')
  return `${major}.${Number(minor) + 1}.0`
}
