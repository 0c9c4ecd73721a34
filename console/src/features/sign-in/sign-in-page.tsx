import { useState, type FormEvent, type ReactElement } from 'react'
import type { ApiProblem } from '../../api.ts'
import { startSession, tokenOf } from '../../session.ts'
import { ProblemNotice } from '../../ui/query-view.tsx'

/** How to get in, and where to put a link that was copied. */
export function SignInPage({ problem }: { readonly problem: ApiProblem | undefined }): ReactElement {
  const [text, setText] = useState('')
  const [isUnread, setUnread] = useState(false)
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const token = tokenOf(text)
    setUnread(token === undefined)
    if (token !== undefined) void startSession(token)
  }
  return (
    <main className="sign-in">
      <h1>Gatehouse</h1>
      <p>Sign in with a one-time link. In a terminal on the machine that runs the control plane:</p>
      <pre tabIndex={0}>gatehouse console</pre>
      <p>Open the link that it prints, or paste it here. A link works once, for 15 minutes.</p>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <form onSubmit={onSubmit}>
        <label htmlFor="login-link">Login link</label>
        <input
          id="login-link"
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-describedby="login-error"
          aria-invalid={isUnread}
          onChange={({ target }) => setText(target.value)}
        />
        <p id="login-error" className="field-error" role="alert">
          {isUnread ? 'This is not a login link: it ends in #login= and a token.' : ''}
        </p>
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
    </main>
  )
}
