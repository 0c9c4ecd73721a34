import type { ControlAssessment, ControlStatus } from './assess-control.ts'
import type { Framework, Relation } from './control.ts'

/** `covered` only where a control that does the whole entry is evidenced; a part of it is `partly`. */
export const COVERAGES = ['covered', 'partly', 'failing', 'not-evidenced', 'not-applicable', 'no-control'] as const
export type Coverage = (typeof COVERAGES)[number]

export interface EntryCoverage {
  readonly id: string
  readonly title: string
  readonly coverage: Coverage
  readonly controls: readonly { readonly id: string; readonly relation: Relation; readonly status: ControlStatus }[]
}

export interface FrameworkCoverage {
  readonly framework: string
  readonly name: string
  readonly version: string
  readonly entries: readonly EntryCoverage[]
  readonly counts: Readonly<Record<Coverage, number>>
}

/** Which entries of a framework have evidence behind them. A control that does a part of an entry never covers it alone. */
export function coverFramework(framework: Framework, assessments: readonly ControlAssessment[]): FrameworkCoverage {
  const entries = framework.entries.map(({ id, title }): EntryCoverage => {
    const controls = assessments.flatMap(({ control, status }) =>
      control.crosswalks
        .filter((crosswalk) => crosswalk.framework === framework.id && crosswalk.entry === id)
        .map(({ relation }) => ({ id: control.id, relation, status })),
    )
    return { id, title, coverage: coverageOf(controls), controls }
  })
  const counts = Object.fromEntries(
    COVERAGES.map((coverage) => [coverage, entries.filter((entry) => entry.coverage === coverage).length]),
  ) as Record<Coverage, number>
  return { framework: framework.id, name: framework.name, version: framework.version, entries, counts }
}

function coverageOf(controls: EntryCoverage['controls']): Coverage {
  if (controls.length === 0) return 'no-control'
  const applicable = controls.filter(({ status }) => status !== 'not-applicable')
  if (applicable.length === 0) return 'not-applicable'
  if (applicable.some(({ status }) => status === 'failing')) return 'failing'
  const isWhole = (relation: Relation): boolean => relation === 'equal' || relation === 'superset'
  // An exception is no evidence that the entry is met: it is a decision to live without.
  if (applicable.some(({ relation, status }) => status === 'evidenced' && isWhole(relation))) return 'covered'
  return applicable.some(({ status }) => status !== 'not-evidenced') ? 'partly' : 'not-evidenced'
}
