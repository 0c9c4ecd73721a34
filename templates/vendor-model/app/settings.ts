import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CaseSubject } from 'gatehouse/sdk'

export const PROJECT = join(import.meta.dirname, '..')
/** As in the manifest: the gateway refuses any other. */
export const SYSTEM = 'letter-summary'
export const MODEL = 'gpt-4.1-mini-2025-04-14'
/** Who the demo signs in. */
export const DEMO_SUBJECT: CaseSubject = {
  tenant: 'example',
  principal: 'emp-1',
  roles: ['employee'],
  email: 'emp-1@example.com',
}

const template = readFileSync(join(PROJECT, 'prompts/system.md'), 'utf8')

/** The prompt with its typed slot filled: the gateway recognises it by everything else. */
export function systemPrompt(text = template): string {
  return text.replaceAll('{{locale}}', 'English')
}
