/** Rules on refusing, by the words that such rules are written with; a word too many costs a finding, never a release. */
const REFUSAL: readonly RegExp[] = [
  /\b(?:refuse|decline|turn (?:it|them) down|out of scope|off-topic|cannot help|can't help|not able to help)\b/i,
  /\bif (?:you are|you're) (?:unsure|uncertain|not sure)\b/i,
  /\bif you (?:do not|don't|cannot|can't) (?:know|find|answer|tell)\b/i,
  /\bsay (?:that|so) [^.\n]{0,40}(?:not know|cannot|can't|do not)\b/i,
  /\b(?:hand over|escalate|refer) (?:to|them|it|the)\b/i,
  /\b(?:ablehnen|lehne [^.\n]{0,60}\bab\b|verweigere|wenn du (?:dir )?(?:unsicher|nicht sicher)|weißt du [^.\n]{0,40}nicht)/i,
  /\b(?:refuse[zr]?|décline[zr]?|si (?:tu|vous) (?:ne sais|n'êtes pas sûr|ne savez))\b/i,
  /\b(?:rechaza|niégate|si no (?:sabes|estás seguro)|rifiuta|se non (?:sai|sei sicuro))\b/i,
]

export function hasRefusalRule(text: string): boolean {
  return REFUSAL.some((pattern) => pattern.test(text))
}

const DATA: readonly RegExp[] = [
  /\b(?:is|are|as) (?:only |just )?data\b/i,
  /\bnot (?:as )?(?:an? )?(?:instructions?|orders?|commands?)\b/i,
  /\b(?:do not|don't|never) (?:follow|obey|act on|execute)\b/i,
  /\b(?:keine anweisung(?:en)?|pas des instructions|no son instrucciones|non sono istruzioni)\b/i,
]

/** Does the prompt say of some text that it is data? */
export function hasDataRule(text: string): boolean {
  return DATA.some((pattern) => pattern.test(text))
}

/** Words that make a text of others an instruction. A sentence that forbids it is none. */
export const OVERRIDES: readonly RegExp[] = [
  /(?<!(?:not|never|don't|n't) )\b(?:follow|obey|execute|carry out) (?:any|all|every|whatever) (?:the )?(?:instructions?|orders?|commands?|requests?)\b/gi,
  /(?<!(?:not|never|don't|n't) )\bdo (?:whatever|anything|everything|what) (?:the |a )?(?:users?|customers?|documents?|they)\b[^.\n]{0,30}\b(?:says?|asks?|wants?|tells?)\b/gi,
  /(?<!(?:not|never|don't|n't) )\b(?:ignore|skip|bypass|disable) (?:all |any |the |your )?(?:safety|guard|security|policy|policies|restrictions?|rules)\b/gi,
  /(?<!(?:not|never|don't|n't) )\b(?:you )?(?:may|can) (?:reveal|share|show|repeat) (?:your|these|the) (?:instructions|prompt|rules)\b/gi,
]
