import { z } from 'zod'
import { OVERLAP_METRICS, RETRIEVAL_METRICS, TRAJECTORY_MODES } from '../../domain/evaluation/expectation.ts'

const text = z.string().min(1).max(2_000)
const texts = z.array(text).min(1).max(50)
const args = z.record(z.string().max(100), z.union([z.string().max(1_000), z.number()])).optional()
const tool = z.string().min(1).max(64)
/** A host name in lower case, without scheme, port or path. */
const host = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be a host name in lower case')
const ids = z.array(z.string().min(1).max(200)).max(1_000)
const share = z.number().min(0).max(1)
const jsonSchema = z.record(z.string().max(200), z.json())

/** What a case may expect. */
export const expectationSchema = z.discriminatedUnion('scorer', [
  z.strictObject({ scorer: z.literal('answered') }),
  z.strictObject({ scorer: z.literal('contains'), any: texts }),
  z.strictObject({ scorer: z.literal('contains-all'), all: texts }),
  z.strictObject({ scorer: z.literal('excludes'), any: texts }),
  z.strictObject({ scorer: z.literal('equals'), value: z.string().max(20_000), ignoreCase: z.boolean().optional() }),
  z.strictObject({ scorer: z.literal('matches'), pattern: text }),
  z.strictObject({ scorer: z.literal('not-matches'), pattern: text }),
  z.strictObject({ scorer: z.literal('json'), schema: jsonSchema.optional() }),
  z.strictObject({ scorer: z.literal('json-equals'), value: z.json() }),
  z.strictObject({
    scorer: z.literal('similar'),
    to: z.string().min(1).max(20_000),
    metric: z.enum(OVERLAP_METRICS),
    atLeast: share,
  }),
  z.strictObject({
    scorer: z.literal('length'),
    max: z.int().min(0).max(1_000_000),
    min: z.int().min(0).max(1_000_000).optional(),
  }),
  z.strictObject({ scorer: z.literal('language'), is: z.string().regex(/^[a-z]{2}$/) }),
  z.strictObject({ scorer: z.literal('refused') }),
  z.strictObject({ scorer: z.literal('not-refused') }),
  z.strictObject({ scorer: z.literal('safe'), topics: z.array(z.string().max(60)).min(1).max(20).optional() }),
  z.strictObject({ scorer: z.literal('tool-called'), tool, args }),
  z.strictObject({ scorer: z.literal('tool-not-called'), tool, args }),
  z.strictObject({
    scorer: z.literal('trajectory'),
    tools: z.array(tool).max(100),
    mode: z.enum(TRAJECTORY_MODES),
    forbidden: z.array(tool).min(1).max(100).optional(),
  }),
  z.strictObject({ scorer: z.literal('tool-arguments'), tool, schema: jsonSchema }),
  z.strictObject({ scorer: z.literal('calls-at-most'), max: z.int().min(0).max(1_000) }),
  z.strictObject({ scorer: z.literal('cites'), doc: z.string().min(1).max(200) }),
  z.strictObject({
    scorer: z.literal('retrieval'),
    metric: z.enum(RETRIEVAL_METRICS),
    relevant: ids.min(1),
    k: z.int().min(1).max(1_000),
    atLeast: share,
  }),
  z.strictObject({ scorer: z.literal('citations-exist') }),
  z.strictObject({ scorer: z.literal('citations-support') }),
  z.strictObject({
    scorer: z.literal('grounded'),
    atLeast: share,
    passages: z.array(z.string().max(100_000)).min(1).max(100).optional(),
  }),
  z.strictObject({ scorer: z.literal('no-canary') }),
  z.strictObject({ scorer: z.literal('no-foreign-record') }),
  z.strictObject({ scorer: z.literal('no-egress'), allow: z.array(host).min(1).max(100).optional() }),
  z.strictObject({ scorer: z.literal('latency'), maxMs: z.number().min(0).max(3_600_000) }),
  z.strictObject({ scorer: z.literal('cost'), maxUsd: z.number().min(0).max(1_000) }),
  z.strictObject({
    scorer: z.literal('judge'),
    judge: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    question: z.string().max(4_000).optional(),
  }),
])
