import { useState, type FormEvent, type ReactElement } from 'react'
import type { IncidentEvent } from '../../../../src/domain/incident/incident.ts'
import { call } from '../../api.ts'
import { announce } from '../../ui/announcer.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/query-view.tsx'
import { useAction } from '../../use-action.ts'
import type { IncidentView } from '../../views.ts'

interface ChangeDialogProps {
  readonly incident: IncidentView
  readonly event: IncidentEvent
  readonly onChanged: () => void
  readonly onClose: () => void
}

const QUESTIONS: Readonly<Record<IncidentEvent, string>> = {
  contain: 'What stops the harm',
  resolve: 'What removed the cause',
  close: 'What shows that it stays away',
  reopen: 'Why it is open again',
}

/** Closing a SEV1 needs its id typed: never a bare key or a click in passing. */
const needsTyping = ({ severity }: IncidentView, event: IncidentEvent): boolean =>
  severity === 'SEV1' && event === 'close'

export function ChangeDialog({ incident, event, onChanged, onClose }: ChangeDialogProps): ReactElement {
  const [note, setNote] = useState('')
  const [typed, setTyped] = useState('')
  const { isBusy, problem, run } = useAction()
  const isTyped = !needsTyping(incident, event) || typed === incident.id
  const onSubmit = (submitted: FormEvent): void => {
    submitted.preventDefault()
    run(
      () => call('changeIncident', { id: incident.id, event, note: note.trim() }),
      ({ state }) => {
        announce(`${incident.id} is ${state}`)
        onChanged()
        onClose()
      },
    )
  }
  return (
    <Dialog title={`${incident.id}: ${event}`} onClose={onClose}>
      <form onSubmit={onSubmit}>
        <label htmlFor="note">{QUESTIONS[event]} (kept in the timeline)</label>
        <textarea
          id="note"
          required
          maxLength={2_000}
          rows={3}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
        {needsTyping(incident, event) ? (
          <>
            <label htmlFor="typed">Type {incident.id} to confirm</label>
            <input
              id="typed"
              type="text"
              autoComplete="off"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          </>
        ) : null}
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" aria-disabled={isBusy} disabled={note.trim() === '' || !isTyped}>
            {isBusy ? 'Saving…' : `Save: ${event}`}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}
