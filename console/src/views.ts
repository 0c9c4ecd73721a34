import type { DecisionIntent, DecisionOutcome } from '../../src/contract/decision/decision-record.ts'
import type { OutputOf } from '../../src/contract/http/operations.ts'
import type { Incident } from '../../src/domain/incident/incident.ts'
import type { DenyRecord } from '../../src/domain/killswitch/deny-record.ts'
import type { Kpi } from '../../src/domain/kpi/kpi.ts'
import type { Approval } from '../../src/domain/release/approvals.ts'
import type { Verdict } from '../../src/domain/release/decide-release.ts'
import type { CheckEvidence, CheckOutcome } from '../../src/domain/release/evidence.ts'
import type { ReleaseException } from '../../src/domain/release/release-exception.ts'
import type { Risk } from '../../src/domain/risk/risk.ts'
import type { RouteName } from './api-routes.ts'

/** What the console reads of the control plane's answers. */
export interface Items<Item> {
  readonly items: readonly Item[]
}

export interface FindingView extends Pick<CheckEvidence, 'measure' | 'failures' | 'failuresOmitted' | 'isSimulated'> {
  readonly id: string
  readonly pack: string
  readonly title: string
  readonly severity: string
  readonly controls: readonly string[]
  readonly frameworks: readonly string[]
  readonly outcome: CheckOutcome | 'excepted'
  readonly detail: string
  readonly message: string
  readonly fix: string
  readonly evidenceId: string | null
  readonly exceptionId: string | null
  readonly exceptionExpiresAt: number | null
}

export interface VerdictView {
  readonly id: string
  readonly system: string
  readonly systemVersion: string
  readonly releaseDigest: string
  readonly environment: string
  readonly tier: string
  readonly verdict: Verdict
  readonly results: readonly FindingView[]
  readonly skipped: readonly string[]
  readonly approvals: {
    readonly needed: number
    readonly given: readonly string[]
    readonly agreed?: number | undefined
    readonly isRejected: boolean
  }
  readonly unusedExceptions: readonly string[]
  readonly packs: readonly { readonly id: string; readonly version: string; readonly digest: string }[]
  readonly decidedAt: number
  readonly validUntil: number
  readonly author: string
  readonly envelope: object | null
  readonly ledgerIndex: number
}

export interface SystemView {
  readonly system: string
  readonly tier: string | null
  readonly releases: number
  readonly newestVerdict: VerdictView | null
  readonly openIncidents: number
  readonly openRisks: number
  readonly activeExceptions: number
  readonly isHalted: boolean
  readonly deniedTools: readonly string[]
}

export interface ReleaseRecord {
  readonly digest: string
  readonly version: string
  readonly author: string
  readonly tier: { readonly tier: string; readonly reasons: readonly string[] }
  readonly manifest: {
    readonly components?: { readonly tools?: readonly { readonly id: string; readonly effect: string }[] }
  }
  readonly ledgerIndex: number
}

export type ReleaseListItem = ReleaseRecord & { readonly id: string; readonly at: number; readonly system: string }

export type EvidenceView = CheckEvidence & { readonly id: string; readonly ledgerIndex: number }

export interface ReleaseView {
  readonly release: ReleaseRecord
  readonly system: string
  readonly registeredAt: number
  readonly verdicts: readonly VerdictView[]
  readonly evidence: readonly EvidenceView[]
  readonly approvals: readonly Approval[]
  readonly exceptions: readonly ReleaseException[]
}

export interface DecisionView {
  readonly id: string
  readonly at: number
  /** The outcome, or `open` while the reply has not ended. */
  readonly status: DecisionOutcome['outcome'] | 'open'
  readonly system: string
  readonly intent: DecisionIntent
  readonly outcome?: DecisionOutcome
  readonly ledgerIndex: number
}

export type IncidentView = Incident & { readonly ledgerIndex?: number }
export type DenyView = DenyRecord & { readonly ledgerIndex?: number }
export type RiskView = Risk

/** What gateways had done when the call returned. */
export interface Acknowledgement {
  readonly acknowledgedBy: number
  readonly connectedGateways: number
  readonly acknowledgedAfterMs: number
}

export interface GatewayView {
  readonly gateway: string
  readonly revision: number
  readonly at: number
  readonly isCurrent: boolean
}

interface Views {
  listSystems: Items<SystemView>
  listReleases: Items<ReleaseListItem>
  getRelease: ReleaseView
  listRisks: Items<RiskView>
  listDenies: Items<DenyView>
  issueDeny: DenyView & Acknowledgement
  liftDeny: DenyView & Acknowledgement
  listDecisions: Items<DecisionView>
  listIncidents: Items<IncidentView>
  getIncident: IncidentView
  changeIncident: IncidentView
  learnCase: { readonly id: string }
  listKpis: Items<Kpi>
  getLedger: Omit<OutputOf<'getLedger'>, 'gateways'> & { readonly gateways: readonly GatewayView[] }
  buildPack: OutputOf<'buildPack'>
}

/** What the contract says where the console has no narrower view. */
export type ViewOf<Name extends RouteName> = Name extends keyof Views ? Views[Name] : OutputOf<Name>
