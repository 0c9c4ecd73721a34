import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadInjectionModel } from './load-injection-model.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-model-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('the shipped weights are read', () => {
  expect(loadInjectionModel().ok).toBe(true)
})

test('weights that are missing are a failure with a code, not a silent absence', () => {
  const read = loadInjectionModel(join(folder(), 'a', 'main.js'))
  expect(read.ok ? 'read' : read.failure.code).toBe('model/missing')
})

test('weights that are cut short are refused', () => {
  const root = folder()
  mkdirSync(join(root, 'models', 'injection-linear-1'), { recursive: true })
  writeFileSync(join(root, 'models', 'injection-linear-1', 'weights.bin'), 'GINJ')
  const read = loadInjectionModel(join(root, 'main.js'))
  expect(read.ok ? 'read' : read.failure.code).toBe('model/malformed')
})

test('weights that cannot be read are a failure with a code', () => {
  const root = folder()
  mkdirSync(join(root, 'models', 'injection-linear-1', 'weights.bin'), { recursive: true })
  const read = loadInjectionModel(join(root, 'main.js'))
  expect(read.ok ? 'read' : read.failure.code).toBe('model/unreadable')
})
