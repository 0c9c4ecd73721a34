import type { TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { JsonObject } from '../../base/json.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { converse, type ChatWire } from './chat-conversation.ts'
import type { TargetPorts } from './target-ports.ts'

const STEPS_MAX = 8

type ChatConfig = Extract<TargetConfig, { readonly type: 'openai' | 'anthropic' }>

/** A model behind a chat wire; its identity is its configuration, with the address that is really asked. */
export function chatTarget(
  wire: (signal: AbortSignal) => ChatWire<JsonObject>,
  config: ChatConfig & { readonly baseUrl: string },
  { lag }: Pick<TargetPorts, 'lag'>,
): TrialTarget {
  const { stepsMax = STEPS_MAX, price, isSimulated = false } = config
  return {
    identity: config as unknown as JsonObject,
    isSimulated,
    run: (request, signal) => converse(wire(signal), request, { stepsMax, price, lag }),
    close: async () => undefined,
  }
}
