import { useState, type FormEvent, type ReactElement } from 'react'
import { call } from '../api.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNotice } from '../ui/query-view.tsx'
import { useAction } from '../use-action.ts'
import type { DenyView } from '../views.ts'
import { scopeText } from './active-denies.ts'
import { deniesChanged } from './denies-changed.ts'

/** Takes a kill switch back, with a reason that the ledger keeps. */
export function LiftDialog({ deny, onClose }: { readonly deny: DenyView; readonly onClose: () => void }): ReactElement {
  const [reason, setReason] = useState('')
  const { isBusy, problem, run } = useAction()
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    run(
      () => call('liftDeny', { id: deny.id, reason: reason.trim() }),
      () => {
        announce(`Kill switch lifted: ${scopeText(deny)}`)
        deniesChanged()
        onClose()
      },
    )
  }
  return (
    <Dialog title={`Lift the kill switch on ${scopeText(deny)}`} onClose={onClose}>
      <form onSubmit={onSubmit}>
        <p>Gateways serve it again as soon as they take the change. The ledger keeps who lifted it and why.</p>
        <label htmlFor="lift-reason">Why it is safe now</label>
        <textarea
          id="lift-reason"
          required
          maxLength={2_000}
          rows={3}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {problem === undefined ? null : <ProblemNotice problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" aria-disabled={isBusy} disabled={reason.trim() === ''}>
            {isBusy ? 'Lifting…' : 'Lift kill switch'}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}
