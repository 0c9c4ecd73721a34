import type { Guard } from '../guard-setup.ts'
import { isFields, type Fields } from './content.ts'
import { guardedMembers } from './provider-members.ts'

/** Texts that providers write about an answer, and that no model writes. */
const TEXTS = new Set([
  'created',
  'created_at',
  'finish_reason',
  'finishReason',
  'id',
  'model',
  'model_id',
  'model_name',
  'model_provider',
  'model_version',
  'modelId',
  'modelVersion',
  'object',
  'output_version',
  'reason',
  'request_id',
  'requestId',
  'role',
  'service_tier',
  'status',
  'stop_reason',
  'stop_sequence',
  'stopReason',
  'system_fingerprint',
  'type',
])
const OBJECTS = new Set([
  'estimatedTokenUsage',
  'incomplete_details',
  'metrics',
  'token_usage',
  'tokenUsage',
  'usage',
  'usage_metadata',
])

/**
 * SECURITY: providers' packages copy the raw answer into its metadata (`output`, `logprobs`), so that only what is known to hold no
 * text of the model goes on: numbers, and texts and objects of these names.
 */
export function keptMetadata(metadata: unknown): Fields {
  return isFields(metadata) ? kept(metadata, (name) => OBJECTS.has(name)) : {}
}

function kept(fields: Fields, hasObject: (name: string) => boolean): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
      if (isFields(value)) return hasObject(name) ? [[name, kept(value, () => true)]] : []
      if (Array.isArray(value) || (typeof value === 'string' && !TEXTS.has(name))) return []
      return [[name, value]]
    }),
  )
}

/** The provider's own copy of an answer, from which its package makes the next turn: as the guard would leave it, or not at all. */
export function keptOutput(guard: Guard, metadata: unknown): Fields {
  const output = isFields(metadata) ? metadata['output'] : undefined
  return output === undefined || guardedMembers(guard, output) !== output ? {} : { output }
}
