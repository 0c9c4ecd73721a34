import { request } from 'undici'
import { startStubModel, type StubAnswer } from '../../../adapters/providers/stub-model.ts'
import type { BuiltinResult } from '../../../application/evaluation/builtin-checks.ts'
import { isJsonObject, parseJson } from '../../../base/json.ts'
import type { SourcePosition } from '../../../base/result.ts'
import type { Tier } from '../../../domain/manifest/manifest.ts'
import { parseTemplate, renderSample } from '../../../domain/manifest/prompt-template.ts'
import { disclosureOf, noticeGaps, noticeOf, type NoticeKind, type Notices } from '../../../domain/notice/notices.ts'
import type { CheckFailure } from '../../../domain/release/evidence.ts'
import type { Release } from '../../../domain/release/release.ts'
import { startProvingGateway, type ProvingGateway } from '../../gateway/proving-gateway.ts'

export interface NoticeProof {
  readonly release: Release
  readonly tier: Tier
  readonly manifestFile: string
  readonly positionOf: (path: readonly (string | number)[]) => SourcePosition
  readonly environment: Readonly<Record<string, string | undefined>>
}

const REPLY_CHARS_MAX = 1_000_000
/** What the model does, and what users are to be told then. */
const CASES: readonly (readonly [StubAnswer, NoticeKind])[] = [
  ['sentence', 'disclosure'],
  ['undeclared-tool', 'refusal'],
  ['outage', 'outage'],
]

/**
 * Whether users are told what their tier owes them: the declared texts, and that each of them comes out of the real gateway
 * around this release, in each language, whole and streamed, before a model whose answers are known.
 */
export async function proveNotices(proof: NoticeProof): Promise<BuiltinResult> {
  const { release, tier, manifestFile, positionOf } = proof
  const { notices } = release.manifest
  const failures: CheckFailure[] = noticeGaps(notices, tier).map(({ path, why }) => ({
    id: path.join('.'),
    file: manifestFile,
    line: positionOf(path).line,
    why,
    risks: ['EU-AI-Act Art. 50'],
  }))
  if (notices === undefined || failures.length > 0) return { failures, looked: 1 }
  await using stub = await startStubModel()
  const model = { baseUrl: stub.baseUrl, apiKey: undefined, isSimulated: true, close: async () => undefined }
  const gateway = await startProvingGateway(release, model, proof.environment)
  let looked = 1
  try {
    // Outages last: they open the breaker in front of the model.
    for (const [answer, kind] of CASES)
      for (const language of Object.keys(notices.languages))
        for (const isStream of [false, true]) {
          if (noticeOf(notices, kind, language, tier) === undefined) continue
          stub.answer = answer
          looked += 1
          const why = await missingFrom(gateway, proof, notices, { language, kind, isStream })
          if (why !== undefined) failures.push(failureOf(proof, language, kind, why))
        }
  } finally {
    await gateway.close()
  }
  return { failures, looked }
}

// oxlint-disable-next-line max-params -- where it is declared, and what is wrong with it
function failureOf(
  { manifestFile, positionOf }: NoticeProof,
  language: string,
  kind: NoticeKind,
  why: string,
): CheckFailure {
  const { line } = positionOf(['notices', 'languages', language])
  return { id: `notices.languages.${language}.${kind}`, file: manifestFile, line, why, risks: ['EU-AI-Act Art. 50'] }
}

interface Asked {
  readonly language: string
  readonly kind: NoticeKind
  readonly isStream: boolean
}

/** Why a notice did not come out, or undefined. */
// oxlint-disable-next-line max-params -- a gateway, its release, the texts and one of them
async function missingFrom(
  gateway: ProvingGateway,
  { release, tier }: NoticeProof,
  notices: Notices,
  { language, kind, isStream }: Asked,
): Promise<string | undefined> {
  const expected = noticeOf(notices, kind, language, tier)
  const system = sampleSystemText(release)
  if (system === undefined) return 'the release has no prompt, so no request of it can be asked'
  const subject = { tenant: 'proving', principal: 'proving', roles: [], session: `proving-${language}-${kind}` }
  const { statusCode, headers, body } = await request(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.apiKey}`,
      'content-type': 'application/json',
      'accept-language': language,
      'gatehouse-subject': await gateway.subjectToken(subject),
    },
    body: JSON.stringify({
      model: release.manifest.components.models[0]?.model,
      stream: isStream,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: 'Hello' },
      ],
    }),
  })
  const text = (await body.text()).slice(0, REPLY_CHARS_MAX)
  const how = isStream ? 'streamed' : 'whole'
  if (headers['gatehouse-notice'] !== `${kind}; lang=${language}; version=${expected?.version ?? ''}`)
    return `a ${how} answer (${statusCode}) has no ${kind} of language \`${language}\` in its header`
  const isInText = kind !== 'disclosure' || disclosureOf(notices, tier) !== 'header'
  return !isInText || saidIn(text).includes(expected?.text ?? '')
    ? undefined
    : `a ${how} answer (${statusCode}) does not say the ${kind}`
}

/** The first prompt with the first value that each of its slots takes. */
function sampleSystemText({ manifest, prompts }: Release): string | undefined {
  const [prompt] = manifest.components.prompts ?? []
  const template = prompt === undefined ? undefined : parseTemplate(prompts[prompt.id] ?? '', prompt.slots ?? {})
  return template?.ok === true ? renderSample(template.value) : undefined
}

/** Texts and error messages of a document or of the events of a stream. */
function saidIn(body: string): string {
  const documents = body.startsWith('{')
    ? [body]
    : body.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : []))
  return documents.map(textOf).join('')
}

function textOf(document: string): string {
  const parsed = parseJson(document, REPLY_CHARS_MAX)
  if (!parsed.ok || !isJsonObject(parsed.value as never)) return ''
  const { error, choices } = parsed.value as {
    error?: { message?: string }
    choices?: readonly { message?: { content?: string | null }; delta?: { content?: string | null } }[]
  }
  return `${error?.message ?? ''}${(choices ?? []).map(({ message, delta }) => message?.content ?? delta?.content ?? '').join('')}`
}
