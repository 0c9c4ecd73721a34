// The public surface of `gatehouse/sdk`: what an application, and a suite's target, needs.
export { subjectTokens, type SubjectTokens } from './subject-tokens.ts'
export { scopedRecords, type RecordScope, type ScopedRecord } from './scoped-records.ts'
export type {
  EvaluationTarget,
  TargetFactory,
  TargetOptions,
  TargetModel,
} from '../../application/evaluation/target.ts'
export type { Planted, PlantingTarget } from '../../application/redteam/planting-target.ts'
export type { CaseSubject, Observation } from '../../domain/evaluation/suite.ts'
export { systemClock } from '../../adapters/clock/system-clock.ts'
export type { Subject } from '../../domain/session/conversation.ts'

// Retrieval within the rights of an end user (docs/how-to/guard-retrieval.md).
export {
  createRetrievalGuard,
  type Retrieval,
  type RetrievalGuard,
  type RetrievalGuardConfig,
  type RetrievalQuery,
} from '../../application/retrieval/create-retrieval-guard.ts'
export type { RetrievalPorts, RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
export { memoryRetrievalSessions } from '../../adapters/retrieval/memory-retrieval-sessions.ts'
export { functionStore } from '../../adapters/retrieval/function-store.ts'
export { milvusStore } from '../../adapters/retrieval/milvus-store.ts'
export { openSearchStore } from '../../adapters/retrieval/opensearch-store.ts'
export { pgvectorStore } from '../../adapters/retrieval/pgvector-store.ts'
export { pineconeStore } from '../../adapters/retrieval/pinecone-store.ts'
export { weaviateStore } from '../../adapters/retrieval/weaviate-store.ts'
export { scanDocument, type DocumentScan, type IngestedDocument } from '../../domain/retrieval/scan-document.ts'
export { resolveGuardPolicy } from '../../domain/guardrail/guard-policy.ts'

// Tools that run what they are given (docs/how-to/sandbox-a-tool.md).
export { subprocessSandbox } from '../../adapters/sandbox/subprocess-sandbox.ts'
export { containerKill, containerRun } from '../../adapters/sandbox/container-command.ts'
export { containedPath } from '../../adapters/sandbox/contained-path.ts'
export { checkSql } from '../../domain/sandbox/sql-policy.ts'
export { checkArgv } from '../../domain/sandbox/argv-policy.ts'
export type { Sandbox, SandboxOutcome, SandboxRequest } from '../../domain/sandbox/sandbox.ts'

// Agents that call agents, and what they remember (docs/reference/manifest.md).
export {
  attenuate,
  grantDenial,
  grantOfAgent,
  spendCall,
  type AgentGrant,
} from '../../domain/authorization/attenuate.ts'
export { limitsOfAgent, NO_USAGE, spendStep, type AgentUsage } from '../../domain/authorization/agent-budget.ts'
export { memoryKeyOf, readMemory, writeMemory, type Memory } from '../../domain/session/memory.ts'

// Pseudonyms that come back as values (docs/explanation/vault.md).
export { createVault, type Vault, type VaultScope } from '../../domain/vault/vault.ts'
export { pseudonymiseMessages } from '../../domain/vault/pseudonymise-messages.ts'
export { createRestorer, restoreJson, restoreText, type RestoreSink } from '../../domain/vault/restore.ts'
export { nodeVaultCrypto } from '../../adapters/vault/node-vault-crypto.ts'
export { memoryVaultStore } from '../../adapters/vault/memory-vault-store.ts'
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
export { monotonicMs } from '../../adapters/clock/system-clock.ts'
export { systemDeadline } from '../../adapters/clock/system-deadline.ts'
export { customRuleDetector, type CustomRuleOptions } from '../../adapters/detectors/custom-rule-detector.ts'
export { httpDetector, type HttpDetectorOptions } from '../../adapters/detectors/http-detector.ts'
export { llmJudgeDetector, type LlmJudgeOptions } from '../../adapters/detectors/llm-judge-detector.ts'
export { onnxDetector, type OnnxDetectorOptions, type OnnxSession } from '../../adapters/detectors/onnx-detector.ts'
export { readTokenizer, type Tokenizer } from '../../adapters/detectors/tokenizer/read-tokenizer.ts'
