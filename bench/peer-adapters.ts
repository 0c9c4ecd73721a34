import type { Detection, Detector, PeerAdapter, Task } from './peer.ts'
import { placesOf, removedSpans } from './spans.ts'

/** Stands where a redactor took something out: a private-use character that no text of the bench holds. */
const MARK = '\ue000'
/** Longest text that a package is asked about, where it wants a limit. */
const TEXT_CHARS_MAX = 2_000_000

const load = async <Module>(name: string): Promise<Module> => (await import(name)) as Module

function flagged(values: readonly string[], text: string): Detection {
  return { isFlagged: values.length > 0, spans: () => placesOf(text, values) }
}

function redacted(text: string, result: string, mark: string | RegExp): Detection {
  return { isFlagged: result !== text, spans: () => removedSpans(text, result.split(mark)) ?? [] }
}

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

async function openOpenai(task: Task): Promise<Detector> {
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

async function openHai(task: Task): Promise<Detector> {
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

async function openLlmGuardrails(task: Task): Promise<Detector> {
  const { GuardrailEngine } = await load<{
    readonly GuardrailEngine: new (options: object) => {
      readonly checkInput: (text: string) => Promise<{ readonly blocked: boolean }>
    }
  }>('@llm-guardrails/core')
  const guard = { pii: 'pii', secret: 'secrets', injection: 'injection' }[task]
  const engine = new GuardrailEngine({ guards: [guard], level: 'standard', prefilterMode: true })
  return { detect: async (text) => ({ isFlagged: (await engine.checkInput(text)).blocked }) }
}

async function openLlmGuard(task: Task): Promise<Detector> {
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

async function openVard(): Promise<Detector> {
  type Result = { readonly safe: boolean; readonly threats?: readonly { readonly severity: number }[] }
  const { vard } = await load<{
    readonly vard: {
      readonly moderate: () => {
        readonly maxLength: (length: number) => { readonly safeParse: (text: string) => Result }
      }
    }
  }>('@andersmyrmel/vard')
  const guard = vard.moderate().maxLength(TEXT_CHARS_MAX)
  return {
    detect: (text) => {
      const { safe, threats } = guard.safeParse(text)
      return { isFlagged: !safe, score: Math.max(0, ...(threats ?? []).map(({ severity }) => severity)) }
    },
  }
}

async function openRedactPii(): Promise<Detector> {
  const { SyncRedactor } = await load<{
    readonly SyncRedactor: new (options: object) => { readonly redact: (text: string) => string }
  }>('redact-pii')
  const redactor = new SyncRedactor({ globalReplaceWith: MARK })
  return { detect: (text) => redacted(text, redactor.redact(text), MARK) }
}

async function openRedactpiiNode(): Promise<Detector> {
  const { Redactor } = await load<{
    readonly Redactor: new (options: object) => { readonly redact: (text: string) => string }
  }>('@redactpii/node')
  const redactor = new Redactor({ globalReplaceWith: MARK })
  return { detect: (text) => redacted(text, redactor.redact(text), MARK) }
}

async function openSecretlint(): Promise<Detector> {
  const { lintSource } = await load<{
    readonly lintSource: (
      request: object,
    ) => Promise<{ readonly messages: readonly { readonly range: readonly [number, number] }[] }>
  }>('@secretlint/core')
  const { creator } = await load<{ readonly creator: object }>('@secretlint/secretlint-rule-preset-recommend')
  const options = {
    noPhysicFilePath: true,
    config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }] },
  }
  return {
    detect: async (text) => {
      const source = { content: text, filePath: 'text.txt', ext: '.txt', contentType: 'text' }
      const { messages } = await lintSource({ source, options })
      return {
        isFlagged: messages.length > 0,
        spans: () => messages.map(({ range: [start, end] }) => ({ start, end })),
      }
    },
  }
}

/** What a TypeScript user would pick instead, in its offline modes. */
export const ADAPTERS: readonly PeerAdapter[] = [
  {
    package: '@openai/guardrails',
    tasks: ['pii', 'secret'],
    how: '`Contains PII` with its default entities, `Secret Keys` balanced; its jailbreak check asks a model and is left out',
    open: openOpenai,
  },
  {
    package: '@llm-guardrails/core',
    tasks: ['pii', 'secret', 'injection'],
    how: '`GuardrailEngine`, level `standard`, `prefilterMode` (no model)',
    open: openLlmGuardrails,
  },
  {
    package: 'llm-guard',
    tasks: ['pii', 'injection'],
    how: '`pii`; `jailbreak` and `promptInjection`',
    open: openLlmGuard,
  },
  {
    package: '@presidio-dev/hai-guardrails',
    tasks: ['pii', 'secret', 'injection'],
    how: '`piiGuard` and `secretGuard` with all rules; `injectionGuard` heuristic, 0.7, as in its quick start',
    open: openHai,
  },
  {
    package: '@andersmyrmel/vard',
    tasks: ['injection'],
    how: '`vard.moderate()`, its default, with `maxLength` raised',
    open: openVard,
  },
  { package: 'redact-pii', tasks: ['pii'], how: '`SyncRedactor`, all built-in rules', open: openRedactPii },
  { package: '@redactpii/node', tasks: ['pii'], how: '`Redactor`, all built-in rules', open: openRedactpiiNode },
  {
    package: '@secretlint/core',
    tasks: ['secret'],
    how: 'with `@secretlint/secretlint-rule-preset-recommend`',
    open: openSecretlint,
  },
]
