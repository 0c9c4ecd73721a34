import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/** JSON-RPC 2.0 as the Model Context Protocol speaks it. */
export type RpcId = string | number

export type RpcMessage =
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'result'; readonly id: RpcId; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly id: RpcId; readonly code: number; readonly message: string }

export const RPC_CODE = {
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** Of our own: the other side went away. */
  unavailable: -32_000,
} as const

/** Undefined: no message that may be relayed. */
export function readRpc(message: unknown): RpcMessage | undefined {
  if (!isJsonObject(message) || message['jsonrpc'] !== '2.0') return undefined
  const { id, method, params = {}, result, error } = message
  const isId = typeof id === 'string' || typeof id === 'number'
  if (typeof method === 'string') {
    if (!isJsonObject(params)) return undefined
    return isId ? { kind: 'request', id, method, params } : { kind: 'notification', method, params }
  }
  if (!isId) return undefined
  if (isJsonObject(result)) return { kind: 'result', id, result }
  if (!isJsonObject(error) || typeof error['code'] !== 'number' || typeof error['message'] !== 'string')
    return undefined
  return { kind: 'error', id, code: error['code'], message: error['message'] }
}

export function writeRpc(message: RpcMessage): Readonly<Record<string, Json>> {
  switch (message.kind) {
    case 'request':
      return { jsonrpc: '2.0', id: message.id, method: message.method, params: message.params }
    case 'notification':
      return { jsonrpc: '2.0', method: message.method, params: message.params }
    case 'result':
      return { jsonrpc: '2.0', id: message.id, result: message.result }
    case 'error':
      return { jsonrpc: '2.0', id: message.id, error: { code: message.code, message: message.message } }
  }
}
