import { LinkMemory } from '../detection/egress/link-memory.ts'
import type { GuardFinding } from '../detection/finding.ts'
import { applyReplacements, refusal, TEXT_CHARS_MAX, type GuardJudgement, type GuardOptions } from './guard-text.ts'
import type { SidePolicy } from './guard-policy.ts'
import { judgeText, type JudgedFinding } from './judge-text.ts'
import { heavier, OBLIGATIONS, type Obligation } from './obligation.ts'
import { heldFrom, quietPoint } from './stream-boundaries.ts'

/** What the stream has come to: what was found so far, without the text itself. */
export type StreamJudgement = Omit<GuardJudgement, 'text'>

/** An open segment is judged again once it has grown by this much, or by an eighth of its length. */
const STEP = 32
const WITHHOLDING = OBLIGATIONS.indexOf('require-approval')

/**
 * The guard on a text that arrives in chunks: safe text comes out as soon as nothing that may still arrive can change it.
 * The whole output is the same for every way of cutting the input. A text is judged in segments, which end where no
 * detector looks across (`quietPoint`); within the open segment, text is held back from the earliest construct that may
 * go on (`heldFrom`). Once an obligation withholds, nothing more comes out; what went before stays delivered.
 */
export class StreamGuard {
  readonly #policy: SidePolicy
  readonly #options: GuardOptions
  /** The open segment, from its start; `#sent` units of it have been decided and delivered. */
  #segment = ''
  #sent = 0
  /** What has come to the open segment and was not looked at yet. */
  #pending = ''
  #judgedLength = 0
  #offset = 0
  /** The first half of a surrogate pair whose second half has not come yet. */
  #half = ''
  /** What the segments before the open one mean for its links. */
  readonly #links = new LinkMemory()
  #isEnded = false
  #action: Obligation = 'allow'
  #score = 0
  readonly #findings: GuardFinding[] = []

  constructor(policy: SidePolicy, options: GuardOptions = {}) {
    this.#policy = policy
    this.#options = options
  }

  /** True once an obligation withholds the rest: the caller ends the answer. */
  get isWithheld(): boolean {
    return OBLIGATIONS.indexOf(this.#action) >= WITHHOLDING
  }

  get judgement(): StreamJudgement {
    return { action: this.#action, score: this.#score, findings: this.#findings }
  }

  /** How much of what came in has been decided, in its own units: what came out stands for so much. */
  get settled(): number {
    return this.#offset + this.#sent
  }

  /** Takes the next chunk; gives the text that may go on now, the empty string where all of it is held back. */
  push(chunk: string): string {
    if (this.#isEnded) throw new Error('the stream has ended')
    const text = this.#half + chunk
    const isHalf = isHigh(text.charCodeAt(text.length - 1))
    this.#half = isHalf ? text.slice(-1) : ''
    return this.#take(isHalf ? text.slice(0, -1) : text)
  }

  /** Ends the stream: judges what was held back. */
  end(): string {
    if (this.#isEnded) throw new Error('the stream has ended')
    const safe = this.#take(this.#half) + (this.isWithheld ? '' : this.#flush())
    this.#isEnded = true
    return this.isWithheld ? safe : safe + this.#close(this.#segment.length)
  }

  #take(text: string): string {
    if (this.isWithheld || text === '') return ''
    const lone = text.search(LONE_SURROGATE)
    if (lone >= 0) return this.#take(text.slice(0, lone)) + this.#refuse('guard/lone-surrogate')
    if (this.#segment.length + this.#pending.length + text.length <= TEXT_CHARS_MAX) return this.#add(text)
    const out = this.#flush()
    const room = TEXT_CHARS_MAX - this.#segment.length
    const fits = isHigh(text.charCodeAt(room - 1)) ? room - 1 : room
    if (fits <= 0) return out + this.#refuse('guard/too-long')
    return out + this.#add(text.slice(0, fits)) + this.#take(text.slice(fits))
  }

  /** Adds to the segment in steps that grow with it: its characters would be copied with each chunk otherwise. */
  #add(text: string): string {
    if (this.isWithheld) return ''
    this.#pending += text
    const step = Math.max(STEP, this.#segment.length / 7)
    if (this.#pending.length < step) return ''
    const out = this.#flush()
    const isDue = this.#segment.length - this.#judgedLength >= STEP
    return isDue && !this.isWithheld ? out + this.#advance() : out
  }

  /** Closes what is quiet of all that has come. */
  #flush(): string {
    this.#segment += this.#pending
    this.#pending = ''
    let out = ''
    for (let cut = this.#quiet(); cut !== undefined && !this.isWithheld; cut = this.#quiet()) out += this.#close(cut)
    return out
  }

  #quietFrom = 0

  #quiet(): number | undefined {
    if (isWhole(this.#policy)) return undefined
    const { cut, from } = quietPoint(this.#segment, this.#quietFrom, isPlain(this.#policy), this.#links)
    this.#quietFrom = from
    return cut
  }

  /** Judges the segment up to `length` as complete and begins the next one there. */
  #close(length: number): string {
    const text = this.#segment.slice(0, length)
    const { score, judged } = judgeText(text, this.#policy, { ...this.#options, links: this.#links })
    const out = this.#deliver(text, judged, withheldFrom(judged, judged) ?? text.length)
    this.#score = Math.max(this.#score, score)
    this.#record(judged)
    this.#segment = this.#segment.slice(length)
    this.#offset += length
    this.#sent = 0
    this.#judgedLength = 0
    return out
  }

  /** Delivers what is settled of the open segment. */
  #advance(): string {
    this.#judgedLength = this.#segment.length
    if (!isLocal(this.#policy)) return ''
    let safe = heldFrom(this.#segment, isPlain(this.#policy), this.#links)
    if (safe <= this.#sent) return ''
    const { judged } = judgeText(this.#segment, this.#policy, {
      ...this.#options,
      links: new LinkMemory(this.#links),
    })
    // A finding that reaches into the open end may still grow, shrink or vanish.
    safe = beforeCrossing(judged, safe)
    const settled = judged.filter(({ finding }) => finding.end <= safe)
    const withheld = withheldFrom(settled, judged)
    if (withheld !== undefined) {
      this.#record(settled)
      return this.#deliver(this.#segment, settled, withheld)
    }
    return this.#deliver(this.#segment, settled, safe)
  }

  #deliver(text: string, judged: readonly JudgedFinding[], to: number): string {
    const from = this.#sent
    if (to <= from) return ''
    this.#sent = to
    return applyReplacements(text, judged, from, to)
  }

  #record(judged: readonly JudgedFinding[]): void {
    for (const { finding, obligation } of judged) {
      this.#action = heavier(this.#action, obligation)
      this.#findings.push({ ...finding, start: finding.start + this.#offset, end: finding.end + this.#offset })
    }
  }

  /** What came before is delivered as if the text ended with it: however it was cut, that is the same. */
  #refuse(detector: string): string {
    if (this.isWithheld) return ''
    let out = this.#flush()
    if (this.isWithheld) return out
    const length = this.#offset + this.#segment.length
    if (isLocal(this.#policy)) out += this.#close(this.#segment.length)
    if (this.isWithheld) return out
    this.#action = 'block'
    this.#findings.push(...refusal({ length }, detector).findings)
    return out
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

function isHigh(code: number): boolean {
  return (code & 0xfc00) === 0xd800
}

/** Where the first of these findings stands because of which the rest is withheld, in front of every other that it cuts. */
function withheldFrom(settled: readonly JudgedFinding[], judged: readonly JudgedFinding[]): number | undefined {
  let first: number | undefined
  for (const { finding, obligation } of settled)
    if (OBLIGATIONS.indexOf(obligation) >= WITHHOLDING) first = Math.min(first ?? finding.start, finding.start)
  return first === undefined ? undefined : beforeCrossing(judged, first)
}

/**
 * The last place at or before `place` that lies inside no finding. SECURITY: what is cut in the middle of a finding is
 * replaced as a whole or not at all, so a cut there would let most of a secret through.
 */
function beforeCrossing(judged: readonly JudgedFinding[], place: number): number {
  let before = place
  // From behind: no finding that was looked at begins before the place that it gave.
  for (const { finding } of judged.toSorted((left, right) => right.finding.start - left.finding.start))
    if (finding.start < before && finding.end > before) before = finding.start
  return before
}

/** Controls that weigh a text as a whole leave nothing to deliver before its end. */
function isLocal(policy: SidePolicy): boolean {
  const { action } = policy.injection
  return (action === 'allow' || action === 'log') && !isWhole(policy)
}

/** Names, addresses and dates, which plain words and small numbers can be, are not acted on. */
function isPlain({ softPii }: SidePolicy): boolean {
  return OBLIGATIONS.indexOf(softPii) < OBLIGATIONS.indexOf('redact')
}

/** Phrases, topics, patterns of the user's own and claims go across the ends of sentences: such a text has no part of its own. */
function isWhole({ content, rules, grounding }: SidePolicy): boolean {
  return content !== undefined || rules !== undefined || grounding !== undefined
}
