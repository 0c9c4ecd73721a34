import { useState, type FormEvent, type ReactElement } from 'react'
import { signInMethods, type ApiProblem } from '../../api.ts'
import { PROVIDER_SIGN_IN, startSession, tokenOf } from '../../session.ts'
import { useQuery } from '../../use-query.ts'
import { ProblemNotice } from '../../ui/query-view.tsx'

/** How to get in, and where to put a link that was copied. */
export function SignInPage({ problem }: { readonly problem: ApiProblem | undefined }): ReactElement {
  const [text, setText] = useState('')
  const [isUnread, setUnread] = useState(false)
  const { query: methods } = useQuery('sign-in-methods', signInMethods)
  const hasProvider = methods.state === 'ready' && methods.value.oidc
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const token = tokenOf(text)
    setUnread(token === undefined)
    if (token !== undefined) void startSession(token)
  }
  return (
    <main className="sign-in">
      <h1>Gatehouse</h1>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {hasProvider ? (
        <>
          <p>
            <a className="button primary" href={PROVIDER_SIGN_IN}>
              Sign in with your organization
            </a>
          </p>
          <h2>With a one-time link</h2>
        </>
      ) : null}
      <p>
        {hasProvider ? '' : 'Sign in with a one-time link. '}In a terminal on the machine that runs the control plane:
      </p>
      <pre tabIndex={0}>gatehouse console</pre>
      <p>Open the link that it prints, or paste it here. A link works once, for 15 minutes.</p>
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
        <button type="submit" className={hasProvider ? '' : 'primary'}>
          Sign in by link
        </button>
      </form>
    </main>
  )
}
