import { buildBundle } from '../../src/application/admission/build-bundle.ts'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { DAY_MS, epochMs } from '../../src/base/instant.ts'
import type { OwnerNode } from '../../src/application/state/owner-node.ts'
import type { BundledRelease } from '../../src/contract/bundle/bundle.ts'
import type { Session } from '../../src/entrypoints/cli/session.ts'
import type { GovernedState } from './governed-state.ts'
import { gateOrThrow } from './owned-state.ts'
import { SYSTEM, tinyManifest, tinyPack, VERSION_RULE, writeTinyProject } from './tiny-project.ts'

export interface Change {
  readonly title?: string
  readonly version?: string
  readonly pack?: string
}

interface GateHow {
  readonly session?: Session
  readonly environment?: string
  readonly run?: boolean
}

/** What people do with releases of a governed state: gate them, ask for waivers, decide on these. */
export interface GovernedRelease {
  readonly gate: (change?: Change, how?: GateHow) => Promise<StoredVerdict>
  /** Id of the waiver, or the code of the refusal. */
  readonly request: (
    verdict: StoredVerdict,
    change?: { readonly by?: string; readonly days?: number; readonly compensating?: string },
  ) => Promise<string>
  /** Status after the word, or the code of the refusal. */
  readonly decide: (id: string, by: string, decision?: 'approve' | 'deny') => Promise<string>
  readonly decideAs: (name: string, role: string, id: string) => Promise<string>
  /** All that a waiver at T1 needs: the risk accepted by the one it names, and two people of two roles. */
  readonly approveFully: (id: string) => Promise<string>
  /** Digests that the bundle for `local` lets a gateway serve, of the release that was gated last. */
  readonly served: () => Promise<readonly string[]>
  /** Waivers that this bundle brings with it, of the check on who answers or on pins, built some days from now. */
  readonly waivers: (days?: number, list?: 'driftWaivers' | 'mcpDriftWaivers') => Promise<readonly object[]>
}

export function governedRelease(state: GovernedState): GovernedRelease {
  const { as } = state
  let gatedLast = ''
  const releasesOf = async (node: OwnerNode): Promise<readonly BundledRelease[]> => {
    const envelope = await buildBundle(node, state.node.bundleKeys, 'local', 1)
    const body = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')) as {
      readonly systems: readonly { readonly releases: readonly BundledRelease[] }[]
    }
    return body.systems.flatMap(({ releases }) => releases)
  }
  const gate: GovernedRelease['gate'] = async (change = {}, how = {}) => {
    const manifest = tinyManifest({
      title: change.title ?? `release ${state.count}`,
      version: change.version ?? '1.0.0',
    })
    await writeTinyProject(state.project, manifest, change.pack ?? tinyPack(VERSION_RULE))
    const { verdict } = await gateOrThrow(how.session ?? as('author-a'), state.project, { author: 'author-a', ...how })
    gatedLast = verdict.releaseDigest
    return verdict
  }
  const request: GovernedRelease['request'] = async (verdict, change = {}) => {
    const asked = await as(change.by ?? 'fifth').call('requestException', {
      system: SYSTEM,
      ruleId: 'GH-VER-001',
      releaseDigest: verdict.releaseDigest,
      reason: 'a pilot',
      riskAcceptedBy: 'fourth',
      compensatingRule: change.compensating ?? 'GH-GRD-001',
      expiresAt: Date.now() + (change.days ?? 10) * DAY_MS,
    })
    return asked.ok ? (asked.value['id'] as string) : asked.failure.code
  }
  const word = async (session: Session, id: string, decision: 'approve' | 'deny'): Promise<string> => {
    const decided = await session.call('decideException', { id, decision })
    return decided.ok ? (decided.value['status'] as string) : decided.failure.code
  }
  const decideAs: GovernedRelease['decideAs'] = (name, role, id) => word(as(name, role), id, 'approve')
  return {
    gate,
    request,
    decide: (id, by, decision = 'approve') => word(as(by), id, decision),
    decideAs,
    async approveFully(id) {
      await as('fourth', 'executive').call('acceptExceptionRisk', { id })
      await decideAs('second', 'security', id)
      return decideAs('lea', 'legal', id)
    },
    async served() {
      const { releaseDigest } = await gate({}, { run: false })
      return (await releasesOf(state.node)).map(({ digest }) => digest).filter((digest) => digest === releaseDigest)
    },
    async waivers(days = 0, list = 'driftWaivers') {
      const later = { ...state.node, clock: () => epochMs(Date.now() + days * DAY_MS) } as OwnerNode
      return (await releasesOf(later)).find(({ digest }) => digest === gatedLast)?.[list] ?? []
    },
  }
}
