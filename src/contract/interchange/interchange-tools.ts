/** Tools whose results can be brought in. */
export const INTERCHANGE_TOOLS = [
  'promptfoo',
  'garak',
  'inspect',
  'lm-eval',
  'openai-evals',
  'deepeval',
  'ragas',
  'fairlearn',
  'great-expectations',
  'junit',
  'sarif',
] as const
export type InterchangeTool = (typeof INTERCHANGE_TOOLS)[number]
