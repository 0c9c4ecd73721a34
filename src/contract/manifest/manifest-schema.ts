import { z } from 'zod'
import {
  AI_ACT_ROLES,
  AUDIENCES,
  AUTONOMIES,
  CAPTURE_MODES,
  CONFIDENTIALITIES,
  DATA_CLASSES,
  DETECTOR_ACTIONS,
  DETECTOR_CATEGORIES,
  EFFECTS,
  EXECUTIONS,
  GUARD_SIDES,
  INTEGRITIES,
  MODALITIES,
  RULE_CATEGORIES,
  SANDBOX_MEANS,
  STREAM_BLOCKS,
} from '../../domain/manifest/manifest.ts'
import { capabilities, componentId, expression, idList, opaque } from './guard-authority-schema.ts'
import { DISCLOSURES, NOTICE_DELIVERIES } from '../../domain/notice/notices.ts'

const relativePath = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (path) => !/^(?:\/|[A-Za-z]:)|\\|(?:^|\/)\.\.(?:\/|$)|\0/.test(path),
    'must be a relative path inside the project, with `/`',
  )
const words = z.string().min(1).max(2_000)
const region = z.string().regex(/^[a-z0-9-]{2,32}$/)
const positive = z.int().min(1).max(1_000_000_000)

const label = z.strictObject({ integrity: z.enum(INTEGRITIES), confidentiality: z.enum(CONFIDENTIALITIES) })

const slot = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enum'), values: z.array(z.string().min(1).max(200)).min(1).max(100) }),
  z.strictObject({ type: z.literal('int'), min: z.int().optional(), max: z.int().optional() }),
  z.strictObject({ type: z.literal('date') }),
  z.strictObject({ type: z.literal('uuid') }),
  z.strictObject({ type: z.literal('pattern'), pattern: z.string().max(200), maxLength: z.int().min(1).max(1_000) }),
  z.strictObject({ type: z.literal('text'), maxLength: z.int().min(1).max(100_000), label }),
])

const model = z.strictObject({
  id: componentId,
  provider: z.string().min(1).max(64),
  model: z.string().min(1).max(200),
  parameters: z.record(z.string(), z.json()).optional(),
  regions: z.array(region).optional(),
  vendor: z.string().max(100).optional(),
  fallbacks: idList.optional(),
  derivedFrom: idList.optional(),
  answersAs: z.array(z.string().min(1).max(200)).max(20).optional(),
  modalities: z.array(z.enum(MODALITIES)).min(1).max(3).optional(),
})

const prompt = z.strictObject({
  id: componentId,
  path: relativePath,
  slots: z.record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/), slot).optional(),
  tokensMax: positive.optional(),
})

const dataset = z.strictObject({
  id: componentId,
  path: relativePath,
  license: z.string().max(200).optional(),
  provenance: z.string().max(500).optional(),
  dataClasses: z.array(z.enum(DATA_CLASSES)).optional(),
  derivedFrom: idList.optional(),
})

const retriever = z.strictObject({
  id: componentId,
  source: z.union([
    z.strictObject({ path: relativePath }),
    z
      .object({ kind: z.enum(['pgvector', 'opensearch', 'weaviate', 'milvus', 'pinecone', 'function']) })
      .catchall(z.json()),
  ]),
  derivedFrom: idList.optional(),
  tenantField: z.string().max(100).optional(),
  aclField: z.string().max(100).optional(),
  label: label.optional(),
  labelsAllChunks: z.boolean().optional(),
  limits: z.strictObject({ chunksPerQuery: positive.optional(), chunksPerSession: positive.optional() }).optional(),
})

const tool = z.strictObject({
  id: componentId,
  schema: relativePath,
  effect: z.enum(EFFECTS),
  description: words.optional(),
  result: label.extend({ fields: z.record(z.string().min(1).max(200), label).optional() }).optional(),
  authorize: expression.optional(),
  destinations: z
    .record(
      z.string().max(100),
      z.strictObject({
        from: z.array(z.string().max(200)).max(20).optional(),
        allow: z.array(z.string().min(1).max(200)).max(200).optional(),
        exact: z.boolean().optional(),
      }),
    )
    .optional(),
  clearance: z.strictObject({ confidentiality: z.enum(CONFIDENTIALITIES) }).optional(),
  approval: z
    .strictObject({
      when: expression.optional(),
      roles: z.array(z.string().max(64)).min(1).max(10),
      expiresMin: z.int().min(1).max(1_440).optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      perSession: positive.optional(),
      perDayPerTenant: positive.optional(),
      amount: z
        .strictObject({
          argument: z.string().min(1).max(100),
          perSession: z.number().positive().max(1_000_000_000_000),
        })
        .optional(),
    })
    .optional(),
  requires: idList.optional(),
  executes: z.enum(EXECUTIONS).optional(),
  sandbox: z
    .strictObject({
      network: z.literal('none'),
      filesystem: z.literal('temporary'),
      cpuSeconds: z.int().min(1).max(3_600),
      memoryMb: z.int().min(16).max(65_536),
      wallSeconds: z.int().min(1).max(3_600),
      via: z.enum(SANDBOX_MEANS),
    })
    .optional(),
})

const mcpServer = z
  .strictObject({
    id: componentId,
    command: z.array(z.string().max(1_000)).min(1).max(50).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    tools: z
      .record(z.string().max(100), z.strictObject({ effect: z.enum(EFFECTS), pin: z.string().max(200).optional() }))
      .optional(),
    pin: z.string().max(200).optional(),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), 'needs one of `command`, `url`')

const agent = z.strictObject({
  id: componentId,
  model: componentId,
  prompts: idList.optional(),
  tools: idList.optional(),
  retrievers: idList.optional(),
  maxSteps: z.int().min(1).max(1_000).optional(),
  delegates: idList.optional(),
  maxDepth: z.int().min(1).max(10).optional(),
  maxRepeats: z.int().min(1).max(100).optional(),
})

const journey = z.strictObject({
  id: componentId,
  risk: z.enum(['low', 'medium', 'high']),
  text: words,
  languages: z
    .array(z.string().regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}$/, 'must be a language tag such as `de`'))
    .max(50)
    .optional(),
  risks: z.array(z.string().min(1).max(60)).max(20).optional(),
  casesMin: z.int().min(1).max(100_000).optional(),
})

const action = z.enum(['allow', 'log', 'annotate', 'redact', 'pseudonymise', 'require-approval', 'block'])
const onError = z.enum(['block', 'degrade'])
const onFinding = z.strictObject({ action, onError: onError.optional() })

/** What is no host would allow nothing, and nobody would see it. */
const linkHost = z
  .string()
  .max(253)
  .regex(/^(?:\*\.)?[^\s*/:@?#\\]+$/, 'must be a host, or `*.` and a host, without scheme, port or path')

const guardSide = z.strictObject({
  injection: onFinding.extend({ at: z.number().min(0).max(1).optional() }).optional(),
  pii: onFinding.extend({ soft: action.optional() }).optional(),
  secrets: onFinding.optional(),
  links: z
    .strictObject({
      allow: z.array(linkHost).max(200).optional(),
      images: z.boolean().optional(),
      onError: onError.optional(),
    })
    .optional(),
  promptLeak: onFinding.optional(),
})

const topicPhrases = z.array(z.string().min(1).max(200)).max(1_000)
const topics = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
    z.strictObject({ words: topicPhrases.optional(), phrases: topicPhrases.optional() }),
  )
  .refine((defined) => Object.keys(defined).length <= 50, 'must define 50 topics at most')
const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'must name an environment variable, such as `CLASSIFIER_KEY`')

const detectorBasics = {
  id: componentId,
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2_000),
  at: z.number().min(0).max(1),
  action: z.enum(DETECTOR_ACTIONS),
  onError,
  deadlineMs: z.int().min(1).max(60_000).optional(),
  category: z.enum(DETECTOR_CATEGORIES).optional(),
  sides: z.array(z.enum(GUARD_SIDES)).min(1).max(3).optional(),
  keyFrom: variable.optional(),
  allowPlainHttp: z.boolean().optional(),
}

const detector = z.discriminatedUnion('kind', [
  z.strictObject({
    ...detectorBasics,
    kind: z.literal('http'),
    version: z.string().min(1).max(100).optional(),
    body: z.json().optional(),
    score: z.string().max(500).optional(),
    label: z.string().min(1).max(100).optional(),
  }),
  z.strictObject({
    ...detectorBasics,
    kind: z.literal('llm-judge'),
    model: z.string().min(1).max(200),
    question: words.optional(),
  }),
])

const rule = z.strictObject({
  id: componentId,
  pattern: z.string().min(1).max(1_000),
  ignoreCase: z.boolean().optional(),
  action,
  category: z.enum(RULE_CATEGORIES).optional(),
  sides: z.array(z.enum(GUARD_SIDES)).min(1).max(3).optional(),
  onError: onError.optional(),
})

const plainText = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\p{Cc}<>]*$/u, 'must be one line of plain text, without `<` and `>`')
const language = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/, 'must be a language tag such as `en` or `de-AT`')
const notices = z.strictObject({
  default: language,
  deliver: z.enum(NOTICE_DELIVERIES).optional(),
  disclose: z.enum(DISCLOSURES).optional(),
  languages: z
    .record(
      language,
      z.strictObject({
        version: z.string().regex(/^[\w.-]{1,40}$/),
        disclosure: plainText.optional(),
        refusal: plainText.optional(),
        escalation: plainText.optional(),
        outage: plainText.optional(),
      }),
    )
    .refine((languages) => Object.keys(languages).length <= 50, 'must hold 50 languages at most'),
})

/** `gatehouse.yaml`. The JSON Schema for editors is generated from this (schemas/manifest.schema.json). */
export const manifestSchema = z
  .strictObject({
    apiVersion: z.literal('gatehouse.dev/v1'),
    kind: z.literal('AISystem'),
    metadata: z.strictObject({
      name: z.string().regex(/^[a-z0-9-]{2,63}$/, 'must be 2 to 63 of a–z, 0–9 and `-`'),
      title: words.optional(),
      version: z
        .string()
        .regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,64})?$/, 'must be a semantic version such as `1.1.0`'),
      owner: z.string().min(1).max(100),
      contacts: z.strictObject({ security: z.email().optional(), privacy: z.email().optional() }).optional(),
    }),
    intake: z.strictObject({
      purpose: words,
      audience: z.enum(AUDIENCES),
      domain: z.string().regex(/^[a-z][a-z0-9-]{1,63}$/),
      dataClasses: z.array(z.enum(DATA_CLASSES)).min(1),
      autonomy: z.enum(AUTONOMIES),
      multiTenant: z.boolean().optional(),
      regions: z.array(region).optional(),
      aiActRole: z.enum(AI_ACT_ROLES).optional(),
    }),
    journeys: z.array(journey).max(200).optional(),
    components: z.strictObject({
      models: z.array(model).min(1).max(100),
      prompts: z.array(prompt).max(200).optional(),
      datasets: z.array(dataset).max(200).optional(),
      retrievers: z.array(retriever).max(100).optional(),
      tools: z.array(tool).max(200).optional(),
      mcpServers: z.array(mcpServer).max(50).optional(),
      agents: z.array(agent).max(50).optional(),
    }),
    guard: z
      .strictObject({
        onStreamBlock: z.enum(STREAM_BLOCKS).optional(),
        preset: z.enum(['T1', 'T2', 'T3', 'none']).optional(),
        input: guardSide.optional(),
        output: guardSide.optional(),
        banned: z.array(z.string().min(2).max(200)).max(1_000).optional(),
        topics: z
          .strictObject({ deny: z.array(z.string().max(100)).max(100).optional(), define: topics.optional() })
          .optional(),
        language: z
          .strictObject({
            allow: z
              .array(z.string().regex(/^[a-z]{2}$/))
              .min(1)
              .max(50),
          })
          .optional(),
        detectors: z.array(detector).max(10).optional(),
        rules: z.array(rule).max(100).optional(),
        directories: z
          .record(z.string().regex(/^[a-z][a-z0-9-]{0,62}$/), z.array(z.string().min(1).max(320)).max(5_000))
          .optional(),
        code: z.strictObject({ action: z.enum(['require-approval', 'block']), except: idList.optional() }).optional(),
        grounding: z
          .strictObject({
            action: z.enum(['allow', 'log', 'annotate', 'require-approval', 'block']),
            supportMin: z.number().min(0).max(1).optional(),
            requireCitations: z.boolean().optional(),
            onError: onError.optional(),
          })
          .optional(),
        canaries: z.boolean().optional(),
        secretsFrom: z.array(variable).max(50).optional(),
        opaque: opaque.optional(),
        capabilities: capabilities.optional(),
      })
      .optional(),
    notices: notices.optional(),
    data: z
      .strictObject({
        capture: z.enum(CAPTURE_MODES).optional(),
        retentionDays: z.int().min(0).max(36_500).optional(),
        residency: z.array(region).optional(),
        subjectErasure: z.boolean().optional(),
      })
      .optional(),
    environments: z.record(
      z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
      z.strictObject({ gateway: z.url().optional(), approvals: z.enum(['default', 'none']).optional() }),
    ),
    suites: z.array(relativePath).max(100).optional(),
    policies: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/))
      .max(50)
      .optional(),
  })
  .meta({
    id: 'https://gatehouse.dev/schemas/manifest.schema.json',
    title: 'Gatehouse manifest',
    description: 'Declares one AI system (gatehouse.yaml).',
  })
