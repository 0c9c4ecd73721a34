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
// Stronger detectors beside the guard's own (docs/how-to/add-a-detector.md).
export { guardWithDetectors, type GuardedText } from '../../application/guard/guard-with-detectors.ts'
export {
  detectorRunner,
  type ConfiguredDetector,
  type DetectorPorts,
  type DetectorRunner,
} from '../../application/guard/run-detectors.ts'
export type { Detector, DetectorFailure, DetectorSetting, DetectorVerdict } from '../../domain/guardrail/detector.ts'
export { guardText, type GuardJudgement } from '../../domain/guardrail/guard-text.ts'
export { resolveGuardPolicy } from '../../domain/guardrail/guard-policy.ts'
export { monotonicMs } from '../../adapters/clock/system-clock.ts'
export { systemDeadline } from '../../adapters/clock/system-deadline.ts'
export { customRuleDetector, type CustomRuleOptions } from '../../adapters/detectors/custom-rule-detector.ts'
export { httpDetector, type HttpDetectorOptions } from '../../adapters/detectors/http-detector.ts'
export { llmJudgeDetector, type LlmJudgeOptions } from '../../adapters/detectors/llm-judge-detector.ts'
export { onnxDetector, type OnnxDetectorOptions, type OnnxSession } from '../../adapters/detectors/onnx-detector.ts'
export { readTokenizer, type Tokenizer } from '../../adapters/detectors/tokenizer/read-tokenizer.ts'
