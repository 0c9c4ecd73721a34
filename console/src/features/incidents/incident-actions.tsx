import { useState, type ReactElement } from 'react'
import type { IncidentEvent, IncidentState } from '../../../../src/domain/incident/incident.ts'
import { useFocusRescue } from '../../ui/use-focus-rescue.ts'
import type { IncidentView } from '../../views.ts'
import { ChangeDialog } from './change-dialog.tsx'
import { KillDialog } from '../kill-switch/kill-dialog.tsx'

/** Events that each state takes, the usual one first (the server decides; this only leaves out what it would refuse). */
const EVENTS: Readonly<Record<IncidentState, readonly IncidentEvent[]>> = {
  open: ['contain'],
  contained: ['resolve', 'reopen'],
  resolved: ['close', 'reopen'],
  closed: ['reopen'],
}

const WORDS: Readonly<Record<IncidentEvent, string>> = {
  contain: 'Mark contained…',
  resolve: 'Mark resolved…',
  close: 'Close…',
  reopen: 'Reopen…',
}

export function IncidentActions({
  incident,
  onChanged,
}: {
  readonly incident: IncidentView
  readonly onChanged: () => void
}): ReactElement {
  const [event, setEvent] = useState<IncidentEvent>()
  const [isKilling, setKilling] = useState(false)
  useFocusRescue(incident.state)
  return (
    <div className="actions">
      <button type="button" className="danger" onClick={() => setKilling(true)}>
        Kill switch…
      </button>
      {EVENTS[incident.state].map((name) => (
        <button key={name} type="button" onClick={() => setEvent(name)}>
          {WORDS[name]}
        </button>
      ))}
      {event === undefined ? null : (
        <ChangeDialog incident={incident} event={event} onChanged={onChanged} onClose={() => setEvent(undefined)} />
      )}
      {isKilling ? (
        <KillDialog system={incident.system} incident={incident.id} onClose={() => setKilling(false)} />
      ) : null}
    </div>
  )
}
