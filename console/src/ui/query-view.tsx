import type { ReactElement, ReactNode } from 'react'
import type { ApiProblem } from '../api.ts'
import type { Query } from '../use-query.ts'
import { CodeText } from './code-text.tsx'
import { Icon } from './icon.tsx'

/** A problem in words: what happened, its code, and the next step. */
export function ProblemNotice({
  problem,
  onRetry,
}: {
  readonly problem: ApiProblem
  readonly onRetry?: () => void
}): ReactElement {
  return (
    <div className="notice notice-bad" role="alert">
      <p>
        <Icon name="warning" />{' '}
        <strong>
          <CodeText text={problem.message} />
        </strong>{' '}
        <code>{problem.code}</code>
      </p>
      {problem.next === undefined ? null : (
        <p>
          Next: <CodeText text={problem.next} />
        </p>
      )}
      {onRetry === undefined ? null : (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}

/** Nothing there yet, and what brings something there. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactElement {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  )
}

/** The three states of everything that is loaded. A failed refresh keeps what was there and says so. */
export function QueryView<Value>({
  query,
  reload,
  children,
}: {
  readonly query: Query<Value>
  readonly reload: () => void
  readonly children: (value: Value) => ReactNode
}): ReactElement {
  switch (query.state) {
    case 'loading':
      return (
        <p className="loading" role="status">
          Loading…
        </p>
      )
    case 'failed':
      return <ProblemNotice problem={query.problem} onRetry={reload} />
    case 'ready':
      return (
        <>
          {query.stale === undefined ? null : <ProblemNotice problem={query.stale} onRetry={reload} />}
          {children(query.value)}
        </>
      )
  }
}
