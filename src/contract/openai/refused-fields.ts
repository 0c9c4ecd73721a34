/** Features by which a provider would act on its own, keep state, or say what the guard cannot read. */
const EVERYWHERE = [
  'previous_response_id',
  'conversation',
  'prompt',
  'store',
  'background',
  'metadata',
  'web_search_options',
  'search_parameters',
  'data_sources',
  'mcp_servers',
  'tool_resources',
  'context_management',
] as const

/** Fields of servers and proxies by which a request would choose its own upstream, credential or prompt. */
const STEERING = [
  'api_base',
  'base_url',
  'api_key',
  'api_version',
  'extra_body',
  'extra_headers',
  'models',
  'fallbacks',
  'route',
  'provider',
  'plugins',
  'transforms',
  'chat_template',
  'chat_template_kwargs',
  'documents',
  'continue_final_message',
  'echo',
  'prompt_logprobs',
  'kv_transfer_params',
] as const

/** Refused in chat completions (docs/reference/gateway-protocols.md). */
export const REFUSED_IN_CHAT = [
  'functions',
  'function_call',
  'audio',
  'modalities',
  'prediction',
  ...EVERYWHERE,
  ...STEERING,
] as const

/** Refused in responses. `store: false` and an empty `include` say that nothing is kept. */
export const REFUSED_IN_RESPONSES = [
  'prompt_template',
  'max_tool_calls',
  'moderation',
  'stream_transport',
  ...EVERYWHERE,
  ...STEERING,
] as const

export const REFUSED_IN_EMBEDDINGS = [...EVERYWHERE, ...STEERING] as const
