import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import {
  axeFindings,
  CHROMIUM,
  openConsole,
  openPage,
  type ConsoleUnderTest,
  type WatchedPage,
} from './console-browser.ts'
import { BLOCKED, fillState, HOSTILE, sendDecision, RELEASED, SYSTEM } from './console-fixture.ts'

const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 360, height: 800 }
const SCREENS = [
  ['portfolio', '/'],
  ['system', `/systems/${SYSTEM}?system=${SYSTEM}`],
  ['blocked release', `/releases/${encodeURIComponent(BLOCKED)}`],
  ['released release', `/releases/${encodeURIComponent(RELEASED)}`],
  ['decisions', '/decisions'],
  ['decision detail', '/decisions?decision=01K0000000000000000000001'],
  ['incidents', '/incidents'],
  ['incident', '/incidents/INC-1'],
  ['KPIs', '/kpis'],
  ['ledger', '/ledger'],
  ['no such page', '/nowhere'],
] as const

const focusedText = async (page: Page): Promise<string> =>
  String(await page.evaluate('document.activeElement.textContent'))

describe.skipIf(CHROMIUM === undefined)(
  'the console in a browser (skipped without Chromium: set GATEHOUSE_CHROMIUM)',
  () => {
    let under: ConsoleUnderTest
    beforeAll(async () => {
      under = await openConsole(fillState)
    })
    afterAll(async () => under?.[Symbol.asyncDispose]())

    /** A page that is signed in by a fresh link, on the given path. */
    async function signedIn(path = '/', options: Parameters<typeof openPage>[1] = WIDE): Promise<WatchedPage> {
      const watched = await openPage(under.browser, options)
      await watched.page.goto(await under.plane.loginLink())
      await watched.page.getByRole('navigation', { name: 'Main' }).waitFor()
      if (path === '/') await loaded(watched.page)
      else await show(watched.page, path)
      return watched
    }
    async function show(page: Page, path: string): Promise<void> {
      await page.goto(under.plane.url + path)
      await loaded(page)
    }
    async function loaded(page: Page): Promise<void> {
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0)
    }

    test('a login link signs in once, leaves the address bar, and does not work twice', async () => {
      const link = await under.plane.loginLink()
      await using first = await openPage(under.browser, WIDE)
      await first.page.goto(link)
      await first.page.getByRole('heading', { name: 'Portfolio' }).waitFor()
      expect(first.page.url()).toBe(`${under.plane.url}/`)
      await first.page.reload()
      await first.page.getByRole('heading', { name: 'Portfolio' }).waitFor()
      expect(first.complaints).toEqual([])

      await using second = await openPage(under.browser, WIDE)
      await second.page.goto(link)
      await second.page.getByText('http/login-link').waitFor()
      expect(second.page.url()).toBe(`${under.plane.url}/`)
      expect(await second.page.getByRole('navigation', { name: 'Main' }).count()).toBe(0)

      await second.page.getByLabel('Login link').fill(await under.plane.loginLink())
      await second.page.getByRole('button', { name: 'Sign in' }).click()
      await second.page.getByRole('heading', { name: 'Portfolio' }).waitFor()
    })

    test('signing out ends the session for the API too', async () => {
      await using watched = await signedIn()
      await watched.page.getByRole('button', { name: 'Sign out' }).click()
      await watched.page.getByLabel('Login link').waitFor()
      expect((await watched.context.request.get(`${under.plane.url}/api/v1/systems`)).status()).toBe(401)
    })

    test('the portfolio says what is next and leads over the system to the release and its findings', async () => {
      await using watched = await signedIn()
      const { page } = watched
      expect(await page.getByRole('listitem').filter({ hasText: 'work on 1 open incident' }).count()).toBe(1)
      await page.getByRole('table', { name: 'Systems' }).getByRole('link', { name: SYSTEM }).click()
      await page.getByRole('link', { name: 'v1.0.0' }).click()
      await page.getByRole('heading', { level: 1, name: `${SYSTEM} v1.0.0` }).waitFor()
      const headings = await page.getByRole('heading', { level: 3 }).allTextContents()
      expect(headings.map((text) => text.replace(/ \(\d+\)/, ''))).toEqual([
        'Blocking',
        'Inconclusive',
        'Errored',
        'Excepted',
        'Passed',
      ])
      const finding = page.getByRole('article').filter({ hasText: 'GH-INJ-001' })
      expect(await finding.textContent()).toContain(
        '42.6% (80 of n=188), one-sided 95% bounds 36.6% and 48.8% (clopper-pearson), limit: at most 2.0%',
      )
      expect(await finding.getByText('simulated model').count()).toBe(1)
      await finding.getByText('80 failing cases').click()
      expect(await finding.getByText('suites/redteam.jsonl:1').isVisible()).toBe(true)
      expect(await page.getByRole('article').filter({ hasText: 'GH-MET-001' }).isVisible()).toBe(false)
      expect(watched.complaints).toEqual([])
    })

    test('hostile text is shown as text, with what hides in it named', async () => {
      await using watched = await signedIn(`/releases/${encodeURIComponent(BLOCKED)}`)
      const shown = HOSTILE.replace('\u202E', '⟨U+202E⟩')
      expect(await watched.page.getByText(shown).count()).toBeGreaterThanOrEqual(3)
      await show(watched.page, '/decisions?decision=01K0000000000000000000001')
      expect(await watched.page.getByText(shown).count()).toBe(1)
      expect(await watched.page.evaluate('window.hostile')).toBeUndefined()
      expect(await watched.page.locator('main img, main script').count()).toBe(0)
      expect(watched.complaints).toEqual([])
    })

    test('decisions are filtered in the URL, open to their details, and can be paused', async () => {
      await using watched = await signedIn('/decisions')
      const { page } = watched
      const rows = page.getByRole('table').getByRole('row')
      expect(await rows.count()).toBe(9)
      await page.getByLabel('Outcome').selectOption('completed')
      await expect.poll(() => rows.count()).toBe(3)
      expect(page.url()).toContain('outcome=completed')
      await rows.nth(1).getByRole('button').click()
      expect(await page.getByText('the amount is over the limit').isVisible()).toBe(true)
      await page.getByRole('button', { name: 'Pause' }).click()
      expect(await page.getByRole('button', { name: 'Paused: resume' }).getAttribute('aria-pressed')).toBe('true')
      await page.reload()
      await page.getByText('the amount is over the limit').waitFor()
      expect(watched.complaints).toEqual([])
    })

    test('decisions arrive while the page is open, are announced, and do not while it is paused', async () => {
      await using watched = await signedIn('/decisions?outcome=client-gone')
      const { page } = watched
      await page.getByText('No decision matches.').waitFor()
      await sendDecision(under.plane.node, 'A')
      await page.getByRole('table').getByText('client gone').waitFor({ timeout: 10_000 })
      await page.getByText('1 new decision').waitFor({ state: 'attached' })
      await page.getByRole('button', { name: 'Pause' }).click()
      await sendDecision(under.plane.node, 'B')
      await page.waitForTimeout(3_000)
      expect(await page.getByRole('table').getByText('client gone').count()).toBe(1)
      await page.getByRole('button', { name: 'Paused: resume' }).click()
      await expect.poll(() => page.getByRole('table').getByText('client gone').count()).toBe(2)
      expect(watched.complaints).toEqual([])
    })

    test('a responder stops the system by its typed name, lifts the switch, learns a request and contains the incident', async () => {
      await using watched = await signedIn('/incidents/INC-1')
      const { page } = watched
      await page.getByRole('button', { name: 'Kill switch…' }).click()
      const throwIt = page.getByRole('button', { name: 'Throw kill switch' })
      await page.getByLabel(/^Type .* to confirm/).fill('support')
      expect(await throwIt.isEnabled()).toBe(false)
      await page.getByLabel(/^Type .* to confirm/).fill(SYSTEM)
      await throwIt.click()
      await page.getByText('No gateway is connected').first().waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      const banner = page.getByRole('region', { name: 'Kill switches that are on' })
      const own = banner.getByRole('listitem').filter({ hasText: `Kill switch on: ${SYSTEM}` })
      await own.getByRole('button', { name: /^Lift/ }).click()
      await page.getByLabel('Why it is safe now').fill('fixed')
      await page.getByRole('button', { name: 'Lift kill switch' }).click()
      await own.waitFor({ state: 'detached' })
      await expect.poll(() => focusedText(page)).toContain('INC-1')
      expect(await banner.getByText('tool issue_refund').count()).toBe(1)

      await page.getByRole('button', { name: 'Learn this request 01K0000000000000000000000' }).click()
      await page.getByText('learned as LRN-01K0000000000000000000000').waitFor()
      await expect.poll(() => focusedText(page)).toContain('01K0000000000000000000000')
      await page.getByRole('button', { name: 'Mark contained…' }).click()
      await page.getByLabel(/What stops the harm/).fill('switched the tool off')
      await page.getByRole('button', { name: 'Save: contain' }).click()
      await page.getByText('contain: switched the tool off').waitFor()
      expect(await page.getByRole('button', { name: 'Mark resolved…' }).count()).toBe(1)
      await expect.poll(() => focusedText(page)).toContain('INC-1')
      expect(watched.complaints).toEqual([])
    })

    test('an evidence pack downloads as a zip archive', async () => {
      await using watched = await signedIn('/ledger')
      const [download] = await Promise.all([
        watched.page.waitForEvent('download'),
        watched.page.getByRole('button', { name: 'Build pack' }).click(),
      ])
      expect(download.suggestedFilename()).toMatch(/^gatehouse-support-assistant-\d+\.zip$/)
      let first = ''
      for await (const chunk of await download.createReadStream()) {
        first = (chunk as Buffer).subarray(0, 2).toString('latin1')
        break
      }
      expect(first).toBe('PK')
      expect(watched.complaints).toEqual([])
    })

    test('keys go to pages and show the list of keys, and are left alone while typing', async () => {
      await using watched = await signedIn('/?system=support-assistant')
      const { page } = watched
      for (const [letter, heading] of [
        ['d', 'Guard decisions'],
        ['i', 'Incidents'],
        ['k', 'KPIs'],
        ['l', 'Ledger and evidence'],
        ['p', 'Portfolio'],
      ] as const) {
        await page.keyboard.press('g')
        await page.keyboard.press(letter)
        await page.getByRole('heading', { level: 1, name: heading }).waitFor()
        expect(page.url()).toContain('system=support-assistant')
        expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
      }
      const keys = page.getByRole('button', { name: 'Keys' })
      await keys.focus()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
      await page.keyboard.press('g')
      await page.keyboard.press('d')
      expect(await page.getByRole('dialog').count()).toBe(1)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await keys.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)

      await page.getByLabel('System', { exact: true }).focus()
      await page.keyboard.press('?')
      await page.getByRole('heading', { level: 1 }).focus()
      await page.keyboard.press('Control+g')
      await page.keyboard.press('d')
      expect(await page.getByRole('dialog').count()).toBe(0)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Portfolio')
      expect(watched.complaints).toEqual([])
    })

    test.each([
      { name: 'narrow, light', options: { ...NARROW, colorScheme: 'light' } },
      { name: 'wide, light', options: { ...WIDE, colorScheme: 'light' } },
      { name: 'wide, dark', options: { ...WIDE, colorScheme: 'dark' } },
    ] as const)('every screen is accessible and fits: $name', async ({ options }) => {
      await using watched = await signedIn('/', options)
      const { page } = watched
      for (const [name, path] of SCREENS) {
        await show(page, path)
        expect(await axeFindings(page), name).toEqual([])
        expect(
          await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
          name,
        ).toBe(0)
      }
      await show(page, '/incidents/INC-1')
      await page.getByRole('button', { name: 'Kill switch…' }).click()
      expect(await axeFindings(page), 'kill dialog').toEqual([])
      expect(watched.complaints).toEqual([])
      await using stranger = await openPage(under.browser, options)
      await stranger.page.goto(under.plane.url)
      await stranger.page.getByLabel('Login link').waitFor()
      expect(await axeFindings(stranger.page), 'sign-in').toEqual([])
    })

    test('a lost control plane is said, not hidden', async () => {
      await using watched = await signedIn('/ledger')
      await watched.page.route('**/api/v1/**', (route) => route.abort())
      await watched.page.getByText('console/no-answer').first().waitFor({ timeout: 15_000 })
      expect(await watched.page.getByText('Newest signed checkpoint').isVisible()).toBe(true)
    })
  },
)
