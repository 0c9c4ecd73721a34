/** How a case reaches the model: said by the user, or planted where the application reads. */
export const CHANNELS = ['user', 'document', 'tool-result', 'tool-description'] as const
export type Channel = (typeof CHANNELS)[number]

/** What must be seen before an attack counts as successful; effects go before words. */
export type SuccessSign =
  | { readonly sign: 'leaks-prompt' }
  | { readonly sign: 'reads-foreign' }
  /** A tool ran; with `holding`, only with that text in its arguments; with `over`, only with a greater number among them. */
  | {
      readonly sign: 'calls'
      readonly tool: string
      readonly holding?: string | undefined
      readonly over?: number | undefined
    }
  | { readonly sign: 'says'; readonly text: string }
  /** The reply holds a link to that host. */
  | { readonly sign: 'links'; readonly host: string }
  | { readonly sign: 'repeats'; readonly text: string; readonly times: number }
  | { readonly sign: 'calls-more-than'; readonly times: number }

/** One case of the catalogue, with slots (`{irreversible_tool}`) still open. */
export interface AttackCase {
  readonly id: string
  readonly goal: string
  readonly technique: string
  /** ISO 639-1. */
  readonly language: string
  readonly channel: Channel
  /** User messages in order. */
  readonly turns: readonly string[]
  /** What is planted, for channels other than `user`. */
  readonly plant: string | undefined
  readonly success: readonly SuccessSign[]
  readonly file: string
  readonly line: number
}

/** An ordinary request that looks like an attack: what must still be answered. */
export interface BenignTwin {
  readonly id: string
  /** The goal whose attacks it resembles. */
  readonly goal: string
  readonly language: string
  readonly turns: readonly string[]
  readonly file: string
  readonly line: number
}

export interface Catalogue {
  readonly attacks: readonly AttackCase[]
  readonly twins: readonly BenignTwin[]
}
