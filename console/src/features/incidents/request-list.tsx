import { useRef, type ReactElement } from 'react'
import { call } from '../../api.ts'
import { hrefOf } from '../../router.ts'
import { announce } from '../../ui/announcer.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Link } from '../../ui/link.tsx'
import { Empty, ProblemNotice } from '../../ui/query-view.tsx'
import { useFocusRescue } from '../../ui/use-focus-rescue.ts'
import { useAction } from '../../use-action.ts'
import type { IncidentView } from '../../views.ts'

/** The requests of an incident; each can become a case that every later gate runs. */
export function RequestList({
  incident,
  onLearned,
}: {
  readonly incident: IncidentView
  readonly onLearned: () => void
}): ReactElement {
  const others = incident.learnedCases.filter(
    (learned) => !incident.requests.some((request) => learned === caseOf(request)),
  )
  if (incident.requests.length === 0) return <Empty title="No request belongs to it." />
  return (
    <>
      <p>A learned request is run by every later gate of {incident.system}.</p>
      <ul className="requests">
        {incident.requests.map((request) => (
          <Request key={request} incident={incident} request={request} onLearned={onLearned} />
        ))}
      </ul>
      {others.length === 0 ? null : <p>Other learned cases: {others.join(', ')}</p>}
    </>
  )
}

const caseOf = (request: string): string => `LRN-${request}`

interface RequestProps {
  readonly incident: IncidentView
  readonly request: string
  readonly onLearned: () => void
}

function Request({ incident, request, onLearned }: RequestProps): ReactElement {
  const item = useRef<HTMLLIElement>(null)
  const isLearned = incident.learnedCases.includes(caseOf(request))
  useFocusRescue(isLearned, item)
  const { isBusy, problem, run } = useAction()
  const learn = (): void =>
    run(
      () => call('learnCase', { incident: incident.id, request }),
      ({ id }) => {
        announce(`Learned case ${id}`)
        onLearned()
      },
    )
  return (
    <li ref={item} tabIndex={-1}>
      <Link href={`${hrefOf('/decisions', incident.system)}&decision=${encodeURIComponent(request)}`}>
        <code>{request}</code>
      </Link>
      {isLearned ? (
        <Badge tone="good" icon="check" word={`learned as ${caseOf(request)}`} />
      ) : (
        <button
          type="button"
          aria-disabled={isBusy}
          onClick={learn}
          aria-label={isBusy ? `Learning… ${request}` : `Learn this request ${request}`}
        >
          {isBusy ? 'Learning…' : 'Learn this request'}
        </button>
      )}
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
    </li>
  )
}
