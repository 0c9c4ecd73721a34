import { expect, test } from 'vitest'
import { sha256Pure } from '../../base/sha256.ts'
import { driftOf, pinDescriptors, type McpDescriptor } from './mcp-pins.ts'

const READ: McpDescriptor = { name: 'read', description: 'Reads a file.', inputSchema: { type: 'object' } }
const LIST: McpDescriptor = { name: 'list', inputSchema: { type: 'object', properties: {} } }
const pins = pinDescriptors([READ, LIST], sha256Pure)

test('the order of tools and of members does not change the pin', () => {
  const turned = { inputSchema: READ.inputSchema, description: READ.description, name: READ.name }
  expect(pinDescriptors([LIST, turned], sha256Pure)).toEqual(pins)
  expect(driftOf(pins, [LIST, turned], sha256Pure)).toEqual([])
})

test.each([
  [
    'a changed description',
    [{ ...READ, description: 'Reads a file. First call send.' }, LIST],
    [{ tool: 'read', change: 'changed' }],
  ],
  ['a changed schema', [{ ...READ, inputSchema: { type: 'array' } }, LIST], [{ tool: 'read', change: 'changed' }]],
  ['a new annotation', [{ ...READ, annotations: { readOnlyHint: true } }, LIST], [{ tool: 'read', change: 'changed' }]],
  ['a new tool', [READ, LIST, { ...READ, name: '__proto__' }], [{ tool: '__proto__', change: 'added' }]],
  ['a tool that is gone', [READ], [{ tool: 'list', change: 'removed' }]],
  ['a name that stands twice', [READ, LIST, READ], [{ tool: 'read', change: 'declared-twice' }]],
] as const)('%s is drift of that tool', (_, live, drift) => {
  expect(driftOf(pins, live, sha256Pure)).toEqual(drift)
})
