import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import { perturb } from '../../domain/evaluation/perturb.ts'
import type { CaseSubject, SuiteCase } from '../../domain/evaluation/suite.ts'
import type { RawCase } from './case-schema.ts'
import type { SuiteHead } from './suite-schema.ts'
import { renderDeep, type Rendered } from './template.ts'

/** The parts of a suite's head that its cases are made with. */
export type CaseFrame = Pick<
  SuiteHead,
  'defaults' | 'turns' | 'variables' | 'scenarios' | 'perturb' | 'seed' | 'target'
>

/** Who asks where the target knows no users: cases for a bare model need not invent one. */
const ANYBODY: CaseSubject = { tenant: 'default', principal: 'evaluation', roles: [] }

const VARIANTS_MAX = 64

/** A case with everything that its suite adds: defaults, templates filled in, scenarios and wordings as variants. */
export function compileCase(frame: CaseFrame, raw: RawCase, at: SourcePosition): Result<SuiteCase, Problem> {
  const { scenarios, perturb: kinds = [] } = frame
  const bases = scenarios ?? [undefined]
  if (bases.length * (1 + kinds.length) > VARIANTS_MAX)
    return fail({
      code: 'suite/too-many-variants',
      message: `${bases.length} scenarios in ${1 + kinds.length} wordings are more than ${VARIANTS_MAX} variants of a case`,
      next: 'write fewer scenarios or wordings',
      at,
    })
  const compiled: SuiteCase[] = []
  for (const scenario of bases) {
    const one = compileOne(frame, raw, scenario, at)
    if (!one.ok) return one
    compiled.push(one.value, ...kinds.map((kind) => reworded(one.value, kind, frame.seed ?? 1)))
  }
  const [first, ...variants] = compiled
  return ok(variants.length === 0 ? (first as SuiteCase) : { ...(first as SuiteCase), variants })
}

type Scenario = NonNullable<SuiteHead['scenarios']>[number]

// oxlint-disable-next-line max-params -- the frame, the case, the scenario and the place of one problem
function compileOne(
  frame: CaseFrame,
  raw: RawCase,
  scenario: Scenario | undefined,
  at: SourcePosition,
): Result<SuiteCase, Problem> {
  const { defaults = {} } = frame
  const subject = raw.subject ?? defaults.subject ?? (isForUsers(frame) ? undefined : ANYBODY)
  const turns = raw.turns ?? frame.turns
  const expect = [...(raw.expect ?? []), ...(defaults.expect ?? [])]
  if (subject === undefined) return missing('subject', 'or `defaults.subject` of the suite', at)
  if (turns === undefined) return missing('turns', 'or `turns` of the suite', at)
  if (expect.length === 0) return missing('expect', 'or `defaults.expect` of the suite', at)
  const own = {
    turns,
    expect,
    ...(raw.history === undefined ? {} : { history: raw.history }),
    ...systemOf(raw.system ?? scenario?.system ?? defaults.system),
  }
  const variables: JsonObject = { ...frame.variables, ...scenario?.variables, ...raw.variables }
  const rendered = filledIn(own as unknown as Json, variables, raw.id)
  const [unknown] = rendered.unknown
  if (unknown !== undefined)
    return fail({
      code: 'suite/unknown-variable',
      message: `case \`${raw.id}\`: no variable is named \`${unknown}\``,
      next: `use one of: ${Object.keys(variables).join(', ')}; or add it under \`variables\``,
      at,
    })
  const { via: _, ...rest } = raw
  return ok({
    ...rest,
    ...(rendered.value as unknown as Pick<SuiteCase, 'turns' | 'expect' | 'history' | 'system'>),
    ...labelsOf(raw, defaults, scenario),
    subject,
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    file: at.file,
    line: at.line,
  })
}

/** Without variables nothing is a template: braces in the texts of a case are then its own. */
function filledIn(own: Json, variables: JsonObject, id: string): Rendered<Json> {
  if (Object.keys(variables).length === 0) return { value: own, unknown: [] }
  return renderDeep(own, { ...variables, case: { id } })
}

/** Id, tags, risks, language and scenario of a case. */
function labelsOf(
  raw: RawCase,
  defaults: NonNullable<CaseFrame['defaults']>,
  scenario: Scenario | undefined,
): Pick<SuiteCase, 'id' | 'tags' | 'risks' | 'language' | 'variant'> {
  const language = raw.language ?? defaults.language
  const tags = [...(raw.tags ?? []), ...(defaults.tags ?? [])]
  return {
    id: scenario === undefined ? raw.id : `${raw.id}.${scenario.id}`,
    tags: scenario === undefined ? tags : [...tags, scenario.id],
    risks: [...(raw.risks ?? []), ...(defaults.risks ?? [])],
    ...(language === undefined ? {} : { language }),
    ...(scenario === undefined ? {} : { variant: scenario.id }),
  }
}

function reworded(suiteCase: SuiteCase, kind: NonNullable<SuiteHead['perturb']>[number], seed: number): SuiteCase {
  return {
    ...suiteCase,
    id: `${suiteCase.id}~${kind}`,
    turns: suiteCase.turns.map((turn) => perturb(kind, turn, seed)),
    variant: suiteCase.variant === undefined ? kind : `${suiteCase.variant}~${kind}`,
  }
}

/** The application behind a gateway has users, and says so of each case. */
function isForUsers({ target }: CaseFrame): boolean {
  return target !== undefined && !('type' in target)
}

function systemOf(system: string | undefined): { readonly system?: string } {
  return system === undefined ? {} : { system }
}

function missing(key: string, elsewhere: string, at: SourcePosition): Result<never, Problem> {
  return fail({
    code: 'suite/bad-case',
    message: `the case is not valid at \`${key}\`: it is missing`,
    next: `write \`${key}\`, ${elsewhere} (docs/reference/suite.md)`,
    at,
  })
}
