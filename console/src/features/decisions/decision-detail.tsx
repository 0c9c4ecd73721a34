import type { ReactElement } from 'react'
import type { DecisionOutcome } from '../../../../src/contract/decision/decision-record.ts'
import { Facts, Instant } from '../../ui/values.tsx'
import type { DecisionView } from '../../views.ts'
import { PlainText } from '../../ui/plain-text.tsx'

/** Everything that is recorded of one request. Captured texts are what people and models wrote: plain text. */
export function DecisionDetail({ decision }: { readonly decision: DecisionView }): ReactElement {
  return (
    <div className="detail">
      <RequestFacts decision={decision} />
      <Findings decision={decision} />
      <ToolCalls tools={decision.outcome?.tools ?? []} />
      <Captured captured={decision.intent.captured} />
    </div>
  )
}

function RequestFacts({
  decision: { id, at, system, intent, outcome, ledgerIndex },
}: {
  readonly decision: DecisionView
}): ReactElement {
  const answeredBy = outcome?.modelAnswered ?? intent.model
  return (
    <Facts
      items={[
        ['Request', <code key="id">{id}</code>],
        ['At', <Instant key="at" at={at} />],
        ['System', `${system} · ${intent.environment}`],
        ['Model', answeredBy === intent.model ? intent.model : `${intent.model}, answered by ${answeredBy}`],
        ['Principal', intent.principal ?? 'none'],
        ['Action', `input ${intent.action}${outcome === undefined ? '' : `, output ${outcome.action}`}`],
        [
          'Tokens',
          outcome === undefined
            ? 'not known yet'
            : `${outcome.inputTokens ?? '?'} in, ${outcome.outputTokens ?? '?'} out`,
        ],
        ['Total', outcome === undefined ? 'not ended' : `${outcome.totalMs.toFixed(0)} ms`],
        ['Ledger', `#${ledgerIndex}`],
      ]}
    />
  )
}

function Findings({ decision: { intent, outcome } }: { readonly decision: DecisionView }): ReactElement {
  const findings = [
    ...intent.findings.map((finding) => ({ ...finding, side: 'input' })),
    ...(outcome?.findings ?? []).map((finding) => ({ ...finding, side: 'output' })),
  ]
  return (
    <>
      <h2 className="detail-title">Findings ({findings.length})</h2>
      {findings.length === 0 ? (
        <p className="muted">The guard found nothing.</p>
      ) : (
        <ul>
          {findings.map(({ side, detector, category, score, guarantee, where, start, end }) => (
            <li key={`${side}/${where}/${detector}/${category}/${start}/${end}`}>
              <strong>{category}</strong> by <code>{detector}</code> ({guarantee}), score {score.toFixed(2)}, {side}{' '}
              {where}, characters {start}–{end}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function ToolCalls({ tools }: { readonly tools: DecisionOutcome['tools'] }): ReactElement | null {
  if (tools.length === 0) return null
  return (
    <>
      <h2 className="detail-title">Tool calls</h2>
      <ul>
        {tools.map(({ tool, callId, decision, rule, reason }) => (
          <li key={callId}>
            <strong>{tool}</strong>: {decision} by <code>{rule}</code> <PlainText text={reason} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Captured({ captured }: { readonly captured: DecisionView['intent']['captured'] }): ReactElement {
  if (captured === null) return <p className="muted">Texts were not captured (data.capture in the manifest).</p>
  return (
    <>
      <h2 className="detail-title">Captured messages, redacted</h2>
      <ul className="plain">
        {captured.map(({ role, text }, index) => (
          // Messages of a request never change place.
          <li key={index}>
            <strong>{role}</strong>
            <blockquote>
              <PlainText text={text} />
            </blockquote>
          </li>
        ))}
      </ul>
    </>
  )
}
