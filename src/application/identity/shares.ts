import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { listAll } from '../state/list-all.ts'
import type { Principal } from '../state/owner-node.ts'
import { recordsPage, type PageRequest } from '../state/records-page.ts'
import { partsOfToken, secretHash, type IdentityNode } from './identity-node.ts'

const PREFIX = 'ghs'
export const SHARE_DAYS_MAX = 90
const SHARES_MAX = 500

/** A read-only look at one system for somebody outside, for a time; never raw content. */
export interface Share {
  readonly id: string
  readonly system: string
  /** Beginnings of framework entries, such as `EU-AI-Act`; rules that name none of them are not shown. `*` is all. */
  readonly frameworks: readonly string[]
  /** Whom it is for, in the words of who made it. */
  readonly audience: string
  readonly sha256: string
  readonly createdBy: string
  readonly createdAt: EpochMs
  readonly expiresAt: EpochMs
  readonly revokedAt: EpochMs | null
}

export type ShownShare = Omit<Share, 'sha256'> & { readonly lastViewedAt: EpochMs | null; readonly isOpen: boolean }

export async function createShare(
  node: IdentityNode,
  principal: Principal,
  input: {
    readonly system: string
    readonly frameworks: readonly string[]
    readonly audience: string
    readonly days: number
  },
): Promise<Result<ShownShare & { readonly token: string }, Problem>> {
  if ((await node.store.list('releases', { system: input.system, limit: 1 })).length === 0)
    return fail({
      code: 'share/unknown-system',
      message: `no release of system \`${input.system}\` is known`,
      next: 'check the name, or gate it first',
    })
  // In turns: two at once must not both be the last that there is room for.
  return node.recorder.exclusive(async () => {
    const now = node.clock()
    const open = (await listAll(node.store, 'shares', { status: 'open' })).filter(
      ({ document }) => (document as unknown as Share).expiresAt > now,
    )
    if (open.length >= SHARES_MAX)
      return fail({ code: 'share/too-many', message: `${SHARES_MAX} shares are open`, next: 'revoke some first' })
    const id = node.newId()
    const token = `${PREFIX}_${id}_${node.newSecret()}`
    const share: Share = {
      id,
      system: input.system,
      frameworks: input.frameworks,
      audience: input.audience,
      sha256: secretHash(node.sha256, token),
      createdBy: principal.name,
      createdAt: now,
      expiresAt: epochMs(now + input.days * DAY_MS),
      revokedAt: null,
    }
    const saved = await node.recorder.record('share.created', principal.name, null, {
      head: { id, system: share.system, status: 'open', topic: principal.name },
      record: share,
    })
    return saved.ok ? ok({ ...shown(share, null, now), token }) : saved
  })
}

export async function revokeShare(
  node: IdentityNode,
  principal: Principal,
  id: string,
): Promise<Result<ShownShare, Problem>> {
  return node.recorder.exclusive(async () => {
    const share = await shareById(node, id)
    const now = node.clock()
    if (share === undefined || !isOpen(share, now))
      return fail({ code: 'share/unknown', message: `no share \`${id}\` is open`, next: 'gatehouse shares list' })
    const revoked: Share = { ...share, revokedAt: now }
    const saved = await node.recorder.record('share.revoked', principal.name, null, {
      head: { id, system: share.system, status: 'revoked', topic: share.createdBy },
      record: revoked,
    })
    return saved.ok ? ok(shown(revoked, null, now)) : saved
  })
}

export async function listShares(
  node: IdentityNode,
  system: string | undefined,
  page: PageRequest,
): Promise<{ readonly items: readonly ShownShare[]; readonly nextCursor: string | null }> {
  const { records, nextCursor } = await recordsPage(node.store, 'shares', { system }, page)
  const shares = records.map(({ document }) => shareOf(document))
  const views = await node.identity.uses.lastOf(shares.map(({ id }) => id))
  const now = node.clock()
  return { items: shares.map((share) => shown(share, views.get(share.id) ?? null, now)), nextCursor }
}

/** The caller that a share's token is; nobody once it has ended. */
export async function sharePrincipal(node: IdentityNode, token: string): Promise<Principal | undefined> {
  const id = partsOfToken(PREFIX, token)
  const share = id === undefined ? undefined : await shareById(node, id)
  if (share === undefined || !isOpen(share, node.clock()) || share.sha256 !== secretHash(node.sha256, token))
    return undefined
  return {
    name: `share ${share.id}`,
    roles: ['share'],
    credential: { kind: 'share', id: share.id },
  }
}

export async function openShareOf(node: IdentityNode, principal: Principal): Promise<Share | undefined> {
  const share = principal.credential?.kind === 'share' ? await shareById(node, principal.credential.id) : undefined
  return share !== undefined && isOpen(share, node.clock()) ? share : undefined
}

async function shareById(node: IdentityNode, id: string): Promise<Share | undefined> {
  const record = await node.store.get('shares', id)
  return record === undefined ? undefined : shareOf(record.document)
}

function shareOf(document: object): Share {
  const { ledgerIndex: _, ...share } = document as Share & { ledgerIndex?: number }
  return share
}

const isOpen = ({ revokedAt, expiresAt }: Share, now: EpochMs): boolean => revokedAt === null && expiresAt > now

function shown(share: Share, lastViewedAt: EpochMs | null, now: EpochMs): ShownShare {
  const { sha256: _, ...rest } = share
  return { ...rest, lastViewedAt, isOpen: isOpen(share, now) }
}
