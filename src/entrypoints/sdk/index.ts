// The public surface of `gatehouse/sdk`: what an application, and a suite's target, needs.
export { subjectTokens, type SubjectTokens } from './subject-tokens.ts'
export { scopedRecords, type RecordScope, type ScopedRecord } from './scoped-records.ts'
export type {
  EvaluationTarget,
  TargetFactory,
  TargetOptions,
  TargetModel,
} from '../../application/evaluation/target.ts'
export type { CaseSubject, Observation } from '../../domain/evaluation/suite.ts'
