import type { Problem } from '../../base/result.ts'
import {
  DRIFT_FINGERPRINT,
  FINDING_EVENTS,
  FINDING_TRANSITIONS,
  verifierOf,
  type Finding,
  type FindingEvent,
  type FindingFailure,
} from '../../domain/finding/finding.ts'

/** SECURITY: a finding on drift has workers run models. Whoever reports one could not say so, but could take its place. */
export function reservedFingerprint({
  fingerprint,
}: {
  readonly fingerprint?: string | undefined
}): Problem | undefined {
  return fingerprint?.startsWith(DRIFT_FINGERPRINT) === true
    ? {
        code: 'finding/reserved-fingerprint',
        message: `fingerprints that begin with \`${DRIFT_FINGERPRINT}\` are of findings that gateways, gates and suites make themselves`,
        next: 'choose another one, or leave it out',
      }
    : undefined
}

/** Why a change of a finding is refused, and what to do about it, in words that name the finding's own state, rule and id. */
export function refusalOf(code: FindingFailure, finding: Finding): Problem {
  const { id, state } = finding
  switch (code) {
    case 'finding/refused': {
      const allowed = FINDING_EVENTS.filter((event) => FINDING_TRANSITIONS[state][event] !== null)
      return {
        code,
        message: `\`${id}\`: its state does not allow it: it is ${state}`,
        next: `from there: ${allowed.map((event) => COMMANDS[event]).join(', ')}`,
      }
    }
    case 'finding/not-verified': {
      const rule = verifierOf(finding)
      const renewal =
        rule === 'control-test' ? 'gatehouse controls test --record' : `gatehouse gate --rerun ${rule ?? 'GH-…'}`
      return {
        code,
        message: `\`${id}\`: no evidence from after the fix shows that its rule passes`,
        next: `run \`${renewal}\`, then verify again`,
      }
    }
    case 'finding/no-verifying-rule':
      return {
        code,
        message: `\`${id}\`: it names no rule whose evidence would show that it is fixed`,
        next: `set one: gatehouse finding assign ${id} --rule GH-…`,
      }
    case 'finding/no-exception':
      return {
        code,
        message: `\`${id}\`: only a waiver that is in force for its system carries it`,
        next: `name it: gatehouse finding accept ${id} --exception EX-…`,
      }
  }
}

/** The command of each event. */
const COMMANDS: Readonly<Record<FindingEvent, string>> = {
  start: 'finding start',
  'claim-fix': 'finding fixed',
  verify: 'finding verify',
  fail: 'finding fail',
  accept: 'finding accept',
  dismiss: 'finding dismiss',
  reopen: 'finding reopen',
}
