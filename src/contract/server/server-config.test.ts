import { expect, test } from 'vitest'
import { parseServerConfig } from './server-config.ts'

const watched = (attacks: number): string => `apiVersion: gatehouse.dev/v1
kind: ServerConfig
upgrades:
  - { id: models, system: shop-bot, project: ., attacks: ${attacks} }
`

test.each([
  [0, true],
  [20_000, true],
  [20_001, false],
])('a watched system with %i attacks is read: %s', (attacks, isRead) => {
  const parsed = parseServerConfig('server.yaml', watched(attacks))
  expect(parsed.ok).toBe(isRead)
  if (!parsed.ok) expect(parsed.failure[0]?.message).toContain('20000')
})
