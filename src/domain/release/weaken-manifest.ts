import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/** A manifest with one safeguard taken away. */
export interface WeakenedManifest {
  /** The control that the safeguard serves. */
  readonly control: string
  /** In the reader's words: what is gone. */
  readonly what: string
  readonly manifest: JsonObject
  /** The safeguard acts on traffic: without it the system behaves otherwise, and cases may show it. */
  readonly isRunTime: boolean
}

type Path = readonly (string | number)[]

/** Members of each component that are safeguards, and the control that each serves. */
const SAFEGUARDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  models: { vendor: 'CTL-SUP-002', regions: 'CTL-SUP-003', fallbacks: 'CTL-SUP-004' },
  datasets: { license: 'CTL-DAT-001', provenance: 'CTL-DAT-002', dataClasses: 'CTL-DAT-004' },
  retrievers: { tenantField: 'CTL-ACC-001', aclField: 'CTL-ACC-002', label: 'CTL-SEC-004', limits: 'CTL-ACC-003' },
  tools: {
    authorize: 'CTL-AGT-001',
    approval: 'CTL-AGT-006',
    destinations: 'CTL-AGT-002',
    clearance: 'CTL-AGT-002',
    limits: 'CTL-AGT-008',
    result: 'CTL-SEC-004',
    sandbox: 'CTL-AGT-004',
  },
  mcpServers: { pin: 'CTL-AGT-005' },
  agents: { maxSteps: 'CTL-AGT-003', maxDepth: 'CTL-AGT-007' },
}

const REMOVED: readonly (readonly [Path, string])[] = [
  [['metadata', 'contacts', 'security'], 'CTL-SEC-007'],
  [['metadata', 'contacts', 'privacy'], 'CTL-PRV-002'],
  [['data', 'retentionDays'], 'CTL-PRV-003'],
  [['data', 'subjectErasure'], 'CTL-PRV-004'],
  [['data', 'residency'], 'CTL-PRV-005'],
  [['guard', 'output', 'links'], 'CTL-SEC-006'],
  [['journeys'], 'CTL-QUA-004'],
]

const REPLACED: readonly (readonly [Path, Json, string])[] = [
  [['guard', 'preset'], 'none', 'CTL-SEC-003'],
  [['guard', 'output', 'pii', 'action'], 'allow', 'CTL-PRV-006'],
  [['data', 'capture'], 'full', 'CTL-PRV-001'],
]

/** Every manifest that lacks one safeguard which this one has. */
export function weakenManifest(manifest: JsonObject): readonly WeakenedManifest[] {
  const weakened: WeakenedManifest[] = []
  const remove = (path: Path, control: string, name?: string): void => {
    if (valueAt(manifest, path) === undefined) return
    const what = `${name ?? path.join('.')} is taken away`
    const without = changed(manifest, path, undefined) as JsonObject
    weakened.push({ control, what, manifest: without, isRunTime: isRunTime(path) })
  }
  for (const [path, control] of REMOVED) remove(path, control)
  for (const [path, value, control] of REPLACED) {
    // A preset that is not written is that of the tier: switching the guard off is writing it.
    if (path.length > 2 && valueAt(manifest, path) === undefined) continue
    const replaced = changed(manifest, path, value) as JsonObject
    const what = `${path.join('.')} becomes ${JSON.stringify(value)}`
    weakened.push({ control, what, manifest: replaced, isRunTime: isRunTime(path) })
  }
  for (const [kind, members] of Object.entries(SAFEGUARDS)) {
    const components = valueAt(manifest, ['components', kind])
    if (!Array.isArray(components)) continue
    for (const [index, component] of (components as readonly Json[]).entries()) {
      if (!isJsonObject(component)) continue
      for (const [member, control] of Object.entries(members))
        remove(['components', kind, index, member], control, `${member} of ${kind} \`${String(component['id'])}\``)
    }
  }
  return [...weakened, ...unpinned(manifest)]
}

const RUN_TIME_COMPONENTS: readonly unknown[] = ['retrievers', 'tools', 'mcpServers', 'agents']

function isRunTime([first, second]: Path): boolean {
  return first === 'guard' || (first === 'components' && RUN_TIME_COMPONENTS.includes(second))
}

function unpinned(manifest: JsonObject): readonly WeakenedManifest[] {
  const models = valueAt(manifest, ['components', 'models'])
  if (!Array.isArray(models)) return []
  return (models as readonly Json[]).map((model, index) => ({
    control: 'CTL-SUP-001',
    what: `model \`${isJsonObject(model) ? String(model['id']) : index}\` is no longer pinned`,
    manifest: changed(manifest, ['components', 'models', index, 'model'], 'some-model-latest') as JsonObject,
    isRunTime: false,
  }))
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found: Json | undefined = value
  for (const step of path) {
    if (typeof step === 'number') found = Array.isArray(found) ? (found as readonly Json[])[step] : undefined
    else found = isJsonObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
  }
  return found
}

/** A copy with one value replaced, or taken away where it is undefined. Objects on the way are made where they are missing. */
function changed(value: Json | undefined, [step, ...rest]: Path, to: Json | undefined): Json | undefined {
  if (step === undefined) return to
  if (typeof step === 'number')
    return (value as readonly Json[]).map((item, index) => (index === step ? (changed(item, rest, to) ?? null) : item))
  return {
    ...(isJsonObject(value) ? value : {}),
    [step]: changed(isJsonObject(value) ? value[step] : undefined, rest, to),
  }
}
