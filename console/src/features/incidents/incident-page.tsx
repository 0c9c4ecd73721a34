import type { ReactElement } from 'react'
import { call } from '../../api.ts'
import { duration } from '../../format.ts'
import { hrefOf } from '../../router.ts'
import { Link } from '../../ui/link.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { QueryView } from '../../ui/query-view.tsx'
import { IncidentBadge, SeverityBadge } from '../../ui/status-badges.tsx'
import { Facts, Instant } from '../../ui/values.tsx'
import { useQuery } from '../../use-query.ts'
import type { IncidentView } from '../../views.ts'
import { IncidentActions } from './incident-actions.tsx'
import { RequestList } from './request-list.tsx'
import { Timeline } from './timeline.tsx'

const POLL_MS = 5_000

export function IncidentPage({ id }: { readonly id: string }): ReactElement {
  const { query, reload } = useQuery(`incident/${id}`, (signal) => call('getIncident', { id }, signal), {
    pollMs: POLL_MS,
  })
  return (
    <Page title={query.state === 'ready' ? `${id}: ${query.value.title}` : id}>
      <QueryView query={query} reload={reload}>
        {(incident) => <IncidentBody incident={incident} onChanged={reload} />}
      </QueryView>
    </Page>
  )
}

const NEXT: Readonly<Record<IncidentView['state'], string>> = {
  open: 'Next: stop the harm, by the kill switch or otherwise, then mark it contained.',
  contained: 'Next: remove the cause, learn the requests as regression cases, then mark it resolved.',
  resolved: 'Next: check that the learned cases pass the gate, then close it.',
  closed: 'Nothing to do. Reopen it if it comes back.',
}

function IncidentBody({
  incident,
  onChanged,
}: {
  readonly incident: IncidentView
  readonly onChanged: () => void
}): ReactElement {
  return (
    <>
      <p className="badges lead">
        <SeverityBadge severity={incident.severity} />
        <IncidentBadge state={incident.state} />
        <Link href={hrefOf(`/systems/${encodeURIComponent(incident.system)}`, incident.system)}>{incident.system}</Link>
      </p>
      <p>{NEXT[incident.state]}</p>
      <IncidentActions incident={incident} onChanged={onChanged} />
      <Section id="times" title="Times">
        <Times incident={incident} />
      </Section>
      <Section id="timeline" title="Timeline">
        <Timeline entries={incident.timeline} />
      </Section>
      <Section id="requests" title={`Requests (${incident.requests.length})`}>
        <RequestList incident={incident} onLearned={onChanged} />
      </Section>
    </>
  )
}

function Times({
  incident: { onsetAt, onsetMethod, detectedAt, containedAt, resolvedAt, closedAt },
}: {
  readonly incident: IncidentView
}): ReactElement {
  const since = (at: number | null, from: number, word: string): ReactElement | string =>
    at === null ? (
      'not yet'
    ) : (
      <>
        <Instant at={at} /> ({duration(at - from)} {word})
      </>
    )
  return (
    <>
      <Facts
        items={[
          ['Onset', <Instant key="onset" at={onsetAt} />],
          ['Detected', since(detectedAt, onsetAt, 'after onset')],
          ['Contained', since(containedAt, detectedAt, 'after detection')],
          ['Resolved', since(resolvedAt, detectedAt, 'after detection')],
          ['Closed', since(closedAt, detectedAt, 'after detection')],
        ]}
      />
      <p className="muted small">Onset: {onsetMethod}.</p>
    </>
  )
}
