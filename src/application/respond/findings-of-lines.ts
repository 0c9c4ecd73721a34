import type { JsonObject } from '../../base/json.ts'
import { REPORT_CATEGORIES, REPORT_SEVERITIES } from '../../domain/notice/user-report.ts'
import type { SeenReport } from '../governance/findings.ts'
import type { StateRecord } from '../state/records.ts'
import { driftReport } from './drift-finding.ts'

/** Kinds of lines that are about no single request: each is one finding. */
export const FINDING_LINES: ReadonlySet<unknown> = new Set(['report', 'gap'])

/**
 * What the lines of a segment report: complaints of users, gaps in the records, and models that answered as another. The
 * fingerprint makes a finding one, however often its segment is sent.
 */
export function findingsOfLines(
  lines: readonly JsonObject[],
  decisions: ReadonlyMap<string, StateRecord>,
): readonly SeenReport[] {
  const found = lines.flatMap((line): readonly SeenReport[] => {
    switch (line['kind']) {
      case 'report':
        return [reportFinding(line, decisions.get(String(line['request'])))]
      case 'gap':
        return [gapFinding(line)]
      case 'outcome': {
        const decision = decisions.get(String(line['id']))
        const drifted = driftFinding(line, decision) ?? changeFinding(line, decision)
        return drifted === undefined ? [] : [drifted]
      }
      default:
        return []
    }
  })
  // Many requests of one segment may tell the same.
  return [...new Map(found.map((one) => [`${one.system}\n${one.fingerprint}`, one])).values()]
}

const CHANGED_PARTS: Readonly<Record<string, string>> = {
  'admission/model': 'a model',
  'admission/system-prompt': 'a system prompt',
  'admission/tools': 'a tool or its schema',
}

/** An application that sends another prompt, tool or model than was released. */
function changeFinding(line: JsonObject, decision: StateRecord | undefined): SeenReport | undefined {
  const part = line['code'] === 'release_not_approved' ? CHANGED_PARTS[String(line['rule'])] : undefined
  if (part === undefined || decision === undefined) return undefined
  return {
    system: decision.system,
    title: `Requests bring ${part} that no release holds`,
    description: `First seen in decision ${decision.id}. Such requests are refused; whoever sends them does not run the release.`,
    source: 'check',
    severity: 'medium',
    fingerprint: `request-drift/${String(line['rule'])}`,
    owner: 'responder',
    location: `decision ${decision.id}`,
  }
}

function reportFinding(line: JsonObject, decision: StateRecord | undefined): SeenReport {
  const system = String(line['system'])
  const category = REPORT_CATEGORIES.find((known) => known === line['category']) ?? 'other'
  // SECURITY: a user names the request; one of another system is not theirs to point at.
  const about = decision?.system === system ? decision : undefined
  return {
    system,
    title: `A user reports an answer: ${category}`,
    description: String(line['text']),
    source: 'user-report',
    severity: REPORT_SEVERITIES[category],
    fingerprint: `user-report/${String(line['id'])}`,
    owner: 'responder',
    ...(about === undefined ? {} : { location: `decision ${about.id}` }),
    ...(about === undefined || about.releaseDigest === null ? {} : { releaseDigest: about.releaseDigest }),
  }
}

function gapFinding(line: JsonObject): SeenReport {
  return {
    system: String(line['system']),
    title: `Records are missing: ${String(line['count'])} requests were served while they could not be written`,
    description: `From ${String(line['since'])} to ${String(line['at'])} (epoch milliseconds): ${String(line['reason'])}.`,
    source: 'check',
    severity: 'high',
    fingerprint: `record-gap/${String(line['id'])}`,
    owner: 'responder',
  }
}

function driftFinding(line: JsonObject, decision: StateRecord | undefined): SeenReport | undefined {
  const drift = line['drift'] as { readonly kind: string; readonly expected: string; readonly seen: string } | undefined
  if (drift === undefined || decision === undefined) return undefined
  const found = {
    system: decision.system,
    severity: line['outcome'] === 'denied' ? ('high' as const) : ('medium' as const),
    location: `decision ${decision.id}`,
    ...(decision.releaseDigest === null ? {} : { releaseDigest: decision.releaseDigest }),
  }
  const where = `First seen in decision ${decision.id}.`
  if (drift.kind === 'model') return driftReport(drift, { ...found, where })
  return {
    ...found,
    title: `Tool \`${drift.expected}\` was served as no pin has it: \`${drift.seen}\``,
    description: `${where} The release pins the descriptor that was reviewed; this is not it.`,
    source: 'check',
    fingerprint: `${drift.kind}-drift/${drift.expected}/${drift.seen}`.slice(0, 300),
    owner: 'responder',
  }
}
