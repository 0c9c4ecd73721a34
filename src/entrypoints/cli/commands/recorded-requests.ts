import { isJsonObject, type JsonObject } from '../../../base/json.ts'
import type { Problem } from '../../../base/result.ts'
import { intentSchema } from '../../../contract/decision/decision-record.ts'
import type { Session } from '../session.ts'

const PAGE = 1_000
const PAGES_MAX = 100

export type Intent = ReturnType<typeof intentSchema.parse>

export interface RecordedRelease {
  readonly manifest: JsonObject
  readonly tier: string
}

/** Every decision of a release, page by page, with the release that it was made for; gives what stopped it, if anything did. */
export async function eachRecord(
  session: Session,
  system: string | undefined,
  take: (item: JsonObject, intent: Intent, release: RecordedRelease | undefined) => void,
): Promise<Problem | undefined> {
  const releases = new Map<string, RecordedRelease | undefined>()
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX; page++) {
    const listed = await session.call('listDecisions', { system, limit: PAGE, cursor })
    if (!listed.ok) return listed.failure
    for (const item of listed.value.items) {
      const intent = intentSchema.safeParse(item['intent'])
      if (!intent.success || intent.data.releaseDigest === null) continue
      const { releaseDigest } = intent.data
      if (!releases.has(releaseDigest)) releases.set(releaseDigest, await releaseOf(session, releaseDigest))
      take(item, intent.data, releases.get(releaseDigest))
    }
    cursor = listed.value.nextCursor ?? undefined
    if (cursor === undefined) return undefined
  }
  return {
    code: 'policy/too-many-records',
    message: `more than ${PAGE * PAGES_MAX} records`,
    next: 'name one system with --system',
  }
}

async function releaseOf(session: Session, digest: string): Promise<RecordedRelease | undefined> {
  const detail = await session.call('getRelease', { digest })
  const release = detail.ok ? detail.value['release'] : undefined
  if (!isJsonObject(release) || !isJsonObject(release['manifest'])) return undefined
  const { tier } = release
  return {
    manifest: release['manifest'],
    tier: isJsonObject(tier) && typeof tier['tier'] === 'string' ? tier['tier'] : '',
  }
}
