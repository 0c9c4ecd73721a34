/** Characters that are counted exactly; what is longer is taken to go on alike. */
const EXACT_CHARS_MAX = 65_536
/** What a message costs beside its text. */
const MESSAGE_TOKENS = 4
/** Other vendors' vocabularies cut the same text into somewhat more pieces. */
const OTHER_VENDOR_FACTOR = 1.2
const OPENAI_MODEL = /^(?:gpt-|o\d|chatgpt-|text-embedding-)/

type Count = (text: string) => number

/** The vocabulary takes time and memory: it is read when the first limit counts tokens. */
let counting: Promise<Count> | undefined

async function loadCount(): Promise<Count> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  // Text that spells a control token is text.
  return (text) => countTokens(text, { allowedSpecial: new Set(), disallowedSpecial: new Set() })
}

/** Tokens of each text by itself, without what a message costs beside it. */
export async function estimateEach(model: string, texts: readonly string[]): Promise<readonly number[]> {
  counting ??= loadCount()
  const count = await counting
  const factor = OPENAI_MODEL.test(model) ? 1 : OTHER_VENDOR_FACTOR
  return texts.map((text) => Math.ceil(exactHead(count, text) * factor))
}

function exactHead(count: Count, text: string): number {
  const head = text.slice(0, EXACT_CHARS_MAX)
  return (count(head) * text.length) / Math.max(1, head.length)
}

/** Tokens of the texts of a request: near for OpenAI's newer models, an estimate from above for others. */
export async function estimateTokens(model: string, texts: readonly string[]): Promise<number> {
  counting ??= loadCount()
  const count = await counting
  let tokens = 0
  for (const text of texts) tokens += exactHead(count, text) + MESSAGE_TOKENS
  return Math.ceil(OPENAI_MODEL.test(model) ? tokens : tokens * OTHER_VENDOR_FACTOR)
}
