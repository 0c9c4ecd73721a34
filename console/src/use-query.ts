import { useCallback, useEffect, useRef, useState } from 'react'
import type { ApiProblem, ApiResult } from './api.ts'

export type Query<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problem: ApiProblem }
  /** `stale` is set while the newest refresh failed: what is shown is older. */
  | { readonly state: 'ready'; readonly value: Value; readonly stale: ApiProblem | undefined }

export interface QueryOptions {
  /** Asks again this long after each answer, while the page is visible. */
  readonly pollMs?: number | undefined
}

const LOADING = { state: 'loading' } as const

/** Loads once per key, and again on `reload` or by polling. An answer to an earlier key is dropped. */
export function useQuery<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<ApiResult<Value>>,
  { pollMs }: QueryOptions = {},
): { readonly query: Query<Value>; readonly reload: () => void } {
  const [held, setHeld] = useState<{ readonly key: string; readonly query: Query<Value> }>({ key, query: LOADING })
  const [round, setRound] = useState(0)
  const newest = useRef(load)
  useEffect(() => {
    newest.current = load
  })
  useEffect(() => {
    const gone = new AbortController()
    let timer: number | undefined
    const ask = async (): Promise<void> => {
      const result = await newest.current(gone.signal)
      if (gone.signal.aborted) return
      setHeld((before) => ({ key, query: afterAnswer(before.key === key ? before.query : LOADING, result) }))
      if (pollMs !== undefined && !document.hidden) timer = window.setTimeout(() => void ask(), pollMs)
    }
    const onVisible = (): void => {
      window.clearTimeout(timer)
      if (!document.hidden) void ask()
    }
    if (pollMs !== undefined) document.addEventListener('visibilitychange', onVisible, { signal: gone.signal })
    void ask()
    return () => {
      gone.abort()
      window.clearTimeout(timer)
    }
  }, [key, round, pollMs])
  const reload = useCallback(() => setRound((count) => count + 1), [])
  return { query: held.key === key ? held.query : LOADING, reload }
}

function afterAnswer<Value>(before: Query<Value>, result: ApiResult<Value>): Query<Value> {
  if (result.ok) return { state: 'ready', value: result.value, stale: undefined }
  return before.state === 'ready' ? { ...before, stale: result.failure } : { state: 'failed', problem: result.failure }
}
