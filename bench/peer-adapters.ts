import { openRedactPii, openRedactpiiNode, openSecretlint, openVard } from './peer-single.ts'
import { openHai, openLlmGuard, openLlmGuardrails, openOpenai } from './peer-suites.ts'
import type { PeerAdapter } from './peer.ts'

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
