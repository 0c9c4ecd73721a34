import { digestOfJson, type Digest } from '../../base/digest.ts'
import { epochMs, type EpochMs } from '../../base/instant.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import {
  CONTROL_TEST,
  noticedRemovals,
  removalFingerprint,
  type RemovedControl,
} from '../../domain/controls/control-test.ts'
import { CHECK_RESULT, statementBytes } from '../../domain/evidence/statement.ts'
import { IN_TOTO_PAYLOAD, signEnvelope } from '../../domain/evidence/dsse.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'
import { importFindings, type ImportedFindings } from '../governance/findings.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

export interface ControlTestInput {
  readonly system: string
  readonly releaseDigest: Digest
  readonly startedAt: EpochMs
  readonly isSimulated: boolean
  readonly removed: readonly RemovedControl[]
}

export interface RecordedControlTest extends ImportedFindings {
  readonly evidenceId: string
}

const FAILURES_MAX = 25
const VERSION = 1

/**
 * Keeps one run of `controls test`: signed evidence that says of every removal whether it was noticed, and a finding for each
 * that was not. The evidence comes first, so that a finding never lacks the run that it rests on.
 */
export async function recordControlTest(
  node: OwnerNode,
  principal: Principal,
  input: ControlTestInput,
): Promise<Result<RecordedControlTest, Problem>> {
  const { system, releaseDigest, removed } = input
  const noticed = noticedRemovals(node.sha256, removed)
  const survived = [...new Map(removed.map((removal) => [removalFingerprint(node.sha256, removal), removal]))].filter(
    ([fingerprint]) => noticed.get(fingerprint) === false,
  )
  const evidence: CheckEvidence = {
    ...evidenceHead(node, input),
    outcome: survived.length === 0 ? 'passed' : 'failed',
    summary: `${noticed.size - survived.length} of ${noticed.size} removals were noticed`,
    failures: survived.slice(0, FAILURES_MAX).map(([id, { control, what }]) => ({
      id,
      file: 'gatehouse.yaml',
      line: 1,
      why: `nobody notices that ${what}`.slice(0, 1_000),
      risks: [control],
    })),
    failuresOmitted: Math.max(0, survived.length - FAILURES_MAX),
  }
  const document = { ...evidence, noticed: Object.fromEntries(noticed) }
  const id = node.newId()
  const body = statementBytes({
    subjectName: system,
    subjectDigest: releaseDigest,
    predicateType: CHECK_RESULT,
    predicate: document as unknown as JsonObject,
  })
  const envelope = await signEnvelope(node.keys.gate, IN_TOTO_PAYLOAD, body)
  const entry = await node.recorder.record('evidence.recorded', principal.name, releaseDigest, {
    head: { id, system, status: evidence.outcome, topic: CONTROL_TEST },
    record: { id, ...document, envelope },
  })
  if (!entry.ok) return entry
  const taken = await importFindings(
    node,
    principal,
    system,
    survived.map(([fingerprint, { kind, control, what }]) => ({
      system,
      source: CONTROL_TEST,
      title: `${control}: nobody notices that ${what}`.slice(0, 300),
      description: `\`gatehouse controls test\` took it away (${kind}): ${what}. Nothing of the project noticed.`.slice(
        0,
        4_000,
      ),
      severity: kind === 'rule' ? 'low' : 'medium',
      fingerprint,
      risks: [control],
      verifyingRule: CONTROL_TEST,
    })),
  )
  return taken.ok ? ok({ ...taken.value, evidenceId: id }) : taken
}

function evidenceHead(
  node: OwnerNode,
  { releaseDigest, startedAt, isSimulated, removed }: ControlTestInput,
): Omit<CheckEvidence, 'outcome' | 'summary' | 'failures' | 'failuresOmitted'> {
  // A run speaks of what was there when it began; no clock of a caller puts it into the future.
  const at = epochMs(Math.min(startedAt, node.clock()))
  return {
    checkId: CONTROL_TEST,
    checkVersion: VERSION,
    releaseDigest,
    key: digestOfJson(node.sha256, { release: releaseDigest, removed: removed as unknown as Json }),
    measure: null,
    isSimulated,
    startedAt: at,
    finishedAt: at,
    suiteDigests: [],
  }
}
