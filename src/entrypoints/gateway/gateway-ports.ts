import type { Clock } from '../../base/instant.ts'
import type { AdmittedSystem, ServedRelease } from '../../application/gateway/admitted-system.ts'
import type { SessionPseudonyms } from '../../application/gateway/session-pseudonyms.ts'
import type { ReleaseGuard } from '../../application/gateway/with-detectors.ts'
import type { CleanTexts } from '../../application/gateway/clean-texts.ts'
import type { RequestContext } from '../../application/gateway/decide-request.ts'
import type { AppendOutcome } from '../../adapters/spool/durable-lines.ts'
import type { CheckArguments } from '../../adapters/json-schema/argument-checker.ts'
import type { GatewayTelemetry } from '../../adapters/telemetry/gateway-telemetry.ts'
import type { ReportGate } from '../../adapters/limits/report-gate.ts'
import type { LimitedCall, LimitVerdict } from '../../adapters/limits/limiter.ts'
import type { Transport } from '../../adapters/providers/transport/transport.ts'
import type { VerifiedWorkload } from '../../adapters/http/workload-tokens.ts'
import type {
  DecisionIntent,
  DecisionOutcome,
  ReportLine,
  ShadowLine,
} from '../../contract/decision/decision-record.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import type { McpPlace } from '../../adapters/mcp/mcp-place.ts'
import type { ApprovalDesk } from './approval/approval-desk.ts'
import type { DenyState } from '../../domain/killswitch/deny-record.ts'
import type { Rollouts } from './rollouts.ts'
import type { AskKind } from './route-of.ts'
import type { RoutePlan } from '../../domain/routing/plan-route.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import type { Subject } from '../../domain/session/conversation.ts'
import type { McpSessions } from './mcp/mcp-sessions.ts'
import type { ProxiedCalls } from './mcp/proxied-calls.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'

/** Who a request comes from, by its credentials alone. */
export interface Caller {
  readonly admitted: AdmittedSystem
  readonly keyId: string
  /** The end user, where the credential itself tells. */
  readonly subject?: Subject | undefined
  /** Verifies a `Gatehouse-Subject` token; undefined when it is not valid for this system. */
  verifySubject(token: string): Promise<Subject | undefined>
}

export interface DecidedApproval {
  readonly state: 'approved' | 'refused'
  /** Of the call that was asked about. */
  readonly digest: string
}

/** Where the gateway learns what it may serve. */
export interface AdmissionSource {
  /** Undefined: no such key. */
  callerOf(apiKey: string): Caller | undefined
  /** For credentials that name the system themselves. */
  callerOfSystem(system: string): Caller | undefined
  denyStateOf(system: string): DenyState
  /** What people said about a call of this system's; undefined: nothing yet, or not any more. */
  approvalOf(system: string, id: string): DecidedApproval | undefined
  /** Why nothing can be served, or undefined. */
  readonly outage: string | undefined
}

export interface RecordHealth {
  /** Why the last record could not be written; undefined while they can. */
  readonly problem: string | undefined
  /** Requests that were served without a record since the start. */
  readonly gaps: number
  /** Whether requests of the lowest tier are served all the same. */
  readonly isGapAllowed: boolean
  readonly unshipped: number
  /** Segments that are set aside: the control plane refused them. */
  readonly refused: number
  readonly bytes: number
}

/** Where decision records go. */
export interface DecisionSink {
  /** `mayBeMissing`: where the policy is to go on without a record, this one may be a counted gap. */
  intent(record: DecisionIntent, mayBeMissing: boolean): Promise<AppendOutcome>
  outcome(
    record: DecisionOutcome,
    of: { readonly system: string; readonly environment: string },
    mayBeMissing: boolean,
  ): Promise<AppendOutcome>
  report(record: ReportLine): Promise<AppendOutcome>
  shadow(record: ShadowLine): Promise<AppendOutcome>
  /** How it stands with the records. */
  health(): RecordHealth
}

/** Model Context Protocol: where servers run, the sessions with them, and calls that a proxy elsewhere makes. */
export interface McpPort {
  readonly placeOf: (system: string, server: string) => McpPlace | undefined
  readonly sessions: McpSessions
  readonly calls: ProxiedCalls
}

export interface GatewayPorts {
  readonly admission: AdmissionSource
  readonly sink: DecisionSink
  readonly sessions: SessionStore
  readonly transport: Transport
  /**
   * Where a judged request may go, in order: the model asked for, then the release's fallbacks, within its regions. Embeddings
   * go to the model asked for alone.
   */
  readonly planRoute: (context: RequestContext, model: string, kind?: AskKind) => RoutePlan
  /** Takes what a request is estimated to cost out of every limit that it counts for, or out of none. */
  readonly admitWithinLimits: (call: LimitedCall) => Promise<LimitVerdict>
  /** How long a user has to wait until they may complain again. */
  readonly admitReport: ReportGate
  readonly rollouts: Rollouts
  readonly telemetry: GatewayTelemetry
  /** Whether a request of this release and tenant may be told of where traces go; absent: none go anywhere. */
  readonly mayTrace?: ((release: ServedRelease | undefined, tenant: string | undefined) => boolean) | undefined
  readonly engine: PolicyEngine
  readonly clock: Clock
  readonly monotonicMs: () => number
  readonly newId: () => string
  /** Stand-ins for values, reversible within their session. */
  readonly pseudonyms: SessionPseudonyms
  /** Keyed pseudonyms of principals, canaries; the key never leaves the gateway. */
  readonly hmac: (purpose: string, text: string) => string
  readonly classify: ClassifyInjection
  /** Texts of earlier turns need not be judged again. */
  readonly clean?: CleanTexts | undefined
  /** What a release needs from this process beside its bundle. */
  readonly guardOf: (release: ServedRelease) => ReleaseGuard
  readonly argumentsOf: (release: ServedRelease) => CheckArguments
  /** Whom a token of an identity provider stands for; absent: none are configured. */
  readonly workloadOf?: ((token: string) => Promise<VerifiedWorkload | undefined>) | undefined
  /** People who are asked about tool calls; absent: nobody can be asked. */
  readonly approvals?: ApprovalDesk | undefined
  /** MCP servers that may be reached through this gateway; absent where there are none. */
  readonly mcp?: McpPort | undefined
  /** Told of exceptions that no code expected. */
  readonly onBug?: ((error: unknown) => void) | undefined
}
