import { useState, type FormEvent, type ReactElement } from 'react'
import { call } from '../../api.ts'
import { plural } from '../../format.ts'
import { scopeText } from '../../shell/active-denies.ts'
import { deniesChanged } from '../../shell/denies-changed.ts'
import { announce } from '../../ui/announcer.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/query-view.tsx'
import { useAction } from '../../use-action.ts'
import { useQuery } from '../../use-query.ts'
import type { Acknowledgement, DenyView } from '../../views.ts'

interface KillDialogProps {
  readonly system: string
  /** Its id becomes the beginning of the reason. */
  readonly incident?: string
  readonly onClose: () => void
}

const WHOLE_SYSTEM = ''

/** What must be typed before real users are stopped. */
function TypedName({
  system,
  typed,
  onType,
}: {
  readonly system: string
  readonly typed: string
  readonly onType: (text: string) => void
}): ReactElement {
  return (
    <>
      <label htmlFor="kill-name">
        Type <strong>{system}</strong> to confirm
      </label>
      <input
        id="kill-name"
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={({ target }) => onType(target.value)}
      />
    </>
  )
}

/** Stops a system, or one of its tools. The system's name must be typed: it stops real users. */
export function KillDialog({ system, incident, onClose }: KillDialogProps): ReactElement {
  const [tool, setTool] = useState(WHOLE_SYSTEM)
  const [reason, setReason] = useState(incident ?? '')
  const [typed, setTyped] = useState('')
  const [done, setDone] = useState<DenyView & Acknowledgement>()
  const { isBusy, problem, run } = useAction()
  const tools = useTools(system)
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    run(
      () =>
        call('issueDeny', {
          system,
          scope: tool === WHOLE_SYSTEM ? { kind: 'system' } : { kind: 'tool', tool },
          reason: reason.trim(),
        }),
      (deny) => {
        setDone(deny)
        announce(acknowledgementText(deny))
        deniesChanged()
      },
    )
  }
  if (done !== undefined)
    return (
      <Dialog title={`Kill switch on: ${scopeText(done)}`} onClose={onClose}>
        <p>{acknowledgementText(done)}</p>
        {incident === undefined ? null : <p>Next: mark {incident} contained once the harm has stopped.</p>}
      </Dialog>
    )
  return (
    <Dialog title={`Kill switch for ${system}`} onClose={onClose}>
      <form onSubmit={onSubmit}>
        <label htmlFor="kill-scope">Stop</label>
        <select id="kill-scope" value={tool} onChange={({ target }) => setTool(target.value)}>
          <option value={WHOLE_SYSTEM}>the whole system</option>
          {tools.map(({ id: name, effect }) => (
            <option key={name} value={name}>
              {`only the tool ${name} (${effect})`}
            </option>
          ))}
        </select>
        <label htmlFor="kill-reason">Reason (kept in the ledger)</label>
        <textarea
          id="kill-reason"
          required
          maxLength={2_000}
          rows={2}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <TypedName system={system} typed={typed} onType={setTyped} />
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <div className="actions">
          <button
            type="submit"
            className="danger"
            aria-disabled={isBusy}
            disabled={typed !== system || reason.trim() === ''}
          >
            {isBusy ? 'Stopping…' : 'Throw kill switch'}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** Tools that the newest release declares. */
function useTools(system: string): readonly { readonly id: string; readonly effect: string }[] {
  const { query } = useQuery(`tools/${system}`, (signal) => call('listReleases', { system, limit: 1 }, signal))
  return query.state === 'ready' ? (query.value.items[0]?.manifest.components?.tools ?? []) : []
}

function acknowledgementText({ acknowledgedBy, connectedGateways, acknowledgedAfterMs }: Acknowledgement): string {
  if (connectedGateways === 0) return 'No gateway is connected: the switch takes effect when one connects.'
  const taken = `Taken by ${acknowledgedBy} of ${plural(connectedGateways, 'connected gateway')} after ${acknowledgedAfterMs} ms.`
  return acknowledgedBy < connectedGateways
    ? `${taken} The others take it when they next ask: see the ledger page.`
    : taken
}
