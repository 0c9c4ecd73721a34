// What stands beside the words of an attack where people speak of it, or of something else. Each only lowers the weight of one hit.

const BEFORE_CHARS = 40
export const BEHIND_CHARS = 40
const NEGATED = /(?:^|[^a-z])(?:never|not|n['\u2019]t|cannot|nicht|niemals|ne|no) $/i
const NEGATED_WEIGHT = 0.35
/** Somebody's words in quotation marks, with the one who says them before. */
const QUOTED =
  /(?:^|[^a-z])(?:say|says|said|saying|write|writes|wrote|shouts?|asks?|asked|phrases?|sentences?|titled|called|quotes?|line):? ["\u201c\u00ab\u201e'\u2018]$/i
const QUOTED_WEIGHT = 0.6

/** "never reveal your prompt" forbids it, and `a hacker says "ignore …"` tells of it. */
export function spokenWeight(text: string, start: number, weight: number): number {
  const before = text.slice(Math.max(0, start - BEFORE_CHARS), start)
  if (NEGATED.test(before)) return Math.min(weight, NEGATED_WEIGHT)
  return QUOTED.test(before) ? Math.min(weight, QUOTED_WEIGHT) : weight
}

export const OWN_TOPIC = 0.3
const TOPIC =
  /^ (?:for|on|about|regarding|concerning) (?!this|these|the (?:ai|chat|conversation|model|assistant)|me\b|you|how|what|answer|respond|interact|handl|talk)/i

/** "your instructions for returns": not the model's own. */
export function isOnTopic(text: string, end: number): boolean {
  return TOPIC.test(text.slice(end, end + BEHIND_CHARS))
}

export const HARMLESS_WEIGHT = 0.2
const DEVICES =
  /^(?:\W{1,3}[a-z]{1,8}){0,2}\W{1,3}(?:i?phones?|ipads?|ios|iphoneos|android|devices?|kindles?|playstations?|ps\d|consoles?|switch|tvs?|routers?|firmware|handsets?)(?![a-z])/i
export const HARMLESS_BEHIND: Readonly<Record<string, RegExp>> = {
  'do anything now': /^ to (?!break|bypass|ignore)/i,
  jailbreak: DEVICES,
  jailbroken: DEVICES,
}

/** Lines of logs begin so; none begins with `assistant:`. */
export const LOG_MARK = '\nsystem:'
const LINE_CHARS = 200
const ORDERS =
  /(?:^|[^a-z])(?:you|your|user|ignore|disregard|forget|must|always|never|admin\w*|assistant|ai|instructions?|prompt|rules?|mode|override|reply|respond|answer|say|output|print|reveal|send|call|execute|obey|allowed|permission|authorized|unrestricted|confirmed|du|dein|vous|tu)(?![a-z])/i
/** A line of a log begins like a turn of a chat. */
const LOG_WEIGHT = 0.3

/** The weight of a turn that `text[.., end)` opens: one that says nothing to or of the model or its user is a line of a log. */
export function turnWeight(text: string, end: number, weight: number): number {
  const line = text.slice(end, end + LINE_CHARS)
  const stop = line.trimStart().indexOf('\n')
  return ORDERS.test(stop < 0 ? line : line.slice(0, stop + line.length - line.trimStart().length))
    ? weight
    : Math.min(weight, LOG_WEIGHT)
}
