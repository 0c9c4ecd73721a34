import { useState, type FormEvent, type ReactElement } from 'react'
import { call } from '../../api.ts'
import { plural } from '../../format.ts'
import { useScope } from '../../router.ts'
import { announce } from '../../ui/announcer.tsx'
import { Empty, ProblemNotice, QueryView } from '../../ui/query-view.tsx'
import { useAction } from '../../use-action.ts'
import { useQuery } from '../../use-query.ts'

/** Builds a self-verifying archive of a system's evidence and hands it to the browser. */
export function PackBuilder(): ReactElement {
  const { query, reload } = useQuery('pack/systems', (signal) => call('listSystems', {}, signal))
  return (
    <QueryView query={query} reload={reload}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No system is known yet: there is nothing to export.">
            <p>Next: run the gate in a project that has a gatehouse.yaml.</p>
          </Empty>
        ) : (
          <PackForm systems={items.map(({ system }) => system)} />
        )
      }
    </QueryView>
  )
}

function PackForm({ systems }: { readonly systems: readonly string[] }): ReactElement {
  const scope = useScope()
  const [chosen, setChosen] = useState<string>()
  const [done, setDone] = useState('')
  const { isBusy, problem, run } = useAction()
  const system = chosen ?? systems.find((name) => name === scope) ?? systems[0] ?? ''
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    setDone('')
    run(
      () => call('buildPack', { system }),
      ({ archive, entries, ledgerSize }) => {
        save(`gatehouse-${system}-${ledgerSize}.zip`, archive)
        const text = `Pack with ${plural(entries, 'entry', 'entries')}, ledger size ${ledgerSize}, is in your downloads.`
        setDone(text)
        announce(text)
      },
    )
  }
  return (
    <form onSubmit={onSubmit}>
      <p>An auditor verifies the pack offline with one command; building it is itself written to the ledger.</p>
      <pre tabIndex={0}>gatehouse evidence verify pack.zip --trust trust.json</pre>
      <div className="field-row">
        <label htmlFor="pack-system">System</label>
        <select id="pack-system" value={system} onChange={({ target }) => setChosen(target.value)}>
          {systems.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit" className="primary" aria-disabled={isBusy}>
          {isBusy ? 'Building…' : 'Build pack'}
        </button>
      </div>
      {done === '' ? null : <p>{done}</p>}
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
    </form>
  )
}

/** Hands a base64 archive to the browser as a file. */
function save(name: string, archive: string): void {
  const bytes = Uint8Array.from(atob(archive), (character) => character.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
