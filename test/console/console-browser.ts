import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { build } from 'vite'
import {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from '../../src/entrypoints/server/start-control-plane.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { warnOfTrouble } from '../support/warn-of-trouble.ts'

const CANDIDATES = [
  process.env['GATEHOUSE_CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
/** A Chromium of this machine; nothing is downloaded. */
export const CHROMIUM = CANDIDATES.find((path) => path !== '' && existsSync(path))

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface ConsoleUnderTest extends AsyncDisposable {
  readonly plane: ControlPlane
  readonly browser: Browser
}

/** The built console on a real control plane with its own state folder and port, and a browser beside it. */
export async function openConsole(
  fill: (node: OpenedNode) => Promise<void>,
  more: Partial<ControlPlaneOptions> = {},
): Promise<ConsoleUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-console-'))
  const consoleFolder = join(folder, 'dist')
  await build({
    root: join(import.meta.dirname, '..', '..', 'console'),
    logLevel: 'error',
    build: { outDir: consoleFolder, emptyOutDir: true },
  })
  const started = await startControlPlane({
    stateFolder: join(folder, 'state'),
    organization: 'local',
    version: '0.0.0',
    port: 0,
    host: '127.0.0.1',
    consoleFolder,
    pid: process.pid,
    report: warnOfTrouble,
    ...more,
  })
  if (!started.ok) throw new Error(started.failure.message)
  await fill(started.value.node)
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGUMENTS })
  return {
    plane: started.value,
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close()
      await started.value[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  /** Console errors, uncaught errors and CSP violations, in order. */
  readonly complaints: string[]
}

export async function openPage(
  browser: Browser,
  options: { readonly width: number; readonly height: number; readonly colorScheme?: 'light' | 'dark' },
): Promise<WatchedPage> {
  const { width, height, colorScheme = 'light' } = options
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  await page.exposeFunction('reportViolation', (text: string) => complaints.push(`csp: ${text}`))
  await page.addInitScript(
    'document.addEventListener("securitypolicyviolation", (event) => window.reportViolation(event.violatedDirective + " " + event.blockedURI))',
  )
  return { page, context, complaints, [Symbol.asyncDispose]: () => context.close() }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Serious and critical findings of axe on the page as it stands. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const found = (await page.evaluate(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
  )) as {
    readonly violations: readonly {
      readonly id: string
      readonly impact: string
      readonly nodes: readonly { readonly html: string }[]
    }[]
  }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}
