import type { Json } from '../../base/json.ts'
import type { CapabilityPolicy, OpaquePolicy } from './guard-authority.ts'
import type { Notices } from '../notice/notices.ts'

/** The declared AI system, as written in `gatehouse.yaml`: no defaults are filled in, so digests see what people wrote. */
export interface Manifest {
  readonly apiVersion: 'gatehouse.dev/v1'
  readonly kind: 'AISystem'
  readonly metadata: Metadata
  readonly intake: Intake
  readonly journeys?: readonly Journey[] | undefined
  readonly components: Components
  readonly guard?: GuardConfig | undefined
  /** What users are told in the system's own name. */
  readonly notices?: Notices | undefined
  readonly data?: DataHandling | undefined
  readonly environments: Readonly<Record<string, Environment>>
  readonly suites?: readonly string[] | undefined
  readonly policies?: readonly string[] | undefined
}

export interface Metadata {
  readonly name: string
  readonly title?: string | undefined
  readonly version: string
  readonly owner: string
  readonly contacts?: { readonly security?: string | undefined; readonly privacy?: string | undefined } | undefined
}

export const AUDIENCES = ['customers', 'employees', 'partners', 'internal-team'] as const
export const DATA_CLASSES = [
  'public',
  'internal',
  'customer-confidential',
  'pii',
  'special-category',
  'secrets',
] as const
export const AUTONOMIES = ['answers', 'suggests', 'acts-with-approval', 'acts'] as const
export const AI_ACT_ROLES = ['provider', 'deployer', 'importer', 'distributor'] as const
export const EFFECTS = ['read', 'write', 'irreversible', 'external'] as const
export const INTEGRITIES = ['trusted', 'user', 'curated', 'untrusted'] as const
export const CONFIDENTIALITIES = ['public', 'internal', 'tenant', 'restricted'] as const
export const TIERS = ['T1', 'T2', 'T3'] as const
/** What a tool does with text that a model may have written. */
export const EXECUTIONS = ['code', 'sql', 'command'] as const
export const SANDBOX_MEANS = ['subprocess', 'container'] as const
export const CAPTURE_MODES = ['none', 'redacted', 'reference', 'full'] as const

export type Audience = (typeof AUDIENCES)[number]
export type DataClass = (typeof DATA_CLASSES)[number]
export type Effect = (typeof EFFECTS)[number]
export type Integrity = (typeof INTEGRITIES)[number]
export type Confidentiality = (typeof CONFIDENTIALITIES)[number]
export type Tier = (typeof TIERS)[number]
export type CaptureMode = (typeof CAPTURE_MODES)[number]

export interface Intake {
  readonly purpose: string
  readonly audience: Audience
  readonly domain: string
  readonly dataClasses: readonly DataClass[]
  readonly autonomy: (typeof AUTONOMIES)[number]
  readonly multiTenant?: boolean | undefined
  readonly regions?: readonly string[] | undefined
  readonly aiActRole?: (typeof AI_ACT_ROLES)[number] | undefined
}

export interface Journey {
  readonly id: string
  readonly risk: 'low' | 'medium' | 'high'
  readonly text: string
  /** Languages (BCP 47) in which it must be tried. */
  readonly languages?: readonly string[] | undefined
  /** Ids of risks that it must be tried for. */
  readonly risks?: readonly string[] | undefined
  /** Fewest cases that count as tried; by its risk where it says nothing. */
  readonly casesMin?: number | undefined
}

export interface Components {
  readonly models: readonly Model[]
  readonly prompts?: readonly Prompt[] | undefined
  readonly datasets?: readonly Dataset[] | undefined
  readonly retrievers?: readonly Retriever[] | undefined
  readonly tools?: readonly Tool[] | undefined
  readonly mcpServers?: readonly McpServer[] | undefined
  readonly agents?: readonly Agent[] | undefined
}

export interface Model {
  readonly id: string
  readonly provider: string
  /** Exact model name as the provider's API takes it. */
  readonly model: string
  readonly parameters?: Readonly<Record<string, Json>> | undefined
  readonly regions?: readonly string[] | undefined
  readonly vendor?: string | undefined
  readonly fallbacks?: readonly string[] | undefined
  /** Datasets that it was trained or tuned on. */
  readonly derivedFrom?: readonly string[] | undefined
  /** Other names that its provider answers by: a deployment's model, an alias. */
  readonly answersAs?: readonly string[] | undefined
  /** What a request may bring to it: text and images, unless it is said. */
  readonly modalities?: readonly Modality[] | undefined
}

export const MODALITIES = ['text', 'image', 'audio'] as const
export type Modality = (typeof MODALITIES)[number]

export type Slot =
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'int'; readonly min?: number | undefined; readonly max?: number | undefined }
  | { readonly type: 'date' }
  | { readonly type: 'uuid' }
  | { readonly type: 'pattern'; readonly pattern: string; readonly maxLength: number }
  | { readonly type: 'text'; readonly maxLength: number; readonly label: Label }

export interface Label {
  readonly integrity: Integrity
  readonly confidentiality: Confidentiality
}

export interface Prompt {
  readonly id: string
  readonly path: string
  readonly slots?: Readonly<Record<string, Slot>> | undefined
  /** Tokens that the prompt may take once it is filled; the prompt lint holds it to that. */
  readonly tokensMax?: number | undefined
}

export interface Dataset {
  readonly id: string
  readonly path: string
  readonly license?: string | undefined
  readonly provenance?: string | undefined
  readonly dataClasses?: readonly DataClass[] | undefined
  /** Datasets that this one was made from: it is a set of features then. */
  readonly derivedFrom?: readonly string[] | undefined
}

export interface Retriever {
  readonly id: string
  readonly source: { readonly path: string } | { readonly kind: string; readonly [key: string]: Json | undefined }
  /** Datasets that the index was built from. */
  readonly derivedFrom?: readonly string[] | undefined
  readonly tenantField?: string | undefined
  readonly aclField?: string | undefined
  readonly label?: Label | undefined
  /** `label` is that of every chunk that has none of its own. Without it such a chunk is denied. */
  readonly labelsAllChunks?: boolean | undefined
  readonly limits?:
    | { readonly chunksPerQuery?: number | undefined; readonly chunksPerSession?: number | undefined }
    | undefined
}

export interface Tool {
  readonly id: string
  /** Path of the JSON Schema of the arguments. */
  readonly schema: string
  readonly effect: Effect
  readonly description?: string | undefined
  readonly result?: ResultLabel | undefined
  /** CEL over `args`, `subject`, `session`, `labels`. */
  readonly authorize?: string | undefined
  readonly destinations?: Readonly<Record<string, Destination>> | undefined
  readonly clearance?: { readonly confidentiality: Confidentiality } | undefined
  readonly approval?: Approval | undefined
  readonly limits?:
    | {
        readonly perSession?: number | undefined
        readonly perDayPerTenant?: number | undefined
        readonly amount?: AmountLimit | undefined
      }
    | undefined
  readonly requires?: readonly string[] | undefined
  /** Set for a tool that runs what it is given. */
  readonly executes?: (typeof EXECUTIONS)[number] | undefined
  readonly sandbox?: SandboxProfile | undefined
}

/** The cell in which a tool runs what it is given. No network and no lasting files: there is no other choice. */
export interface SandboxProfile {
  readonly network: 'none'
  readonly filesystem: 'temporary'
  /** Processor time of each process, in seconds. */
  readonly cpuSeconds: number
  /** Memory of each process (subprocess) or of all together (container), in MiB. */
  readonly memoryMb: number
  /** Real time from start to end, in seconds. */
  readonly wallSeconds: number
  readonly via: (typeof SANDBOX_MEANS)[number]
}

/** The label of a result, and labels of single fields (`owner.email`) that differ from it. */
export interface ResultLabel extends Label {
  readonly fields?: Readonly<Record<string, Label>> | undefined
}

/** The sum of a numeric argument over a conversation. */
export interface AmountLimit {
  readonly argument: string
  readonly perSession: number
}

/**
 * Where a destination argument may come from: `user-message`, `subject.FIELD`, `tool:NAME.FIELD`, or an allowed glob.
 * `exact`: the user must say the value; what their message points at does not count.
 */
export interface Destination {
  readonly from?: readonly string[] | undefined
  readonly allow?: readonly string[] | undefined
  readonly exact?: boolean | undefined
}

export interface Approval {
  readonly when?: string | undefined
  readonly roles: readonly string[]
  readonly expiresMin?: number | undefined
}

/** A server of the Model Context Protocol: a program or an address; where it really runs, `gateway.yaml` says. */
export interface McpServer {
  readonly id: string
  readonly command?: readonly string[] | undefined
  readonly url?: string | undefined
  /** By the server's own names. `pin`: digest of the descriptor. */
  readonly tools?: Readonly<Record<string, { readonly effect: Effect; readonly pin?: string | undefined }>> | undefined
  /** Digest of all descriptors. */
  readonly pin?: string | undefined
}

export interface Agent {
  readonly id: string
  readonly model: string
  readonly prompts?: readonly string[] | undefined
  readonly tools?: readonly string[] | undefined
  readonly retrievers?: readonly string[] | undefined
  readonly maxSteps?: number | undefined
  /** Agents that it may call. Each of them holds no tool that this one lacks. */
  readonly delegates?: readonly string[] | undefined
  /** Levels of agents below it. */
  readonly maxDepth?: number | undefined
  /** How often a run may call one tool with the same arguments. */
  readonly maxRepeats?: number | undefined
}

export type GuardAction = 'allow' | 'log' | 'annotate' | 'redact' | 'pseudonymise' | 'require-approval' | 'block'

export interface GuardConfig {
  /** `none` switches the guard off: a release of its own, and one that policy packs refuse. */
  readonly preset?: Tier | 'none' | undefined
  readonly input?: GuardSide | undefined
  readonly output?: GuardSide | undefined
  /** Words and phrases that must not stand in a text; a star stands for any ending. */
  readonly banned?: readonly string[] | undefined
  readonly topics?:
    | {
        readonly deny?: readonly string[] | undefined
        /** Topics of the user's own: any phrase decides, two words do. */
        readonly define?:
          | Readonly<
              Record<
                string,
                { readonly words?: readonly string[] | undefined; readonly phrases?: readonly string[] | undefined }
              >
            >
          | undefined
      }
    | undefined
  /** ISO 639-1 codes; texts in a language that is recognised as another one are a finding. */
  readonly language?: { readonly allow: readonly string[] } | undefined
  readonly detectors?: readonly DetectorDeclaration[] | undefined
  /** How a stream ends whose rest is withheld: by an error that clients raise (the default), or by a finish reason. */
  readonly onStreamBlock?: StreamBlock | undefined
  /** Patterns of the user's own. */
  readonly rules?: readonly GuardRule[] | undefined
  /** Named lists that a tool's destination may come from: `directory:NAME`. */
  readonly directories?: Readonly<Record<string, readonly string[]>> | undefined
  /** What shell, SQL, path or template code in the arguments of a tool does that is not declared to execute any. */
  readonly code?:
    | { readonly action: 'require-approval' | 'block'; readonly except?: readonly string[] | undefined }
    | undefined
  /** Answers are held against the tool results of the conversation. */
  readonly grounding?: GroundingPolicy | undefined
  /** Each session's instructions carry lines that must not come out again. */
  readonly canaries?: boolean | undefined
  /** Environment variables whose values must not come out, in any encoding that is read. */
  readonly secretsFrom?: readonly string[] | undefined
  /** Untrusted tool results that the model may pass on and not read. */
  readonly opaque?: OpaquePolicy | undefined
  /** Rights that each request of the user gives, and no longer than it lasts. */
  readonly capabilities?: CapabilityPolicy | undefined
}

export interface GroundingPolicy {
  readonly action: Exclude<GuardAction, 'redact' | 'pseudonymise'>
  /** Lexical support below which a claim counts as unsupported, 0 to 1. */
  readonly supportMin?: number | undefined
  /** Each claim needs a citation of a passage that exists. */
  readonly requireCitations?: boolean | undefined
  /** Default `block`. */
  readonly onError?: OnError | undefined
}

export const RULE_CATEGORIES = ['pii', 'secret', 'banned'] as const

/** A pattern of the user's own, linear by its form: `guard.rules`. */
export interface GuardRule {
  readonly id: string
  readonly pattern: string
  readonly ignoreCase?: boolean | undefined
  readonly action: GuardAction
  /** Default `banned`. */
  readonly category?: (typeof RULE_CATEGORIES)[number] | undefined
  /** Default: all. */
  readonly sides?: readonly GuardSideName[] | undefined
  /** Default `block`. Rules run together: they degrade where each says so. */
  readonly onError?: OnError | undefined
}

export const STREAM_BLOCKS = ['error', 'content-filter'] as const
export type StreamBlock = (typeof STREAM_BLOCKS)[number]

export const GUARD_SIDES = ['input', 'document', 'output'] as const
export type GuardSideName = (typeof GUARD_SIDES)[number]

export const DETECTOR_ACTIONS = ['log', 'annotate', 'redact', 'require-approval', 'block'] as const
export type DetectorAction = (typeof DETECTOR_ACTIONS)[number]

export const DETECTOR_CATEGORIES = ['injection', 'pii', 'secret', 'prompt-leak', 'topic'] as const

interface DetectorBasics {
  readonly id: string
  readonly url: string
  /** Score from which `action` applies, 0 to 1. */
  readonly at: number
  readonly action: DetectorAction
  /** `degrade` goes on without this detector, with a finding that says so. */
  readonly onError: OnError
  readonly deadlineMs?: number | undefined
  readonly category?: (typeof DETECTOR_CATEGORIES)[number] | undefined
  readonly sides?: readonly GuardSideName[] | undefined
  /** Name of the environment variable that holds the key. */
  readonly keyFrom?: string | undefined
  readonly allowPlainHttp?: boolean | undefined
}

/** A detector beside the guard's own, reached over the network. */
export type DetectorDeclaration =
  | (DetectorBasics & {
      readonly kind: 'http'
      readonly version?: string | undefined
      readonly body?: Json | undefined
      readonly score?: string | undefined
      readonly label?: string | undefined
    })
  | (DetectorBasics & { readonly kind: 'llm-judge'; readonly model: string; readonly question?: string | undefined })

/** A control that fails: `block` stops the text; with `degrade` its own action is taken, as if it had found all of the text. */
export type OnError = 'block' | 'degrade'

interface OnFinding {
  readonly action: GuardAction
  /** Default `block`. */
  readonly onError?: OnError | undefined
}

export interface GuardSide {
  readonly injection?: ({ readonly at?: number | undefined } & OnFinding) | undefined
  /** `soft`: names, addresses, birth dates and ages, which are guesses; `log` unless it is said. */
  readonly pii?: ({ readonly soft?: GuardAction | undefined } & OnFinding) | undefined
  readonly secrets?: OnFinding | undefined
  readonly links?:
    | {
        readonly allow?: readonly string[] | undefined
        readonly images?: boolean | undefined
        readonly onError?: OnError | undefined
      }
    | undefined
  readonly promptLeak?: OnFinding | undefined
}

export interface DataHandling {
  readonly capture?: CaptureMode | undefined
  readonly retentionDays?: number | undefined
  readonly residency?: readonly string[] | undefined
  readonly subjectErasure?: boolean | undefined
}

export interface Environment {
  readonly gateway?: string | undefined
  readonly approvals?: 'default' | 'none' | undefined
}
