import type { CaseSubject, Observation, SuiteCase } from '../../domain/evaluation/suite.ts'

/** The model that answers behind a target. */
export interface TargetModel {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  /** True when a simulated model stands in: every result that rests on it says so. */
  readonly isSimulated: boolean
  readonly close: () => Promise<void>
}

/** What a suite's target is given: a gateway that serves exactly the release under test, and identities for it. */
export interface TargetOptions {
  readonly projectFolder: string
  readonly manifestFile: string
  readonly gatewayUrl: string
  readonly apiKey: string
  readonly subjectToken: (subject: CaseSubject & { readonly session: string }) => Promise<string>
  /** What the release under test declares: an application that speaks for another model or prompt is refused by the gateway. */
  readonly release: TargetRelease
}

export interface TargetRelease {
  readonly models: readonly { readonly id: string; readonly model: string }[]
  /** Text of each prompt, with its slots open, by its id in the manifest. */
  readonly prompts: Readonly<Record<string, string>>
}

/** The application under test, run in process. */
export interface EvaluationTarget {
  /** The whole case comes last, for targets that use its fixtures, tool mocks or variables. */
  // oxlint-disable-next-line max-params -- targets of users take the first three; the case was added behind them
  run(turns: readonly string[], subject: CaseSubject, signal: AbortSignal, suiteCase?: SuiteCase): Promise<Observation>
  close(): Promise<void>
}

/** What the module that a suite names exports. */
export interface TargetFactory {
  startModel(environment: Readonly<Record<string, string | undefined>>): Promise<TargetModel>
  createTarget(options: TargetOptions): Promise<EvaluationTarget>
}
