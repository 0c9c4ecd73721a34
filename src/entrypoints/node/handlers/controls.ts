import { shippedCatalogue, type LoadedCatalogue } from '../../../adapters/catalogue/load-catalogue.ts'
import { assessSystem } from '../../../application/controls/assess-system.ts'
import { portfolioGaps } from '../../../application/controls/portfolio-gaps.ts'
import { recordControlTest } from '../../../application/controls/record-control-test.ts'
import { attestControl } from '../../../application/controls/attest-control.ts'
import { dpiaOf } from '../../../application/governance/dpia.ts'
import { currentRights } from '../../../application/governance/rights.ts'
import type { OwnerNode } from '../../../application/state/owner-node.ts'
import type { Digest } from '../../../base/digest.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { CONTROLS_OPERATIONS } from '../../../contract/http/operations/controls.ts'
import type { ControlAssessment } from '../../../domain/controls/assess-control.ts'
import type { Control } from '../../../domain/controls/control.ts'
import { coverFramework } from '../../../domain/controls/cover-framework.ts'
import { intakeContext } from '../intake-context.ts'
import { shippedSeverities } from '../shipped-packs.ts'
import { listOf } from '../list-records.ts'
import type { HandlersOf } from '../operation-handler.ts'

/** Controls, attestations and coverage. */
export const CONTROLS_HANDLERS: HandlersOf<typeof CONTROLS_OPERATIONS> = {
  listControls: ({ node }, _, { system }) => listControls(node, system),
  getControl: ({ node }, _, { control, system }) => getControl(node, control, system),
  listFrameworks: () =>
    withCatalogue(async ({ frameworks }) =>
      ok({ items: frameworks.map(({ entries, ...head }) => ({ ...head, entries: entries.length })) }),
    ),
  getCoverage: ({ node }, _, { system, framework }) => getCoverage(node, system, framework),
  listGaps: ({ node }, _, input) =>
    withCatalogue(async (catalogue) => {
      const severityOf = await shippedSeverities()
      if (!severityOf.ok) return severityOf
      const intake = await intakeContext(await currentRights(node), toRfc3339(node.clock()).slice(0, 10))
      if (!intake.ok) return fail(intake.failure[0] ?? { code: 'controls/framework', message: 'it cannot be read' })
      return portfolioGaps(node, catalogue, { severityOf: severityOf.value, intake: intake.value }, input)
    }),
  getDpia: ({ node }, _, { system }) =>
    withCatalogue(async (catalogue) => {
      const intake = await intakeContext(await currentRights(node), toRfc3339(node.clock()).slice(0, 10))
      if (!intake.ok) return fail(intake.failure[0] ?? { code: 'controls/framework', message: 'it cannot be read' })
      const { rulesOf } = intake.value
      const privacyRules = new Set([...(rulesOf.get('gdpr') ?? []), ...(rulesOf.get('hipaa') ?? [])])
      return dpiaOf(node, system, { catalogue, intake: intake.value, privacyRules })
    }),
  attestControl: ({ node }, principal, input) =>
    withCatalogue((catalogue) => attestControl(node, catalogue, principal, input)),
  recordControlTest: ({ node }, principal, input) =>
    recordControlTest(node, principal, {
      ...input,
      releaseDigest: input.releaseDigest as Digest,
      startedAt: epochMs(input.startedAt),
    }),
  listAttestations: ({ node }, _, input) => listOf(node, 'attestations', input),
}

async function withCatalogue<Value>(
  use: (catalogue: LoadedCatalogue) => Promise<Result<Value, Problem>>,
): Promise<Result<Value, Problem>> {
  const catalogue = await shippedCatalogue()
  if (catalogue.ok) return use(catalogue.value)
  return fail(catalogue.failure[0] ?? { code: 'controls/framework', message: 'the catalogue cannot be read' })
}

function listControls(node: OwnerNode, system: string | undefined): Promise<Result<object, Problem>> {
  return withCatalogue(async (catalogue): Promise<Result<object, Problem>> => {
    if (system === undefined) return ok({ items: catalogue.controls.map(controlDocument) })
    const assessed = await assessSystem(node, catalogue, system)
    return assessed.ok ? ok({ items: assessed.value.assessments.map(assessmentDocument) }) : assessed
  })
}

function getControl(node: OwnerNode, id: string, system: string | undefined): Promise<Result<object, Problem>> {
  return withCatalogue(async (catalogue): Promise<Result<object, Problem>> => {
    const control = catalogue.controls.find((candidate) => candidate.id === id)
    if (control === undefined)
      return fail({
        code: 'controls/unknown',
        message: `no control \`${id}\` is in the catalogue`,
        next: 'see `gatehouse controls list`',
      })
    if (system === undefined) return ok(controlDocument(control))
    const assessed = await assessSystem(node, { ...catalogue, controls: [control] }, system)
    if (!assessed.ok) return assessed
    const [assessment] = assessed.value.assessments
    return ok(assessment === undefined ? controlDocument(control) : assessmentDocument(assessment))
  })
}

function getCoverage(node: OwnerNode, system: string, framework: string): Promise<Result<object, Problem>> {
  return withCatalogue(async (catalogue): Promise<Result<object, Problem>> => {
    const found = catalogue.frameworks.find(({ id }) => id === framework)
    if (found === undefined)
      return fail({
        code: 'controls/no-such-framework',
        message: `no framework \`${framework}\` is known`,
        next: `use one of: ${catalogue.frameworks.map(({ id }) => id).join(', ')}`,
      })
    const assessed = await assessSystem(node, catalogue, system)
    return assessed.ok
      ? ok({ system, tier: assessed.value.evidence.tier, ...coverFramework(found, assessed.value.assessments) })
      : assessed
  })
}

function controlDocument(control: Control): object {
  return { ...control }
}

function assessmentDocument({ control, status, requirements }: ControlAssessment): object {
  return { ...control, status, requirements: requirements.map((requirement) => ({ ...requirement })) }
}
