import type { JsonObject } from '../../base/json.ts'

/** A tool that a server may offer, with the gateway's word on it: a call brings both back. */
export interface OfferedTool {
  readonly name: string
  readonly descriptor: JsonObject
  readonly seal: string
}

export interface JudgedToolList {
  readonly offered: readonly OfferedTool[]
  readonly refused: readonly { readonly name: string; readonly rule: string; readonly reason: string }[]
  /** The server's instructions as the guard left them; undefined: none, or stopped. */
  readonly instructions: string | undefined
}

export interface McpCallQuestion {
  readonly name: string
  readonly arguments: JsonObject
  /** Undefined: the server offers no such tool that may be called. */
  readonly offered?: OfferedTool | undefined
  /** The conversation that led to the call, in the shape of chat completions. */
  readonly messages?: readonly unknown[] | undefined
  /** A ticket for this one call. */
  readonly approval?: string | undefined
}

export interface McpDenial {
  readonly code: string
  readonly rule: string
  readonly message: string
  readonly request: string
  /** The ticket to send again once people have approved. */
  readonly approval?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** How the call went on the other side. */
export type McpCallEnd =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'broken'; readonly reason: string }

export type McpAnswer =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'denied'; readonly denial: McpDenial }

export type McpCallVerdict =
  | { readonly kind: 'denied'; readonly denial: McpDenial }
  /** The call may be made; its end is to be told, exactly once, and what is answered goes to the client. */
  | {
      readonly kind: 'allowed'
      /** Those to make it with: withheld values in place of their names. */
      readonly arguments?: JsonObject | undefined
      finish(end: McpCallEnd): Promise<McpAnswer>
    }

/** Who says what may pass between an MCP client and a server: the gateway itself, or a gateway that is asked. */
export interface McpAuthority {
  judgeTools(descriptors: readonly JsonObject[], instructions: string | undefined): Promise<JudgedToolList>
  judgeCall(question: McpCallQuestion): Promise<McpCallVerdict>
  /** A text for people to read, as the guard leaves it; undefined: it stays here. */
  judgeText(text: string): Promise<string | undefined>
}
