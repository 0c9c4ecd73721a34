/** Where a file of the acceptance suite keeps its state, and so in which runs it is. */
type Place =
  /** In a folder, and in a second run in PostgreSQL. */
  | 'both'
  /** It opens none: once is enough. */
  | 'none'
  /** It has a schema of its own on PostgreSQL in the first run. */
  | 'postgresql'
  /** In a folder only, and why. */
  | { readonly folderOnly: string }

/** Every file of `test/acceptance`; one without a row fails a test. */
export const ACCEPTANCE_PLACES: Readonly<Record<string, Place>> = {
  access: 'postgresql',
  api: 'both',
  'api-repeats': 'postgresql',
  'catalogue-risks': 'both',
  cli: 'both',
  'cli-edges': { folderOnly: 'it is about the lock, the files and the absence of a state folder' },
  'cli-folder': { folderOnly: 'it is about a journal that is a file, and about the lock of a folder' },
  'cli-jobs': 'postgresql',
  'cli-lists': 'both',
  'cli-pipe': { folderOnly: 'it is about an output that nobody reads any more; the program is started anew for it' },
  'cli-remote': 'postgresql',
  'cli-serve': 'both',
  'call-edges': 'both',
  'database-away': 'postgresql',
  'call-rate': 'both',
  commitments: 'both',
  controls: 'both',
  'controls-run': 'both',
  eval: 'none',
  'eval-application': 'none',
  'eval-compare': 'none',
  'eval-coverage': 'both',
  'eval-import': 'none',
  'eval-judges': 'none',
  'eval-memory': 'none',
  'eval-runner': 'none',
  events: 'postgresql',
  'evidence-freshness': 'both',
  'evidence-import': 'both',
  exports: 'none',
  'finding-import': 'both',
  'finding-verify': 'both',
  'first-ten-minutes': { folderOnly: 'it is the tutorial as it is written, whose state lies in a folder' },
  gateway: 'both',
  'gateway-admission': 'both',
  'gateway-agents': 'none',
  'gateway-amounts': 'none',
  'gateway-approval': 'both',
  'gateway-bundle': 'both',
  'gateway-bypass': 'none',
  'gateway-capabilities': 'none',
  'gateway-clients': 'both',
  'gateway-decision-point': 'none',
  'gateway-denial': 'both',
  'gateway-drift': 'both',
  'gateway-faults': 'none',
  'gateway-kill-switch': 'both',
  'gateway-notices': 'both',
  'gateway-opaque': 'none',
  'gateway-opaque-calls': 'none',
  'gateway-records': 'both',
  'gateway-request-packs': 'both',
  'gateway-secrets': 'none',
  'gateway-streaming': 'none',
  'gateway-time': 'both',
  'gateway-upstream-faults': 'none',
  governance: 'both',
  'guard-detectors': 'none',
  'guard-manifest': 'both',
  identity: 'postgresql',
  'intake-gate': 'both',
  'intake-requests': 'both',
  'machine-credentials': 'postgresql',
  'pack-mutation': {
    folderOnly: 'its state is there to make the one pack that it mutates; a pack lies in no database',
  },
  people: 'both',
  'policy-sentence': 'both',
  'project-system': 'both',
  redteam: 'none',
  'redteam-attacker': 'none',
  'redteam-gate': 'both',
  rego: 'both',
  replay: 'none',
  'release-approvals': 'both',
  'replay-goals': 'none',
  'risk-register': 'both',
  'sign-in': 'postgresql',
  'upgrade-watch': 'both',
  'system-scope': 'postgresql',
  upgrade: 'both',
  webhooks: 'postgresql',
}

/** Files of the second run. */
export const ON_POSTGRES: readonly string[] = Object.entries(ACCEPTANCE_PLACES)
  .filter(([, place]) => place === 'both')
  .map(([name]) => `test/acceptance/${name}.test.ts`)
