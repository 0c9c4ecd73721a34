import { flagged, load, redacted } from './peer-result.ts'
import type { Detector, Task } from './peer.ts'
import { placesOf } from './spans.ts'

interface OpenaiModule {
  readonly PIIEntity: Readonly<Record<string, string>>
  readonly instantiateGuardrails: (bundle: object) => Promise<
    readonly {
      readonly run: (
        context: object,
        text: string,
      ) => Promise<{
        readonly tripwireTriggered: boolean
        readonly info: {
          readonly detected_entities?: Readonly<Record<string, readonly string[]>>
          readonly detected_secrets?: readonly string[]
        }
      }>
    }[]
  >
}

export async function openOpenai(task: Task): Promise<Detector> {
  const { PIIEntity, instantiateGuardrails } = await load<OpenaiModule>('@openai/guardrails')
  const entities = Object.values(PIIEntity).filter((entity) => entity !== 'NRP' && entity !== 'PERSON')
  const check =
    task === 'pii'
      ? { name: 'Contains PII', config: { entities, block: true, detect_encoded_pii: false } }
      : { name: 'Secret Keys', config: { threshold: 'balanced' } }
  const [guardrail] = await instantiateGuardrails({ version: 1, guardrails: [check] })
  if (guardrail === undefined) throw new Error('no guardrail was made')
  return {
    detect: async (text) => {
      const { info } = await guardrail.run({}, text)
      return flagged([...Object.values(info.detected_entities ?? {}).flat(), ...(info.detected_secrets ?? [])], text)
    },
  }
}

interface HaiModule {
  readonly SelectionType: { readonly All: unknown }
  readonly piiGuard: (options: object) => object
  readonly secretGuard: (options: object) => object
  readonly injectionGuard: (options: object, method: object) => object
  readonly GuardrailsEngine: new (options: object) => {
    readonly run: (messages: readonly object[]) => Promise<{
      readonly messages: readonly { readonly content: string }[]
      readonly messagesWithGuardResult: readonly { readonly messages: readonly { readonly passed: boolean }[] }[]
    }>
  }
}

export async function openHai(task: Task): Promise<Detector> {
  const hai = await load<HaiModule>('@presidio-dev/hai-guardrails')
  const all = { selection: hai.SelectionType.All }
  const guard = {
    pii: () => hai.piiGuard(all),
    secret: () => hai.secretGuard(all),
    injection: () => hai.injectionGuard({ roles: ['user'] }, { mode: 'heuristic', threshold: 0.7 }),
  }[task]()
  const engine = new hai.GuardrailsEngine({ guards: [guard] })
  return {
    detect: async (text) => {
      const { messages, messagesWithGuardResult } = await engine.run([{ role: 'user', content: text }])
      // Its `passed` is true for a secret that was found, so the changed text is what counts.
      if (task !== 'injection') return redacted(text, messages[0]?.content ?? text, /\[REDACTED-[A-Z0-9_-]{1,64}\]/)
      return { isFlagged: messagesWithGuardResult.some((result) => result.messages.some(({ passed }) => !passed)) }
    },
  }
}

export async function openLlmGuardrails(task: Task): Promise<Detector> {
  const { GuardrailEngine } = await load<{
    readonly GuardrailEngine: new (options: object) => {
      readonly checkInput: (text: string) => Promise<{ readonly blocked: boolean }>
    }
  }>('@llm-guardrails/core')
  const guard = { pii: 'pii', secret: 'secrets', injection: 'injection' }[task]
  const engine = new GuardrailEngine({ guards: [guard], level: 'standard', prefilterMode: true })
  return { detect: async (text) => ({ isFlagged: (await engine.checkInput(text)).blocked }) }
}

export async function openLlmGuard(task: Task): Promise<Detector> {
  const { LLMGuard } = await load<{
    readonly LLMGuard: new (options: object) => {
      readonly validate: (text: string) => Promise<{
        readonly isValid: boolean
        readonly score: number
        readonly results: readonly { readonly details: readonly { readonly matched?: string }[] }[]
      }>
    }
  }>('llm-guard')
  const off = {
    pii: false,
    jailbreak: false,
    profanity: false,
    promptInjection: false,
    relevance: false,
    toxicity: false,
  }
  const guard = new LLMGuard(
    task === 'pii' ? { ...off, pii: true } : { ...off, jailbreak: true, promptInjection: true },
  )
  return {
    detect: async (text) => {
      const { isValid, score, results } = await guard.validate(text)
      const values = (): readonly string[] =>
        results.flatMap(({ details }) => details.map(({ matched }) => matched ?? ''))
      return { isFlagged: !isValid, score: 1 - score, spans: () => placesOf(text, values()) }
    },
  }
}
