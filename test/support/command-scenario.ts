/** One command of the scenario: who gives it, the words, and what of its answer later commands name. */
export interface ScenarioStep {
  readonly who: string
  readonly line: string
  /** First group of the expression in standard output, under a name. */
  readonly save?: readonly [name: string, from: RegExp]
}

const ULID = /\b([0-9A-HJKMNP-TV-Z]{26})\b/
const by =
  (who: string) =>
  (line: string, save?: ScenarioStep['save']): ScenarioStep => ({ who, line, ...(save === undefined ? {} : { save }) })
const ana = by('ana')
const ben = by('ben')
const eva = by('eva')

/**
 * What people do with a state, in an order that makes sense: each command that works both ways at least once, also where it
 * is refused. `{name}` stands for what an earlier step saved, and is the same thing in both places.
 */
export const SCENARIO: readonly ScenarioStep[] = [
  // Proof and decision.
  ana('gate'),
  ana('gate --format json', ['digest', /"releaseDigest": ?"(sha256:[0-9a-f]{64})"/]),
  ana('gate --env production --no-run'),
  ana('explain GH-GRD-001'),
  ana('explain GH-XXX-999'),
  ana('approve -s shop-bot --release {digest} -e production --role engineer'),
  ben('approve -s shop-bot --release {digest} -e production --role security --comment seen'),
  ana('evidence import imported.jsonl --check GH-EXT-001'),
  ana('evidence pack -s shop-bot -o pack.zip'),
  ana('eval coverage'),
  ana('eval results -s shop-bot'),
  ana('eval result nothing'),
  ana('policy replay policies/tiny.yaml'),
  ana('policy replay policies/tiny.yaml --system shop-bot --json'),
  ana('kpi -s shop-bot'),
  ana('kpi -s shop-bot --json'),
  // Waivers.
  ana(
    'exception request GH-VER-001 -s shop-bot --release {digest} --reason "a drill" --accepted-by ben --owner ana --days 3 --compensating GH-GRD-001',
    ['exception', /(EX-\d+)/],
  ),
  ana('exception approve {exception} --role security'),
  ben('exception accept-risk {exception} --role security'),
  ben('exception approve {exception} --role security'),
  eva('exception approve {exception} --role product'),
  ana('exception renew {exception} --reason longer --days 5'),
  ben('exception end {exception} --reason "no longer needed"'),
  ana(
    'exception request GH-VER-001 -s shop-bot --release {digest} --reason "a second drill" --accepted-by ben --owner ana --days 3 --compensating GH-GRD-001',
    ['denied', /(EX-\d+)/],
  ),
  ben('exception deny {denied} --role security --comment no'),
  ana('exception list'),
  ana('exception list -s shop-bot --json'),
  ana('gate'),
  // Rights, delegations, questions.
  ana('rights show'),
  ana('rights adopt rights.yaml'),
  ana('rights adopt missing.yaml'),
  ben('delegation give --to eva --role security --for release,exception --days 7 --reason "on leave"', [
    'delegation',
    ULID,
  ]),
  ben('delegation list'),
  ben('delegation end {delegation}'),
  ana('decision ask threshold-change -s shop-bot --subject set-1 --text "a lower bar"', ['case', ULID]),
  ben('decision approve {case} --role security'),
  eva('decision reject {case} --role policy --comment no'),
  ana('decision ask customer-commitment -s shop-bot --subject acme --text "a promise"', ['withdrawn', ULID]),
  ana('decision withdraw {withdrawn}'),
  ana('decision list'),
  // Kill switches and incidents.
  ben('kill on -s shop-bot --tenant acme --reason drill', ['deny', ULID]),
  ben('kill list -s shop-bot'),
  ben('kill off {deny} --reason over'),
  ben('kill off nothing --reason over'),
  ana('incident list'),
  ana('incident list -s shop-bot --json'),
  ana('incident show INC-1'),
  ben('incident contain INC-1 --note seen'),
  ben('incident resolve INC-1 --note mended'),
  ben('incident close INC-1 --note closed'),
  ben('incident reopen INC-1 --note again'),
  ben('incident learn INC-1 --request x'),
  ana('alert list'),
  ana('gateway list'),
  ana('approval list'),
  ben('approval approve nothing --comment checked'),
  ben('approval refuse nothing --comment checked'),
  // Findings.
  ana('finding report -s shop-bot --title "refund without order" --severity high --source person', [
    'finding',
    /(FND-\d+)/,
  ]),
  ana('finding import scan.sarif -s shop-bot --owner ben'),
  ana('finding list'),
  ana('finding list -s shop-bot --json'),
  ana('finding show {finding}'),
  ana('finding assign {finding} --owner ben --severity medium --rule GH-GRD-001'),
  ben('finding start {finding} --note begun'),
  ben('finding fixed {finding} --note done'),
  eva('finding verify {finding} --note seen'),
  eva('finding fail {finding} --note "not so"'),
  ben('finding accept {finding} --note carried --exception {exception}'),
  ben('finding dismiss {finding} --note "no finding"'),
  ben('finding reopen {finding} --note again'),
  ana('escalations'),
  ana('escalations --json'),
  // Threats, readiness, vendors, impact.
  ana('threats show -s shop-bot'),
  ana('threats show -s shop-bot --format json', ['graph', /"graph": ?"(sha256:[0-9a-f]{64})"/]),
  ben('threats attest -s shop-bot --graph {graph} --note reviewed'),
  ben('threats accept THR-001@prompt:system -s shop-bot --role security --reason known --days 30'),
  ana('readiness attest runbook-linked -s shop-bot --link https://example.com/runbook --note written'),
  ana('readiness show -s shop-bot'),
  ana('vendor assess vendor.yaml', ['vendor', ULID]),
  ben('vendor approve {vendor} --role security'),
  eva('vendor reject {vendor} --role legal --comment no'),
  ana('vendor list'),
  ana('dpia -s shop-bot'),
  ana('gaps'),
  ana('gaps -s shop-bot --format csv'),
  ana('controls list -s shop-bot'),
  ana('controls list'),
  ana('controls show CTL-GOV-001 -s shop-bot'),
  ana('controls coverage --framework eu-ai-act -s shop-bot'),
  ana('controls attest CTL-GOV-002 policy -s shop-bot --document policy.txt'),
  ana('controls test --json'),
  // Risks and promises.
  ana('risk add -s shop-bot --title "a refund goes wrong" --rule GH-GRD-001', ['risk', /(RSK-\d+)/]),
  ana('risk derive -s shop-bot'),
  ana('risk import -s shop-bot --preview'),
  ana('risk import -s shop-bot', ['catalogueRisk', /(RSK-\d+)/]),
  ana('risk list'),
  ana('risk list -s shop-bot --json'),
  ana('risk show {risk}'),
  ana('risk assess {risk} --likelihood 3 --impact 4 --note "seen twice"'),
  ana('risk treat {risk} --plan mitigate --note "refunds need an order" --due-days 14'),
  ana('risk carry {risk} --days 30 --reason "until the next release"'),
  ben('risk accept {risk} --role executive'),
  eva('risk refuse {risk} --role executive --comment no'),
  ben('risk dismiss {catalogueRisk} --note "no such data"'),
  ana('risk burndown -s shop-bot --points 2'),
  ana(
    'commitment propose -s shop-bot --customer acme --text "no training on their data" --rule GH-GRD-001 --days 365',
    ['commitment', /(CMT-\d+)/],
  ),
  ben('commitment approve {commitment} --role legal'),
  eva('commitment reject {commitment} --role product --comment no'),
  ana('commitment show {commitment}'),
  ana('commitment list'),
  ana('commitment withdraw {commitment} --note "not now"'),
  ana('commitment end {commitment} --note over'),
  // Intake.
  ana('intake request --answers answers.yaml -s new-bot --title "answers about orders"', ['intake', /(INT-\d+)/]),
  ana('intake status'),
  ana('intake list'),
  ana('intake show {intake}'),
  ana('intake show {intake} --as-of 2027-12-02 --json'),
  ana('intake comment {intake} --text "please hurry"'),
  ana('intake assign {intake} --role legal --to ben --days 3'),
  ben('intake review {intake} --role legal --decision ask-changes --comment "more"'),
  ana('intake resubmit {intake} --answers answers.yaml'),
  ana('intake withdraw {intake} --reason "no longer wanted"'),
  // Prompts, lineage, drafts.
  ana('prompt list -s shop-bot', ['prompt', /([0-9a-f]{12})/]),
  ana('prompt show system {prompt} -s shop-bot'),
  ana('prompt diff system {prompt} {prompt} -s shop-bot'),
  ana('prompt promote system {prompt} stable -s shop-bot -e local'),
  ana('prompt rollback system stable -s shop-bot'),
  ana('lineage show -s shop-bot'),
  ana('lineage query -s shop-bot --from prompt:system --to release'),
  ana('lineage export -s shop-bot --format openlineage'),
  ana('draft threats -s shop-bot --dry-run'),
  ana('draft control -s shop-bot --from policy.txt --dry-run'),
  ana('draft attacks -s shop-bot --dry-run'),
  ana('draft narrative -s shop-bot --incident INC-1 --dry-run'),
  ana('draft alerts -s shop-bot --dry-run'),
  ana('draft list'),
  ana('draft show nothing'),
  ben('draft accept nothing'),
  ben('draft reject nothing --note no'),
  // Credentials.
  ana('whoami'),
  ana('sessions list'),
  ana('sessions revoke nothing'),
  ana('keys create ci --roles engineer --operations gateRelease --systems shop-bot --json', ['key', /"id": ?"(\w+)"/]),
  ana('keys list'),
  ana('keys rotate {key} --overlap-hours 1'),
  ana('keys revoke {key}'),
  ana('workload-keys add -s shop-bot --name web --file workload.pem', ['workload', ULID]),
  ana('workload-keys list -s shop-bot'),
  ana('workload-keys revoke {workload}'),
  ana('shares create -s shop-bot --for "an auditor" --frameworks eu-ai-act --days 7', ['share', ULID]),
  ana('shares list'),
  ana('shares revoke {share}'),
  // Queue and webhooks.
  ana('jobs list'),
  ana('jobs schedules'),
  ana('jobs run nightly'),
  ana('jobs show nothing'),
  ana('jobs retry nothing'),
  ana('jobs cancel nothing'),
  ana('webhook add https://hooks.example.com/gatehouse --events verdict.issued', ['webhook', ULID]),
  ana('webhook list'),
  ana('webhook show {webhook}'),
  ana('webhook rotate {webhook} --overlap-hours 1'),
  ana('webhook replay {webhook}'),
  ana('webhook remove {webhook}'),
]

/** Files that the commands name, beside those of the project. */
export const SCENARIO_FILES: Readonly<Record<string, string>> = {
  'policy.txt': 'We look at every answer.\n',
  'vendor.yaml': `apiVersion: gatehouse.dev/v1
kind: VendorAssessment
vendor: openai
upToTier: T1
terms: an agreement
dataUse: no training on customer data
regions: [eu]
provenance: model cards of the vendor
licence: commercial
security: SOC 2
incidentContact: security@vendor.example
compensatingControls: []
days: 180
`,
  'scan.sarif': JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'scanner' } },
        results: [
          { ruleId: 'one', level: 'error', message: { text: 'one is broken' }, partialFingerprints: { hash: 'one' } },
        ],
      },
    ],
  }),
  'answers.yaml': `intake:
  purpose: Answer questions about orders
  audience: customers
  domain: general
  dataClasses: [public]
  autonomy: answers
  multiTenant: false
`,
}

/** The words of a line; double quotes hold words together. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
