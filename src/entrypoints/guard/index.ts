// `@gatehouse/guard`: the guard of the gateway inside an application, a browser or an edge runtime. Its wrappers are entries of their own
// (`wrappers`), so that who wraps one client, or none, does not load the others.
export { createGuard } from './create-guard.ts'
export type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
export type { Explanation } from '../../domain/guardrail/explain.ts'
export { GuardDenied, type Denial, type DenialCode } from './guard-denied.ts'
export type {
  AuthorizedCall,
  Guard,
  GuardedTextStream,
  GuardedTool,
  GuardSetup,
  MessageFinding,
  MessagesJudgement,
  ToolCallSituation,
} from './guard-setup.ts'
export { guardText, type GuardJudgement, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
export { guardDocument } from '../../domain/guardrail/guard-document.ts'
export { StreamGuard } from '../../domain/guardrail/stream-guard.ts'
export { resolveGuardPolicy, type GuardPolicy, type SidePolicy } from '../../domain/guardrail/guard-policy.ts'
export { leakIndex } from '../../domain/detection/prompt-leak.ts'
export { authorizeToolCall, type ToolDecision } from '../../domain/authorization/authorize-tool-call.ts'
export { labelOfConversation } from '../../domain/authorization/labels.ts'
export type { GuardConfig } from '../../domain/manifest/manifest.ts'
export type { ConversationMessage, Subject, ToolCall } from '../../domain/session/conversation.ts'
export { sha256Pure as sha256 } from '../../base/sha256.ts'

// A person's yes to one call (docs/how-to/guard-in-your-application.md).
export {
  decideTicket,
  describeCall,
  issueTicket,
  redeemTicket,
  type ApprovalTicket,
} from '../../domain/authorization/approval-ticket.ts'
// Rights for one request, values that the model never reads, and what may be asked about them.
export { exercise, narrow, type Capability } from '../../domain/authorization/capability.ts'
export { declassify } from '../../domain/authorization/declassify.ts'
export { resolveCall } from '../../domain/authorization/opaque-references.ts'
export { withholdResults, type WithheldResults } from '../../domain/authorization/withheld-results.ts'
export { driftOf, pinDescriptors, type McpPins } from '../../domain/authorization/mcp-pins.ts'
// For the wrapper of MCP clients, which has them from here.
export { plantsOrders, speaksToAssistant } from '../../domain/authorization/planted-orders.ts'
