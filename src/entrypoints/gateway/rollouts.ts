import type { AdmittedSystem, ServedRelease } from '../../application/gateway/admitted-system.ts'
import { CANARY_UNSEEN, countCanary, type CanaryState } from '../../domain/rollout/canary-watch.ts'
import type { Subject } from '../../domain/session/conversation.ts'
import { isChosen, type CanaryRollout, type Rollout, type ShadowRollout } from '../../domain/rollout/rollout.ts'

/** The side of a canary that a request is on. */
export interface RolloutArm {
  readonly rollout: string
  readonly arm: 'stable' | 'canary'
}

export interface RolloutPorts {
  readonly configured: () => readonly Rollout[]
  readonly hmac: (purpose: string, text: string) => string
  readonly monotonicMs: () => number
  readonly log: (line: string) => void
}

const SHADOWS_MAX = 8

/** Canaries and shadows of one gateway process: who is on which side, how it goes, and what was taken back. */
export class Rollouts {
  readonly #ports: RolloutPorts
  readonly #states = new Map<string, CanaryState>()
  #shadows = 0
  #dropped = 0

  constructor(ports: RolloutPorts) {
    this.#ports = ports
  }

  /** The release that a rendered request is served by: the newest that is not on trial, or the one on trial. */
  choose(
    { system, releases }: AdmittedSystem,
    key: string,
    now: number,
  ): { readonly release: ServedRelease; readonly arm: RolloutArm | undefined } | undefined {
    const valid = releases.filter(({ validUntil }) => validUntil > now)
    const canary = this.#canaryOf(system)
    const tried = canary === undefined ? undefined : valid.find(({ digest }) => digest === canary.release)
    const stable = valid.findLast((release) => release !== tried)
    if (canary === undefined || tried === undefined)
      return stable === undefined ? undefined : { release: stable, arm: undefined }
    if (this.#isTriedBy(canary, key)) return { release: tried, arm: { rollout: canary.id, arm: 'canary' } }
    // With nothing beside it there is nothing to go back to.
    return stable === undefined ? undefined : { release: stable, arm: { rollout: canary.id, arm: 'stable' } }
  }

  /**
   * The system as a request finds it that names no prompt, and shows by none which release it belongs to: the release on trial
   * is the newest for whom it is tried on, and there for nobody else.
   */
  sideOf(
    admitted: AdmittedSystem,
    key: string,
    now: number,
  ): { readonly admitted: AdmittedSystem; readonly arm: RolloutArm | undefined } {
    const canary = this.#canaryOf(admitted.system)
    const tried = canary === undefined ? undefined : admitted.releases.find(({ digest }) => digest === canary.release)
    if (canary === undefined || tried === undefined) return { admitted, arm: undefined }
    const others = admitted.releases.filter((release) => release !== tried)
    const isTried = tried.validUntil > now && this.#isTriedBy(canary, key)
    return {
      admitted: { ...admitted, releases: isTried ? [...others, tried] : others },
      arm: { rollout: canary.id, arm: isTried ? 'canary' : 'stable' },
    }
  }

  #canaryOf(system: string): CanaryRollout | undefined {
    return this.#ports.configured().find((one): one is CanaryRollout => one.kind === 'canary' && one.system === system)
  }

  #isTriedBy(canary: CanaryRollout, key: string): boolean {
    return (
      !this.#stateOf(canary).isStopped && isChosen(canary.percent, this.#ports.hmac('rollout', `${canary.id}\n${key}`))
    )
  }

  /** How a request on trial ended. */
  count({ rollout, arm }: RolloutArm, isFailure: boolean): void {
    const canary = this.#ports
      .configured()
      .find((one): one is CanaryRollout => one.kind === 'canary' && one.id === rollout)
    if (arm !== 'canary' || canary === undefined) return
    const before = this.#stateOf(canary)
    const state = countCanary(before, isFailure, canary.stop, this.#ports.monotonicMs())
    this.#states.set(keyOf(canary), state)
    if (state.isStopped && !before.isStopped)
      this.#ports.log(
        `canary \`${canary.id}\` is taken back: ${state.failures} of ${state.calls} requests ended badly; everybody gets the stable release`,
      )
  }

  #stateOf(canary: CanaryRollout): CanaryState {
    return this.#states.get(keyOf(canary)) ?? CANARY_UNSEEN
  }

  /** The shadow that gets a copy of this request, while not too many are on their way. */
  shadowFor(system: string, key: string): ShadowRollout | undefined {
    const shadow = this.#ports
      .configured()
      .find((one): one is ShadowRollout => one.kind === 'shadow' && one.system === system)
    if (shadow === undefined || !isChosen(shadow.percent, this.#ports.hmac('rollout', `${shadow.id}\n${key}`)))
      return undefined
    if (this.#shadows < SHADOWS_MAX) return shadow
    this.#dropped += 1
    return undefined
  }

  /** Holds one of the places for shadows while it runs. */
  async shadowing(run: () => Promise<void>): Promise<void> {
    this.#shadows += 1
    try {
      await run()
    } finally {
      this.#shadows -= 1
    }
  }

  /** For metrics and the operator. */
  health(): {
    readonly canaries: readonly { readonly id: string; readonly isStopped: boolean }[]
    readonly shadowsDropped: number
  } {
    const canaries = this.#ports.configured().filter((one): one is CanaryRollout => one.kind === 'canary')
    return {
      canaries: canaries.map((canary) => ({ id: canary.id, isStopped: this.#stateOf(canary).isStopped })),
      shadowsDropped: this.#dropped,
    }
  }
}

/** Whoever it is stays on one side. Without a subject nobody knows: then what is named instead decides. */
export function rolloutKey(subject: Subject | undefined, otherwise: string): string {
  return subject === undefined ? otherwise : `${subject.tenant}\n${subject.principal}`
}

/** Another release or another share is another trial: what was taken back stays so only for itself. */
const keyOf = ({ id, release }: CanaryRollout): string => `${id}\n${release}`
