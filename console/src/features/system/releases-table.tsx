import type { ReactElement } from 'react'
import { call, type ApiResult } from '../../api.ts'
import { hrefOf } from '../../router.ts'
import { SimulatedBadge } from '../../ui/badge.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Link } from '../../ui/link.tsx'
import { Empty, QueryView } from '../../ui/query-view.tsx'
import { VerdictBadge } from '../../ui/status-badges.tsx'
import { Instant, ShortDigest } from '../../ui/values.tsx'
import { useQuery } from '../../use-query.ts'
import type { ReleaseListItem, VerdictView } from '../../views.ts'

const RELEASES_MAX = 20

interface ReleaseLine {
  readonly release: ReleaseListItem
  readonly newest: VerdictView | null
}

/** The verdict of each release is part of its detail: one call per release shown. */
async function releaseLines(system: string, signal: AbortSignal): Promise<ApiResult<readonly ReleaseLine[]>> {
  const list = await call('listReleases', { system, limit: RELEASES_MAX }, signal)
  if (!list.ok) return list
  const details = await Promise.all(list.value.items.map(({ digest }) => call('getRelease', { digest }, signal)))
  const lines: ReleaseLine[] = []
  for (const [index, release] of list.value.items.entries()) {
    const detail = details[index]
    if (detail === undefined) continue
    if (!detail.ok) return detail
    lines.push({ release, newest: detail.value.verdicts[0] ?? null })
  }
  return { ok: true, value: lines }
}

const COLUMNS = [
  { name: 'Release' },
  { name: 'Digest' },
  { name: 'Newest verdict' },
  { name: 'Findings' },
  { name: 'Author' },
  { name: 'Registered' },
] as const

export function ReleasesTable({ system }: { readonly system: string }): ReactElement {
  const { query, reload } = useQuery(`releases/${system}`, (signal) => releaseLines(system, signal))
  return (
    <QueryView query={query} reload={reload}>
      {(lines) =>
        lines.length === 0 ? (
          <Empty title={`No release of ${system} is known.`}>
            <p>Next: run the gate in its project.</p>
            <pre tabIndex={0}>gatehouse gate</pre>
          </Empty>
        ) : (
          <DataTable
            caption={lines.length < RELEASES_MAX ? 'Releases, newest first' : `The newest ${RELEASES_MAX} releases`}
            columns={COLUMNS}
          >
            {lines.map((line) => (
              <Line key={line.release.digest} line={line} />
            ))}
          </DataTable>
        )
      }
    </QueryView>
  )
}

function Line({ line: { release, newest } }: { readonly line: ReleaseLine }): ReactElement {
  const isOpen = (outcome: string): boolean => outcome === 'inconclusive' || outcome === 'errored'
  return (
    <tr>
      <th scope="row">
        <Link href={hrefOf(`/releases/${encodeURIComponent(release.digest)}`, release.system)}>v{release.version}</Link>
      </th>
      <td>
        <ShortDigest digest={release.digest} />
      </td>
      <td>
        <VerdictBadge verdict={newest?.verdict ?? null} />
        {newest === null ? null : ` ${newest.environment} `}
        {newest?.results.some(({ isSimulated }) => isSimulated) === true ? <SimulatedBadge /> : null}
      </td>
      <td>
        {newest === null
          ? '–'
          : `${newest.results.filter(({ outcome }) => outcome === 'failed').length} blocking, ${newest.results.filter(({ outcome }) => isOpen(outcome)).length} open`}
      </td>
      <td>{release.author}</td>
      <td>
        <Instant at={release.at} />
      </td>
    </tr>
  )
}
