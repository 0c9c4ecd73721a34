import { guardSeams } from '../../domain/guardrail/guard-seams.ts'
import type { SidePolicy } from '../../domain/guardrail/guard-policy.ts'
import { guardText, refusal, type GuardJudgement, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import type { ReasoningBlock } from './model-event.ts'
import { seamWindows } from './seam-windows.ts'
import { heldChannel, isUnchanged, textChannel, wholeChannel, type TextChannel } from './text-channel.ts'

/** Blocks of one choice that a stream tells as they come; each further one is judged with all before it. */
const BLOCKS_MAX = 32

interface SaidBlock {
  readonly kind: 'text'
  readonly channel: TextChannel
  seal: string | null
}

type StreamedBlock = SaidBlock | Extract<ReasoningBlock, { kind: 'opaque' }>

/**
 * What one choice of a stream says of its reasoning, block by block.
 *
 * SECURITY: clients join all reasoning of a choice, and what its guard has let go is over: a value could lie on both sides of
 * the cut. So a further block goes on only where the client is told blocks apart, nothing else was said meanwhile, and what lies
 * across the cut is judged, too. Where all is held, the whole is judged.
 */
export class StreamedReasoning {
  readonly #policy: SidePolicy
  readonly #options: GuardOptions
  readonly #isWhole: boolean
  readonly #tellsBlocks: boolean
  readonly #blocks: StreamedBlock[] = []
  #open: SaidBlock | undefined
  /** Text has begun. */
  #isOver = false

  constructor(
    policy: SidePolicy,
    options: GuardOptions,
    { isWhole, tellsBlocks }: { readonly isWhole: boolean; readonly tellsBlocks: boolean },
  ) {
    this.#policy = policy
    this.#options = options
    this.#isWhole = isWhole
    this.#tellsBlocks = tellsBlocks
  }

  get channels(): readonly TextChannel[] {
    return this.#said.map(({ channel }) => channel)
  }

  get #said(): readonly SaidBlock[] {
    return this.#blocks.filter((block) => block.kind === 'text')
  }

  /** Whether seals and further blocks may be told: all before them left as it came. */
  get goesOn(): boolean {
    return !this.#isWhole && this.channels.every((channel) => isUnchanged(channel.action()))
  }

  /** Where words of the block at hand go; undefined: they are left out. */
  block(): TextChannel | undefined {
    if (this.#open !== undefined) return this.#open.channel
    const isFirst = this.#said.length === 0
    if (!isFirst && !this.#mayFollow()) return undefined
    this.#open = { kind: 'text', channel: this.#channel(isFirst), seal: null }
    this.#blocks.push(this.#open)
    return this.#open.channel
  }

  #mayFollow(): boolean {
    if (this.#isWhole) return true
    return this.#tellsBlocks && !this.#isOver && this.#blocks.length < BLOCKS_MAX && this.goesOn
  }

  #channel(isFirst: boolean): TextChannel {
    if (this.#isWhole) return heldChannel()
    if (isFirst) return textChannel(this.#policy, this.#options)
    const before = this.channels.map((channel) => channel.received())
    return wholeChannel((text) => judgedBehind(before, text, this.#policy, this.#options))
  }

  /** Ends the block at hand, and all reasoning where something else is said now. Gives what is to be asked for its last words. */
  end(isOver: boolean): TextChannel | undefined {
    this.#isOver ||= isOver
    const channel = this.#open?.channel
    this.#open = undefined
    return channel
  }

  /** Over the block that has ended last. */
  seal(seal: string): void {
    const last = this.#said.at(-1)
    if (last !== undefined) last.seal = seal
  }

  /** Whether the block is told. */
  opaque(data: string): boolean {
    if (!this.#mayFollow()) return false
    this.#blocks.push({ kind: 'opaque', data })
    return true
  }

  /** All of it as it came. Where a block has no seal, nobody can tell it from the next, whose seal is not over both. */
  received(): readonly ReasoningBlock[] {
    const received: ReasoningBlock[] = []
    for (const block of this.#blocks) {
      if (block.kind === 'opaque') {
        received.push(block)
        continue
      }
      const { channel, seal } = block
      const last = received.at(-1)
      const isUnended = last?.kind === 'text' && last.seal === null
      const text = (isUnended ? last.text : '') + channel.received()
      if (isUnended) received.pop()
      if (text !== '' || seal !== null) received.push({ kind: 'text', text, seal: isUnended ? null : seal })
    }
    return received
  }
}

/** A block by itself and with those before it. What lies across them cannot be taken out of one: the block is left out. */
// oxlint-disable-next-line max-params -- texts, and by what they are judged
function judgedBehind(
  before: readonly string[],
  text: string,
  policy: SidePolicy,
  options: GuardOptions,
): GuardJudgement {
  const alone = guardText(text, policy, options)
  const texts = [...before.map((earlier) => ({ text: earlier, isJoined: true })), { text: alone.text, isJoined: false }]
  const windows = seamWindows([{ where: 'reasoning', side: 'document', texts }])
  if (windows === undefined) return refusal(text, 'guard/too-complex')
  for (const window of windows) {
    const across = guardSeams(window.text, window.seams ?? [], policy, options)
    if (across.text !== window.text || !isUnchanged(across.action)) return { ...across, text: '' }
  }
  return alone
}
