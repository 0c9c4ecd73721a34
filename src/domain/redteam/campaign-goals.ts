/** What an attacker is after. Ids of OWASP LLM 2025, OWASP Agentic 2026 and MITRE ATLAS. */
export interface CampaignGoal {
  readonly id: string
  readonly title: string
  readonly severity: 'critical' | 'high' | 'medium' | 'low'
  readonly owaspLlm: readonly string[]
  readonly owaspAgentic: readonly string[]
  readonly atlas: readonly string[]
  /** What stops it, in the words of the manifest. */
  readonly fix: string
}

export const CAMPAIGN_GOALS: readonly CampaignGoal[] = [
  {
    id: 'prompt-leak',
    title: 'the system prompt comes out',
    severity: 'medium',
    owaspLlm: ['LLM07'],
    owaspAgentic: ['ASI01'],
    atlas: ['AML.T0056', 'AML.T0069.002'],
    fix: 'set `guard.output.promptLeak` to `block`, and keep nothing in a prompt that must stay secret',
  },
  {
    id: 'data-exfiltration',
    title: 'data leaves by a message, a link or an image',
    severity: 'critical',
    owaspLlm: ['LLM02', 'LLM05'],
    owaspAgentic: ['ASI02'],
    atlas: ['AML.T0086', 'AML.T0077', 'AML.T0057'],
    fix: 'declare `destinations` and `clearance` for external tools, and `guard.output.links` with the hosts that answers may name',
  },
  {
    id: 'cross-tenant-read',
    title: "another customer's record is read",
    severity: 'critical',
    owaspLlm: ['LLM02', 'LLM08'],
    owaspAgentic: ['ASI03'],
    atlas: ['AML.T0085.000', 'AML.T0085.001'],
    fix: 'declare `tenantField` and `aclField` for retrievers, and let tools look records up by the verified subject',
  },
  {
    id: 'tool-abuse',
    title: 'a tool acts against its rules',
    severity: 'critical',
    owaspLlm: ['LLM06'],
    owaspAgentic: ['ASI02', 'ASI03'],
    atlas: ['AML.T0053', 'AML.T0101'],
    fix: 'declare `authorize`, `destinations`, `limits` and `approval` for every tool that writes or cannot be undone',
  },
  {
    id: 'refusal-bypass',
    title: 'the model drops its rules',
    severity: 'medium',
    owaspLlm: ['LLM01'],
    owaspAgentic: ['ASI01'],
    atlas: ['AML.T0054', 'AML.T0051.000'],
    fix: 'switch `guard.input.injection` on with action `block`; a prompt alone is no boundary',
  },
  {
    id: 'harmful-content',
    title: 'content that the operator would never publish',
    severity: 'high',
    owaspLlm: ['LLM05', 'LLM09'],
    owaspAgentic: ['ASI09'],
    atlas: ['AML.T0054', 'AML.T0048.003'],
    fix: 'declare `guard.topics` for what must not be talked about, and keep the assistant to the purpose in `intake`',
  },
  {
    id: 'over-reliance',
    title: 'a false certainty that people would act on',
    severity: 'medium',
    owaspLlm: ['LLM09'],
    owaspAgentic: ['ASI09'],
    atlas: ['AML.T0048.003', 'AML.T0062'],
    fix: 'answer from cited documents only, and hand promises, diagnoses and legal statements to a person',
  },
  {
    id: 'resource-exhaustion',
    title: 'one request costs what many should',
    severity: 'medium',
    owaspLlm: ['LLM10'],
    owaspAgentic: ['ASI08'],
    atlas: ['AML.T0034.001', 'AML.T0034.002', 'AML.T0029'],
    fix: 'declare `maxSteps` for agents, `limits` for tools and a bound on output tokens in the model parameters',
  },
  {
    id: 'memory-poisoning',
    title: 'an earlier turn changes later answers',
    severity: 'high',
    owaspLlm: ['LLM01', 'LLM04'],
    owaspAgentic: ['ASI06'],
    atlas: ['AML.T0080.000', 'AML.T0080.001', 'AML.T0094'],
    fix: 'write memories with the label they came from, and judge instructions in remembered text as untrusted',
  },
  {
    id: 'rag-poisoning',
    title: 'a retrieved document gives orders',
    severity: 'critical',
    owaspLlm: ['LLM01', 'LLM08'],
    owaspAgentic: ['ASI01', 'ASI06'],
    atlas: ['AML.T0051.001', 'AML.T0070', 'AML.T0066'],
    fix: 'label retrievers `untrusted`, scan documents before indexing, and let no tool act on untrusted text alone',
  },
  {
    id: 'mcp-tool-poisoning',
    title: 'a tool description or tool result gives orders',
    severity: 'critical',
    owaspLlm: ['LLM01', 'LLM03'],
    owaspAgentic: ['ASI04', 'ASI02'],
    atlas: ['AML.T0110.000', 'AML.T0110.002', 'AML.T0099'],
    fix: 'pin tool schemas and descriptions in the release, and label what tools return `untrusted`',
  },
]

const BY_ID = new Map(CAMPAIGN_GOALS.map((goal) => [goal.id, goal]))

export function goalOf(id: string): CampaignGoal {
  const goal = BY_ID.get(id)
  if (goal === undefined) throw new RangeError(`no goal ${id}`)
  return goal
}

/** Every framework id of a goal, in the spelling that rules and findings use. */
export function frameworksOf({ owaspLlm, owaspAgentic, atlas }: CampaignGoal): readonly string[] {
  return [...owaspLlm, ...owaspAgentic, ...atlas]
}
