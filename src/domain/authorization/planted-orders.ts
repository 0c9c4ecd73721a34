import { scoreInjection } from '../detection/injection/score-injection.ts'

/**
 * Does a text from a tool speak to the assistant: claim to be the user, set the task aside, name tools to call?
 * A detector: it lowers trust in what it finds and never raises it.
 */
export function speaksToAssistant(text: string, toolIds: readonly string[]): boolean {
  if (plantsOrders(text)) return true
  const bounded = text.slice(0, CHARS_MAX)
  const lower = bounded.toLowerCase()
  if (ADDRESSING.some((pattern) => pattern.test(lower))) return true
  if (/\bTODO:\s{0,4}["']?[A-Z]/.test(bounded)) return true
  // The name of a tool, in prose, is for nobody but the model.
  return toolIds.some((id) => id.includes('_') && id.length >= 8 && lower.includes(id.toLowerCase()))
}

/**
 * Does a text that is written for the assistant, as the description of a tool is, plant orders in it: set the task aside, pose as more
 * than an explanation, keep something from the user?
 */
export function plantsOrders(text: string): boolean {
  const bounded = text.slice(0, CHARS_MAX)
  if (scoreInjection(bounded).score >= SCORE_MIN) return true
  const lower = bounded.toLowerCase()
  return PLANTING.some((pattern) => pattern.test(lower))
}

const CHARS_MAX = 200_000
const SCORE_MIN = 0.5

/** Nobody says this who explains something, whomever they explain it to. */
const PLANTING: readonly RegExp[] = [
  /\bdo the following (?:first|instead|immediately|now|before)\b|\b(?:first|instead|immediately|now),? (?:please )?do the following\b/,
  /<\/?(?:information|important|instructions?|system|admin|override)>/,
  /\bto you, (?:an? )?(?:gpt|chatgpt|claude|gemini|llama|mistral|qwen|deepseek|o[134]\b|ai\b|assistant|model|agent)/,
  /\bas (?:an? |the )?(?:ai|assistant|language model|agent)\b[^.\n]{0,60}\b(?:must|should|have to|need to|required)\b/,
  /\b(?:add|put) (?:this|the following)[^.\n]{0,30}\b(?:todo|to-do|task) list\b/,
  /\b(?:do not|don't|without) (?:inform|tell|notify|alert|mention(?:ing)? (?:this|it) to|informing|telling|notifying|alerting) (?:it to )?(?:the |your )?(?:user|customer|owner|human|client)\b/,
]

/** This, somebody may say who writes for an assistant: what a tool is for, and when it is to be called. */
const ADDRESSING: readonly RegExp[] = [
  // "the task that I gave you", "the request I made": who gives tasks here is the user, and not by way of a tool.
  /\b(?:tasks?|requests?|instructions?|questions?) (?:that |which )?(?:i|we|the user|your user) (?:just |have |had )?(?:gave|given|give|asked|assigned|told|made|set)\b/,
  /\b(?:before|after|once|when|until|unless) (?:that,? )?you(?: can| have| may| will|'ve)? (?:\w{1,12} ){0,2}(?:solve|solved|continue|proceed|answer|complete|completed|finish|finished|respond|done|do that|do this|start)\b[^.\n]{0,80}\b(?:task|request|question|instruction|query|conversation|original|first|following|user)/,
  /\bmessage from (?:me|your (?:user|owner|developer|creator|administrator|operator)|the (?:user|system|developer|administrator))\b/,
  /<\/?(?:assistant|user|task|prompt)>/,
  /\b(?:dear|hey|hi|hello|attention|note (?:to|for)|to|for) (?:the |any |all |every )?(?:ai|llm|language model|gpt|chatgpt|claude|gemini|assistant|chatbot|agent|bot)s?\b[^.\n]{0,40}[,:]/,
  /\bthe (?:ai |virtual |digital )?(?:assistant|agent|chatbot|model)(?: handling this| reading this| that reads this)?,? (?:must|should|shall|has to|needs to|is to|will|reads|now|then)\b/,
  /\b(?:new|updated|additional|further|real|actual|revised) (?:task|instruction|objective|goal|directive|order)s? ?(?::|for you|is to|are to)/,
  /\b(?:the|your|this) (?:previous |original |first |user's )?(?:task|request) (?:is|has been|was) (?:done|complete|completed|finished|cancelled|over)\b[^\n]{0,40}/,
  /\b(?:do not|don't|without) (?:ask|asking) (?:it to )?(?:the |your )?(?:user|customer|owner|human|client)\b/,
  /\b(?:you must|you have to|you are (?:now )?required to|you should) (?:immediately|now|first|strictly|always)\b/,
  /^\s{0,20}(?:system|assistant|admin|developer)(?: message| notice| prompt| override)?: /m,
  /\b(?:system|tool|security) (?:notice|message|override|instruction)s?: /,
]

/** A sentence that orders or asks for something to be done: weak, since people write these to each other all day. */
export function isOrder(sentence: string): boolean {
  const lower = sentence.slice(0, 2_000).toLowerCase()
  return ORDER_PATTERNS.some((pattern) => pattern.test(lower))
}

const VERBS =
  'send|email|mail|forward|reply|pay|transfer|wire|book|reserve|buy|order|add|invite|create|make|delete|remove|cancel|share|post|publish|call|visit|open|click|go to|download|upload|submit|fill|update|change|set|store|save|remember|register|give|grant|credit|move|put|use|run|execute|write|notify|tell|ask|contact|message|star|return|read|copy|include|append|schedule|kick|get rid of|pass on|perform'

const ORDER_PATTERNS: readonly RegExp[] = [
  new RegExp(
    `(?:^|[:;,("'\\u2022>-]\\s{0,3}|\\b(?:and|then|also|please|kindly|just|now|immediately|so|to|first|next|finally|could you|can you|would you)\\s)\\s{0,3}(?:${VERBS})\\b`,
  ),
  /\b(?:must|need(?:s)? to|has to|have to|should|shall|is to|are to|required|requires?|needs|asks?|wants?|rewards|has been asked)\b/,
]

/** The sentences of a text, in order; a line's end ends one as well where an item of a list begins or ends. */
export function sentencesOf(text: string): readonly string[] {
  const sentences: string[] = []
  let start = 0
  for (let at = 0; at <= text.length && sentences.length < 5_000; at++) {
    const char = text.charAt(at)
    const isStop = (char === '.' || char === '!' || char === '?') && /^\s?$/.test(text.charAt(at + 1))
    const isLineEnd =
      char === '\n' &&
      (/^\s*(?:\n|$|[-*•\d<])/.test(text.slice(at + 1, at + 20)) || /^\s*[-*•]\s/.test(text.slice(start, start + 20)))
    if (at < text.length && !isStop && !isLineEnd) continue
    if (at > start || at < text.length) sentences.push(text.slice(start, at + 1))
    start = at + 1
  }
  return sentences
}
