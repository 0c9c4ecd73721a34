import { useState } from 'react'
import type { ApiProblem, ApiResult } from './api.ts'

export interface Action {
  readonly isBusy: boolean
  readonly problem: ApiProblem | undefined
  /** Runs one call at a time; `onDone` gets the value of a call that worked. */
  readonly run: <Value>(work: () => Promise<ApiResult<Value>>, onDone: (value: Value) => void) => void
}

/**
 * A write to the control plane: busy while it runs, with its problem shown where it was asked for. Buttons say
 * `aria-disabled` while busy and not `disabled`, for that would take the focus away.
 */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiProblem>()
  return {
    isBusy,
    problem,
    run: (work, onDone) => {
      if (isBusy) return
      setBusy(true)
      setProblem(undefined)
      void work().then((result) => {
        setBusy(false)
        if (result.ok) onDone(result.value)
        else setProblem(result.failure)
      })
    },
  }
}
